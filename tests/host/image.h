/* SPDX-License-Identifier: MIT */
/*
 * image.h - disk images, and the host's own tools that make and judge them.
 *
 * A file of its own because the host's <fcntl.h> and <sys/stat.h> define the same
 * names as the kernel's headers.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The bytes of the file PATH, shared with it, and how many; panics if it cannot. */
void *image_map(const char *path, size_t *size);
void image_unmap(void *bytes, size_t size);

/* Make an image of SIZE bytes (sparse) by `mke2fs -q -F OPTIONS`; its name, to be
 * removed by image_remove. */
const char *image_make(const char *options, size_t size);
void image_remove(const char *path);

/* `e2fsck -fn`: true if it finds nothing; its output goes to stderr if it does. */
bool image_is_sound(const char *path);

/* Run a shell command made by FMT; true if its status is 0.  What it printed is in
 * OUT (SIZE bytes, cut), if not NULL. */
__attribute__((format(printf, 3, 4)))
bool image_run(char *out, size_t size, const char *fmt, ...);

/* The file NAME in the image's root, with SIZE bytes: write it; read it, returning
 * its size (0: it is not there). */
bool image_put(const char *path, const char *name, const void *bytes, size_t size);
size_t image_get(const char *path, const char *name, void *bytes, size_t size);

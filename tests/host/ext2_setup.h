/* SPDX-License-Identifier: MIT */
/*
 * ext2_setup.h - an ext2 file system, made by mke2fs and mounted, for a test.
 */
#pragma once
#include <criterion/criterion.h>
#include <string.h>
#include "kernel/fs/ext2/ext2.h"
#include "tests/host/fake_vfs.h"
#include "tests/host/image.h"

#define MiB ((size_t)1 << 20)

extern const char *image;               /* its file */
extern struct super_block *sb;          /* while it is mounted */

/* Make an image with mke2fs OPTIONS and start the world on it; start() mounts it, too. */
void prepare(const char *options, size_t size);
void start(const char *options, size_t size);

/* See that nothing is left behind. */
void clean_up(void);

/* Unmount and ask the judge, and clean up; or mount it again. */
void finish(void);
void remount(void);

struct ext2_fs *fs(void);

/* What debugfs prints for COMMAND; the next call overwrites it. */
const char *debugfs(const char *command);

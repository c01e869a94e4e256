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

static const char *image;
static struct super_block *sb;

/* Make an image with mke2fs OPTIONS and start the world on it. */
static inline void prepare(const char *options, size_t size)
{
    image = image_make(options, size);
    fake_start(image, 16384);
    ext2_register();
}

static inline void start(const char *options, size_t size)
{
    prepare(options, size);
    cr_assert(fake_mount(0, &sb) == 0);
}

/* See that nothing is left behind. */
static inline void clean_up(void)
{
    fake_stop();
    image_remove(image);
}

/* Unmount and ask the judge. */
static inline void finish(void)
{
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}

static inline void remount(void)
{
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    cr_assert(fake_mount(0, &sb) == 0);
}

static inline struct ext2_fs *fs(void)
{
    return sb->private;
}

/* What debugfs prints for COMMAND. */
static inline const char *debugfs(const char *command)
{
    static char out[20000];

    cr_assert(image_run(out, sizeof(out), "debugfs -R '%s' %s", command, image));
    return out;
}

/* SPDX-License-Identifier: MIT */
/*
 * ext2_setup.c - an ext2 file system, made by mke2fs and mounted, for a test.
 */
#include "tests/host/ext2_setup.h"

const char *image;
struct super_block *sb;

void prepare(const char *options, size_t size)
{
    image = image_make(options, size);
    fake_start(image, 16384);
    ext2_register();
}

void start(const char *options, size_t size)
{
    prepare(options, size);
    cr_assert(fake_mount(0, &sb) == 0);
}

void clean_up(void)
{
    fake_stop();
    image_remove(image);
}

void finish(void)
{
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}

void remount(void)
{
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    cr_assert(fake_mount(0, &sb) == 0);
}

struct ext2_fs *fs(void)
{
    return sb->private;
}

const char *debugfs(const char *command)
{
    static char out[20000];

    cr_assert(image_run(out, sizeof(out), "debugfs -R '%s' %s", command, image));
    return out;
}

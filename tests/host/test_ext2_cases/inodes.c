/* SPDX-License-Identifier: MIT */
/*
 * inodes.c - what an inode holds: times, owners, device numbers and short symlinks.
 */
#include <stdio.h>
#include "tests/host/test_ext2_cases/cases.h"

static void check_times(const char *options, bool fine)
{
    static const struct timespec times[] = {
        { 0, 1 }, { 1700000000, 999999999 }, { -5, 7 }, { INT32_MIN, 0 },
        { 0x7fffffff, 123456789 }, { 0x80000000, 1 }, { 0x37fffffff, 5 },
    };
    struct inode *inode;

    start(options, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        bool held = fine || times[i].tv_sec <= INT32_MAX;
        char name[10];

        snprintf(name, sizeof(name), "t%zu", i);
        inode = create(name);
        inode->atime = inode->mtime = inode->ctime = times[i];
        inode->uid = 70000, inode->gid = 0x12345678;
        inode_mark_dirty(inode);
        inode_put(inode);
        fake_drop_caches(sb);
        inode = look_up(name);
        cr_assert(inode->mtime.tv_sec == (held ? times[i].tv_sec : INT32_MAX));
        cr_assert(inode->atime.tv_nsec == (fine ? times[i].tv_nsec : 0));
        cr_assert(inode->ctime.tv_sec == inode->mtime.tv_sec);
        cr_assert(inode->uid == 70000 && inode->gid == 0x12345678);
        inode_put(inode);
    }
    finish();
}

Test(ext2_cases, times_in_256_byte_inodes)
{
    check_times(DEFAULT, true);
}

Test(ext2_cases, times_in_128_byte_inodes)
{
    check_times(DEFAULT " -I 128", false);
}

Test(ext2_cases, devices_old_and_new)
{
    static const uint32_t numbers[][2] = { { 1, 3 }, { 255, 255 }, { 256, 0 }, { 4000, 70000 } };
    struct inode *inode;
    char name[10];

    start(DEFAULT, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        dev_t dev = dev_make(numbers[i][0], numbers[i][1]);

        snprintf(name, sizeof(name), "d%zu", i);
        cr_assert(fake_create(sb->root, name, S_IFBLK | 0600, dev, &inode) == 0);
        inode_put(inode);
        fake_drop_caches(sb);
        inode = look_up(name);
        cr_assert(inode->rdev == dev);
        inode_put(inode);
    }
    cr_assert(strstr(debugfs("stat d0"), "01:03"));
    finish();
}

Test(ext2_cases, symlinks_at_the_edges)
{
    static char text[5000], got[5000];
    static const size_t lengths[] = { 1, 59, 60, 61, 4095 };
    struct inode *inode;
    char name[10];

    start(DEFAULT, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        memset(text, 'a' + (int)i, sizeof(text));
        text[lengths[i]] = '\0';
        snprintf(name, sizeof(name), "s%zu", i);
        cr_assert(fake_symlink(sb->root, name, text, &inode) == 0);
        cr_assert(inode->blocks == (lengths[i] < 60 ? 0 : 8));
        inode_put(inode);
        fake_drop_caches(sb);
        inode = look_up(name);
        cr_assert(inode->ops->readlink(inode, got, sizeof(got)) == (ssize_t)lengths[i]);
        cr_assert_str_eq(got, text);
        cr_assert(inode->ops->readlink(inode, got, 10) == (ssize_t)MIN(lengths[i], (size_t)9));
        inode_put(inode);
    }
    text[4095] = 'x';
    text[4096] = '\0';
    cr_assert(fake_symlink(sb->root, "long", text, &inode) == -ENAMETOOLONG);
    finish();
}

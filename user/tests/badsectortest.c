/* SPDX-License-Identifier: MIT */
/*
 * badsectortest.c - a second disk with a sector that cannot be written.
 *
 * The disk, /dev/vdb, holds an empty ext2 whose group descriptors cannot be
 * written; see tests/qemu/files.py, which looks at what is left.
 * What is synced must be there whatever fails besides.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "user/tests/lib/watch.h"

#define DISK "/dev/vdb"
#define SIZE (200 * KB)

static uint8_t block[4 * KB];

static void mount_disk(unsigned long flags)
{
    if (access(DISK, F_OK) < 0)
        skip("needs a second disk");
    REQUIRE(mount(DISK, "/mnt", "ext2", flags, NULL) == 0);
}

/* The host checks the same bytes. */
static void fill_block(size_t at)
{
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (uint8_t)((at + i) * 2654435761u >> 13);
}

static void write_synced(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), dir = open("/mnt", O_RDONLY);

    REQUIRE(fd >= 0 && dir >= 0);
    for (size_t at = 0; at < SIZE; at += sizeof(block)) {
        fill_block(at);
        REQUIRE(write(fd, block, sizeof(block)) == (ssize_t)sizeof(block));
    }
    EXPECT_OK(fsync(fd));
    EXPECT_OK(fsync(dir));
    close(fd);
    close(dir);
}

static void check_synced(const char *path)
{
    static uint8_t got[sizeof(block)];
    int fd = open(path, O_RDONLY);

    REQUIRE(fd >= 0);
    for (size_t at = 0; at < SIZE; at += sizeof(block)) {
        fill_block(at);
        REQUIRE(read(fd, got, sizeof(got)) == (ssize_t)sizeof(got));
        EXPECT(memcmp(got, block, sizeof(got)) == 0);
    }
    close(fd);
}

static void make_and_remove(void)
{
    char path[64];

    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof(path), "/mnt/d%d", i);
        EXPECT_OK(mkdir(path, 0755));
    }
    sync();
    for (int i = 0; i < 20; i += 2) {
        snprintf(path, sizeof(path), "/mnt/d%d", i);
        EXPECT_OK(rmdir(path));
    }
}

static void life_goes_on(void)
{
    mount_disk(0);
    write_synced("/mnt/synced");
    make_and_remove();
    check_synced("/mnt/synced");
    EXPECT_OK(umount("/mnt"));
    mount_disk(MS_RDONLY);
    check_synced("/mnt/synced");
    EXPECT_OK(umount("/mnt"));
}

static bool says_read_only(void)
{
    static char text[2 * KB];

    read_file("/proc/mounts", text, sizeof(text));
    return strstr(text, "/mnt ext2 ro,") != NULL;
}

/* With errors=remount-ro in the superblock. */
static void no_more_changes(void)
{
    struct statfs st;
    int fd;

    mount_disk(0);
    write_synced("/mnt/synced");
    fd = open("/mnt/open", O_RDWR | O_CREAT, 0644);
    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, block, 100), 100);
    EXPECT(!says_read_only());
    sync();                                     /* which meets the bad sector */
    EXPECT(says_read_only());
    EXPECT_OK(statfs("/mnt", &st));
    EXPECT(st.f_flags & ST_RDONLY);
    EXPECT_ERROR(mkdir("/mnt/late", 0755), EROFS);
    EXPECT_ERROR(unlink("/mnt/synced"), EROFS);
    EXPECT_ERROR(open("/mnt/synced", O_WRONLY), EROFS);
    EXPECT_ERROR(chmod("/mnt/synced", 0600), EROFS);
    EXPECT_ERROR(write(fd, block, 100), EROFS);
    EXPECT_ERROR(ftruncate(fd, 0), EROFS);
    close(fd);
    EXPECT_ERROR(mount(NULL, "/mnt", NULL, MS_REMOUNT, NULL), EIO);
    check_synced("/mnt/synced");
    EXPECT_OK(umount("/mnt"));
}

static const struct test tests[] = {
    TEST(life_goes_on),
    TEST(no_more_changes),
};

TEST_MAIN(tests)

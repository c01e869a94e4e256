/* SPDX-License-Identifier: MIT */
/*
 * disktest.c - a second disk: mounting, filling it up, and what is there after mounting again.
 *
 * The disk, /dev/vdb, holds a small ext2 made by the host, with a directory
 * /host of HOST_FILES files.  What is left on it is looked at by the host
 * afterwards; see tests/qemu/files.py, which knows the same names and bytes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define DISK "/dev/vdb"
#define HOST_FILES 700
#define KEPT (600 * KB)         /* bytes of the file that stays */

static uint8_t block[64 * KB];

static void mount_disk(unsigned long flags)
{
    if (access(DISK, F_OK) < 0)
        skip("needs a second disk");
    REQUIRE(mount(DISK, "/mnt", "ext2", flags, NULL) == 0);
}

static void unmount_disk(void)
{
    REQUIRE(chdir("/") == 0);
    REQUIRE(umount("/mnt") == 0);
}

/* Byte I of the file that the host checks. */
static uint8_t kept_byte(size_t i)
{
    return (uint8_t)(i * 2654435761u >> 13);
}

static void read_what_the_host_wrote(void)
{
    char path[64], buf[64], expected[64];

    mount_disk(MS_RDONLY);
    for (int i = 0; i < HOST_FILES; i += 13) {
        snprintf(path, sizeof(path), "/mnt/host/file-%d", i);
        if (access(path, F_OK) < 0)
            continue;                           /* a former run has removed it */
        snprintf(expected, sizeof(expected), "content of %d\n", i);
        read_file(path, buf, sizeof(buf));
        EXPECT(strcmp(buf, expected) == 0);
    }
    EXPECT_ERROR(open("/mnt/new", O_WRONLY | O_CREAT, 0644), EROFS);
    EXPECT_ERROR(unlink("/mnt/host/file-0"), EROFS);
    EXPECT_ERROR(mkdir("/mnt/d", 0755), EROFS);
    unmount_disk();
}

/* Every other file goes, and others come, in a directory that the host has indexed. */
static void change_what_the_host_wrote(void)
{
    char path[64], to[64];

    mount_disk(0);
    for (int i = 1; i < HOST_FILES; i += 2) {
        snprintf(path, sizeof(path), "/mnt/host/file-%d", i);
        unlink(path);
        snprintf(path, sizeof(path), "/mnt/host/pagoda-%d", i);
        REQUIRE(close(open(path, O_WRONLY | O_CREAT, 0644)) == 0);
    }
    for (int i = 3; i < HOST_FILES; i += 4) {
        snprintf(path, sizeof(path), "/mnt/host/pagoda-%d", i);
        snprintf(to, sizeof(to), "/mnt/host/renamed-%d", i);
        EXPECT_OK(rename(path, to));
    }
    unmount_disk();
}

static void keep_a_file(void)
{
    int fd;

    mount_disk(0);
    fd = open("/mnt/kept", O_WRONLY | O_CREAT | O_TRUNC, 0640);
    REQUIRE(fd >= 0);
    for (size_t at = 0; at < KEPT; at += sizeof(block)) {
        size_t n = KEPT - at < sizeof(block) ? KEPT - at : sizeof(block);

        for (size_t i = 0; i < n; i++)
            block[i] = kept_byte(at + i);
        EXPECT_EQ(write(fd, block, n), n);
    }
    close(fd);
    unlink("/mnt/link");
    EXPECT_OK(symlink("kept", "/mnt/link"));
    unmount_disk();
    mount_disk(0);
    fd = open("/mnt/link", O_RDONLY);
    for (size_t at = 0; at < KEPT; at += sizeof(block)) {
        ssize_t n = read(fd, block, sizeof(block));

        REQUIRE(n > 0);
        for (ssize_t i = 0; i < n; i++)
            if (block[i] != kept_byte(at + (size_t)i)) {
                fail(__FILE__, __LINE__, "byte %zu differs", at + (size_t)i);
                break;
            }
    }
    close(fd);
    unmount_disk();
}

/* Sectors of the disk that were written, as /proc tells. */
static long sectors_written(void)
{
    char *at = open_text("/proc/diskstats"), *line, name[16];
    long sectors;

    while ((line = next_line(&at)))
        if (sscanf(line, "%*d %*d %15s %*d %*d %*d %*d %*d %*d %ld", name, &sectors) == 2
            && strcmp(name, strrchr(DISK, '/') + 1) == 0)
            return sectors;
    return -1;
}

/* What is written to the disk itself, which nobody has mounted, is on it after a sync, and after
 * the last who had it open. */
static void written_by_itself(void)
{
    int fd = open(DISK, O_RDWR);
    long before;

    if (fd < 0)
        skip("needs a second disk");
    EXPECT_EQ(pread(fd, block, PAGE, 0), PAGE);
    before = sectors_written();
    EXPECT_EQ(pwrite(fd, block, PAGE, 0), PAGE);
    sync();
    EXPECT_EQ(sectors_written() - before, PAGE / 512);
    EXPECT_EQ(pwrite(fd, block, PAGE, 0), PAGE);
    EXPECT_OK(close(fd));
    EXPECT_EQ(sectors_written() - before, 2 * PAGE / 512);
}

static void mounting(void)
{
    int fd;

    EXPECT_ERROR(mount("/dev/none", "/mnt", "ext2", 0, NULL), ENOENT);
    EXPECT_ERROR(mount(DISK, "/none", "ext2", 0, NULL), ENOENT);
    EXPECT_ERROR(mount(DISK, "/mnt", "nofs", 0, NULL), ENODEV);
    EXPECT_ERROR(mount("/dev/null", "/mnt", "ext2", 0, NULL), ENOTBLK);
    EXPECT_ERROR(umount("/mnt"), EINVAL);
    mount_disk(0);
    fd = open("/mnt/host", O_RDONLY);
    EXPECT_ERROR(umount("/mnt"), EBUSY);
    close(fd);
    EXPECT_OK(chdir("/mnt/host"));
    EXPECT_ERROR(umount("/mnt"), EBUSY);
    EXPECT_OK(chdir("/"));
    EXPECT_ERROR(rmdir("/mnt"), EBUSY);
    EXPECT_ERROR(link("/mnt/host/file-0", "/f"), EXDEV);
    EXPECT_ERROR(rename("/mnt/host/file-0", "/f"), EXDEV);
    unmount_disk();
}

/* Write until there is no room; how many bytes went in. */
static size_t fill(int fd)
{
    size_t total = 0;
    ssize_t n;

    memset(block, 'F', sizeof(block));
    while ((n = write(fd, block, sizeof(block))) > 0)
        total += (size_t)n;
    EXPECT_EQ(n, -1);
    EXPECT_EQ(errno, ENOSPC);
    return total;
}

static void no_room_left(void)
{
    struct statfs before, full, after;
    char path[64], target[200];
    size_t filled, again;
    int fd;

    mount_disk(0);
    EXPECT_OK(statfs("/mnt", &before));
    fd = open("/mnt/full", O_RDWR | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0);
    filled = fill(fd);
    EXPECT_OK(fsync(fd));
    EXPECT_OK(statfs("/mnt", &full));
    EXPECT_EQ(full.f_bfree, 0);
    EXPECT_RANGE(filled, (long)(before.f_bfree - 8) * before.f_bsize,
                 (long)before.f_bfree * before.f_bsize);
    EXPECT_ERROR(mkdir("/mnt/d", 0755), ENOSPC);
    memset(target, 't', sizeof(target));
    target[sizeof(target) - 1] = '\0';
    EXPECT_ERROR(symlink(target, "/mnt/s"), ENOSPC);
    EXPECT_EQ(pwrite(fd, "X", 1, 5), 1);        /* overwriting needs no room */
    EXPECT_EQ(lseek(fd, 0, SEEK_END), filled);
    EXPECT_OK(ftruncate(fd, (off_t)filled / 2));
    EXPECT_EQ(lseek(fd, 0, SEEK_END), filled / 2);
    again = fill(fd);
    EXPECT_EQ(again, filled - filled / 2);
    close(fd);
    EXPECT_OK(unlink("/mnt/full"));
    for (int i = 0; i < 3; i++) {               /* room again, for anything */
        snprintf(path, sizeof(path), "/mnt/d%d", i);
        EXPECT_OK(mkdir(path, 0755));
        EXPECT_OK(rmdir(path));
    }
    sync();
    EXPECT_OK(statfs("/mnt", &after));
    EXPECT_EQ(after.f_bfree, before.f_bfree);
    EXPECT_EQ(after.f_ffree, before.f_ffree);
    unmount_disk();
}

/* What there was no room for is not what comes up when the file grows. */
static void refused_bytes_are_lost(void)
{
    static char got[PAGE];
    int full, fd;

    mount_disk(0);
    fd = open("/mnt/short", O_RDWR | O_CREAT | O_TRUNC, 0644);
    full = open("/mnt/full", O_RDWR | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0 && full >= 0 && write(fd, block, PAGE) == (ssize_t)PAGE);
    fill(full);
    EXPECT_ERROR(fallocate(fd, 0, PAGE, PAGE), ENOSPC);
    EXPECT_ERROR(pwrite(fd, block, PAGE, PAGE), ENOSPC);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    EXPECT_EQ(pread(fd, got, PAGE, PAGE), PAGE);
    EXPECT(got[0] == 0 && !memcmp(got, got + 1, PAGE - 1));
    close(fd);
    close(full);
    EXPECT_OK(unlink("/mnt/short"));
    EXPECT_OK(unlink("/mnt/full"));
    unmount_disk();
}

static void no_inodes_left(void)
{
    struct statfs before, after;
    char path[64];
    int n, fd = -1;

    mount_disk(0);
    EXPECT_OK(statfs("/mnt", &before));
    EXPECT_OK(mkdir("/mnt/many", 0755));
    for (n = 0;; n++) {
        snprintf(path, sizeof(path), "/mnt/many/%d", n);
        fd = open(path, O_WRONLY | O_CREAT, 0644);
        if (fd < 0)
            break;
        close(fd);
    }
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_EQ(n, before.f_ffree - 1);
    EXPECT_ERROR(mkdir("/mnt/d", 0755), ENOSPC);
    while (n-- > 0) {
        snprintf(path, sizeof(path), "/mnt/many/%d", n);
        EXPECT_OK(unlink(path));
    }
    EXPECT_OK(rmdir("/mnt/many"));
    sync();
    EXPECT_OK(statfs("/mnt", &after));
    EXPECT_EQ(after.f_bfree, before.f_bfree);
    EXPECT_EQ(after.f_ffree, before.f_ffree);
    unmount_disk();
}

static const struct test tests[] = {
    TEST(written_by_itself),
    TEST(mounting),
    TEST(read_what_the_host_wrote),
    TEST(change_what_the_host_wrote),
    TEST(keep_a_file),
    TEST(no_room_left),
    TEST(refused_bytes_are_lost),
    TEST(no_inodes_left),
};

TEST_MAIN(tests)

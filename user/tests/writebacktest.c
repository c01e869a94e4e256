/* SPDX-License-Identifier: MIT */
/*
 * writebacktest.c - when what was written goes to the disk, and how.
 *
 * Works on a second disk with room for it, on a machine with 1 GB of memory:
 * there 64 MB stay below the share of memory from which on the flusher works.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include "user/tests/lib/watch.h"

#define DISK "vdb"

static uint8_t block[256 * KB];

/* Requests that the disk has been asked to write so far. */
static long disk_writes(void)
{
    char line[256], name[32];
    FILE *stats = fopen("/proc/diskstats", "r");
    long writes = -1, number;

    REQUIRE(stats != NULL);
    while (writes < 0 && fgets(line, sizeof(line), stats))
        if (sscanf(line, "%*d %*d %31s %*d %*d %*d %*d %ld", name, &number) == 2
            && strcmp(name, DISK) == 0)
            writes = number;
    fclose(stats);
    REQUIRE(writes >= 0);
    return writes;
}

static void mount_disk(void)
{
    if (access("/dev/" DISK, F_OK) < 0)
        skip("needs a second disk");
    REQUIRE(mount("/dev/" DISK, "/mnt", "ext2", 0, NULL) == 0);
}

static int write_file(const char *path, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    REQUIRE(fd >= 0);
    for (size_t at = 0; at < size; at += sizeof(block)) {
        memset(block, (int)(at >> 18), sizeof(block));
        REQUIRE(write(fd, block, sizeof(block)) == sizeof(block));
    }
    return fd;
}

static void nothing_before_its_time(void)
{
    struct timespec begin, end;
    long before;
    int fd;

    if (proc_number("/proc/meminfo", "MemTotal:") < 900L * 1024)
        skip("needs 1 GB of memory");
    mount_disk();
    sync();
    before = disk_writes();
    clock_gettime(CLOCK_MONOTONIC, &begin);
    fd = write_file("/mnt/f", 64 * MB);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (end.tv_sec - begin.tv_sec < 25)
        EXPECT_EQ(disk_writes(), before);
    EXPECT_RANGE(proc_number("/proc/meminfo", "Dirty:"), 64 * 1024, 66 * 1024);
    EXPECT_OK(fsync(fd));
    EXPECT(disk_writes() > before);
    EXPECT_RANGE(proc_number("/proc/meminfo", "Dirty:"), 0, 1024);
    close(fd);
    EXPECT_OK(unlink("/mnt/f"));
    EXPECT_OK(umount("/mnt"));
}

/* What is removed before its time never reaches the disk. */
static void never_written(void)
{
    long before, written;

    mount_disk();
    sync();
    before = disk_writes();
    close(write_file("/mnt/f", 8 * MB));
    EXPECT_OK(unlink("/mnt/f"));
    sync();
    written = disk_writes() - before;
    EXPECT_RANGE(written, 0, 40);               /* metadata */
    EXPECT_OK(umount("/mnt"));
}

/* On a disk that is slower than any host, lest each request be done before the next. */
static void many_requests_at_once(void)
{
    int fd;

    need_debug_call();
    mount_disk();
    fd = write_file("/mnt/f", 8 * MB);
    EXPECT_OK(fsync(fd));
    close(fd);
    note("at most %lu requests at once", read_counters().disk_inflight_max);
    EXPECT(read_counters().disk_inflight_max >= 8);
    EXPECT_OK(unlink("/mnt/f"));
    EXPECT_OK(umount("/mnt"));
}

/* Memory above the limit is written while the writer goes on. */
static void flusher_works_above_the_limit(void)
{
    long before, total = proc_number("/proc/meminfo", "MemTotal:") * 1024;
    size_t size = (size_t)total / 4;

    if (size > 40 * MB)
        skip("needs a small memory");
    mount_disk();
    sync();
    before = disk_writes();
    close(write_file("/mnt/f", size));
    EXPECT(disk_writes() > before);
    EXPECT(proc_number("/proc/meminfo", "Dirty:") * 1024 < total / 4);
    EXPECT_OK(unlink("/mnt/f"));
    EXPECT_OK(umount("/mnt"));
}

/* Write a byte of the disk, with RWF's flags, as it was; how many requests that made. */
static long rewrite_disk(int fd, int rwf)
{
    char c;
    struct iovec part = { .iov_base = &c, .iov_len = 1 };
    long before;

    EXPECT_EQ(pread(fd, &c, 1, 0), 1);
    before = disk_writes();
    EXPECT_EQ(pwritev2(fd, &part, 1, 0, rwf), 1);
    return disk_writes() - before;
}

/* A disk as a file: what was to be on it when write returns is. */
static void disk_is_written_in_time(void)
{
    int fd = open("/dev/" DISK, O_RDWR), data, all;

    if (fd < 0)
        skip("needs a second disk");
    data = open("/dev/" DISK, O_RDWR | O_DSYNC);
    all = open("/dev/" DISK, O_RDWR | O_SYNC);
    REQUIRE(data >= 0 && all >= 0);
    EXPECT_EQ(rewrite_disk(fd, 0), 0);
    EXPECT(rewrite_disk(fd, RWF_DSYNC) > 0);
    EXPECT(rewrite_disk(fd, RWF_SYNC) > 0);
    EXPECT(rewrite_disk(data, 0) > 0);
    EXPECT(rewrite_disk(all, 0) > 0);
    close(fd);
    close(data);
    close(all);
}

static const struct test tests[] = {
    TEST(nothing_before_its_time),
    TEST(never_written),
    LONG_CHILD_TEST(many_requests_at_once),
    TEST(flusher_works_above_the_limit),
    TEST(disk_is_written_in_time),
};

TEST_MAIN(tests)

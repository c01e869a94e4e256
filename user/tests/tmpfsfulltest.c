/* SPDX-License-Identifier: MIT */
/*
 * tmpfsfulltest.c - a tmpfs that is full, of its own limit and of memory; what is in swap comes
 * back; and all of it is free again afterwards.
 *
 * The disk /dev/vdb is a swap area.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/vfs.h>
#include "user/tests/lib/watch.h"

#define DISK "/dev/vdb"
#define PATH "/mnt/file"
#define WORDS (PAGE / sizeof(uint64_t))

static uint64_t page[WORDS];

static void fill_page(size_t i)
{
    struct rand r;

    rand_seed(&r, test_seed ^ i << 8);
    for (size_t w = 0; w < WORDS; w++)
        page[w] = rand_next(&r);
}

static void mount_tmpfs(const char *options)
{
    REQUIRE(mount("none", "/mnt", "tmpfs", 0, options) == 0);
}

/* Write pages until there is no room, or N have been written; how many. */
static size_t fill(const char *path, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    size_t i = 0;

    REQUIRE(fd >= 0);
    for (; i < n; i++) {
        fill_page(i);
        if (write(fd, page, PAGE) != PAGE)
            break;
    }
    if (i < n)
        EXPECT_EQ(errno, ENOSPC);
    close(fd);
    return i;
}

static void expect_content(const char *path, size_t n)
{
    static uint64_t is[WORDS];
    int fd = open(path, O_RDONLY);
    size_t wrong = 0;

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < n; i++) {
        fill_page(i);
        REQUIRE(read(fd, is, PAGE) == PAGE);
        wrong += memcmp(is, page, PAGE) != 0;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(read(fd, is, PAGE), 0);
    close(fd);
}

static long shmem(void)
{
    return proc_number("/proc/vmstat", "nr_shmem ");
}

/* ENOSPC at the limit, to the page, and room again as pages go. */
static void its_own_limit(void)
{
    long before = shmem();
    struct statfs st;
    int fd;

    mount_tmpfs("size=1m");
    EXPECT_EQ(fill(PATH, 1000), 256);
    EXPECT_EQ(shmem() - before, 256);
    REQUIRE(statfs("/mnt", &st) == 0);
    EXPECT_EQ(st.f_blocks, 256);
    EXPECT_EQ(st.f_bfree, 0);
    fd = open("/mnt/other", O_RDWR | O_CREAT, 0644);
    REQUIRE(fd >= 0);
    EXPECT_ERROR(write(fd, page, PAGE), ENOSPC);
    EXPECT_OK(truncate(PATH, 100 * PAGE));
    EXPECT_EQ(write(fd, page, PAGE), PAGE);
    EXPECT_EQ(shmem() - before, 101);
    EXPECT_ERROR(fallocate(fd, 0, 0, 300 * PAGE), ENOSPC);
    EXPECT_ERROR(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 300 * PAGE), ENOSPC);
    EXPECT_EQ(shmem() - before, 101);   /* nothing stays unseen */
    close(fd);
    expect_content(PATH, 100);
    EXPECT_OK(umount("/mnt"));
    EXPECT_EQ(shmem(), before);
}

/* One and a half times the memory: most of it goes to swap, and comes back. */
static void more_than_memory(void)
{
    long total = proc_number("/proc/meminfo", "MemTotal:") * (long)KB / (long)PAGE, before, nfree;
    size_t n = (size_t)total * 3 / 2;
    char options[32];

    if (total > 64 * (long)MB / (long)PAGE)
        skip("needs a small machine");
    if (access(DISK, F_OK) < 0 || swapon(DISK, 0) < 0)
        skip("needs a second disk with a swap area");
    before = shmem();
    nfree = proc_number("/proc/meminfo", "MemAvailable:");
    snprintf(options, sizeof(options), "size=%luk", (n + 1) * (PAGE / KB));
    mount_tmpfs(options);
    EXPECT_EQ(fill(PATH, n), n);
    EXPECT_RANGE(shmem() - before, 1, total);
    EXPECT(proc_number("/proc/meminfo", "SwapTotal:") - proc_number("/proc/meminfo", "SwapFree:")
           >= total / 2 * (long)(PAGE / KB));
    expect_content(PATH, n);
    EXPECT_OK(truncate(PATH, (off_t)(n / 8 * PAGE)));
    EXPECT_OK(swapoff(DISK));                   /* the rest fits */
    expect_content(PATH, n / 8);
    EXPECT_OK(umount("/mnt"));
    EXPECT_EQ(shmem(), before);
    EXPECT_RANGE(proc_number("/proc/meminfo", "MemAvailable:"), nfree - 1024, nfree + 4096);
}

/* Without a limit of its own: half of the memory, so that it fills nobody else's. */
static void half_of_memory(void)
{
    long total = proc_number("/proc/meminfo", "MemTotal:") * (long)KB / (long)PAGE;
    long killed = proc_number("/proc/vmstat", "oom_kill "), before = shmem();
    size_t n;

    if (total > 64 * (long)MB / (long)PAGE)
        skip("needs a small machine");
    mount_tmpfs("");
    n = fill(PATH, (size_t)total);
    EXPECT_RANGE(n, total / 2 - 16, total / 2 + 16);
    EXPECT_EQ(proc_number("/proc/vmstat", "oom_kill "), killed);
    expect_content(PATH, n);
    EXPECT_OK(umount("/mnt"));
    EXPECT_EQ(shmem(), before);
}

static const struct test tests[] = {
    TEST(its_own_limit), TEST(more_than_memory), TEST(half_of_memory),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: MIT */
/*
 * dirtytest.c - memory full of what has to be written: those who write go on, at the pace of
 * the disk, and nobody is killed for it.
 *
 * Works on a second disk, /dev/vdb, that is larger than memory.  DIRTY_MB in the environment is
 * how much is written; twice the memory if it is not there.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define PATH "/mnt/dirty"
#define WRITERS 3
#define WORDS (PAGE / sizeof(uint64_t))
#define SECOND 1000000L

static long vm(const char *field)
{
    return proc_number("/proc/vmstat", field);
}

static long microseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static size_t pages_to_write(void)
{
    const char *mb = getenv("DIRTY_MB");

    if (mb)
        return strtoul(mb, NULL, 10) * MB / PAGE;
    return 2 * (size_t)proc_number("/proc/meminfo", "MemTotal:") * KB / PAGE;
}

static long killed;                     /* before the test */

static void begin(void)
{
    if (access("/dev/vdb", F_OK) < 0 || mount("/dev/vdb", "/mnt", "ext2", 0, NULL) < 0)
        skip("needs a second disk with a file system");
    killed = vm("oom_kill ");
}

static void end(void)
{
    EXPECT_EQ(vm("oom_kill "), killed);
    EXPECT_OK(unlink(PATH));
    EXPECT_OK(umount("/mnt"));
}

static void fill_page(uint64_t *word, size_t page)
{
    struct rand r;

    rand_seed(&r, test_seed ^ page << 8);
    for (size_t i = 0; i < WORDS; i += 16)
        word[i] = rand_next(&r);
}

static void expect_content(const char *path, size_t npages)
{
    static uint64_t is[WORDS], should[WORDS];
    int fd = open(path, O_RDONLY);
    size_t wrong = 0;

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < npages; i++) {
        REQUIRE(read(fd, is, PAGE) == PAGE);
        fill_page(should, i);
        wrong += memcmp(is, should, PAGE) != 0;
    }
    EXPECT_EQ(wrong, 0);
    close(fd);
}

/* One writes, as dd does: dirty pages stay below the limit, and no write takes long. */
static void write_more_than_memory(void)
{
    static uint64_t page[WORDS];
    size_t n = pages_to_write();
    long longest = 0, most = 0, before;
    int fd;

    begin();
    before = microseconds();
    fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0);
    for (size_t i = 0; i < n; i++) {
        long now = microseconds(), dirty;

        fill_page(page, i);
        REQUIRE(write(fd, page, PAGE) == PAGE);
        if (microseconds() - now > longest)
            longest = microseconds() - now;
        if (i % 256 == 0) {
            dirty = vm("nr_dirty ") + vm("nr_writeback ");
            most = dirty > most ? dirty : most;
            EXPECT_RANGE(dirty, 0, vm("nr_dirty_threshold ") + 128);
        }
    }
    close(fd);
    note("%zu pages in %ld ms, at most %ld dirty, longest write %ld ms", n,
         (microseconds() - before) / 1000, most, longest / 1000);
    EXPECT_RANGE(longest, 0, 5 * SECOND);
    expect_content(PATH, n);
    end();
}

/* Several store into one file that they map: together each page of it. */
static void store_pages(void *arg)
{
    size_t n = pages_to_write() / 2, first = (size_t)arg;
    int fd = open(PATH, O_RDWR);
    char *p = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    for (size_t i = first; i < n; i += WRITERS)
        fill_page((uint64_t *)(p + i * PAGE), i);
    munmap(p, n * PAGE);
    close(fd);
}

static void map_more_than_memory(void)
{
    size_t n = pages_to_write() / 2;
    pid_t pid[WRITERS];
    int fd;

    begin();
    fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0 && ftruncate(fd, (off_t)(n * PAGE)) == 0);
    close(fd);
    for (size_t i = 0; i < WRITERS; i++)
        pid[i] = start_child(store_pages, (void *)i);
    for (size_t i = 0; i < WRITERS; i++)
        EXPECT_EQ(wait_child(pid[i]), 0);
    expect_content(PATH, n);
    end();
}

/* Somebody else needs memory while the file is written: it comes from clean pages. */
static void write_for_ever(void *arg)
{
    static uint64_t page[WORDS];
    int fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    (void)arg;
    for (size_t i = 0;; i++) {
        if (i % pages_to_write() == 0)
            lseek(fd, 0, SEEK_SET);
        fill_page(page, i);
        if (write(fd, page, PAGE) != PAGE)
            _exit(1);
    }
}

static void others_get_memory(void)
{
    size_t n = pages_to_write() / 8;
    long before;
    pid_t pid;

    begin();
    pid = start_child(write_for_ever, NULL);
    AWAIT(proc_number("/proc/meminfo", "MemFree:") < 4096);
    before = microseconds();
    for (int turn = 0; turn < 8; turn++)
        unmap(map_touched(n), n);
    note("8 times %zu pages beside a writer: %ld ms", n, (microseconds() - before) / 1000);
    end_child(pid);
    end();
}

static const struct test tests[] = {
    TEST(write_more_than_memory), TEST(map_more_than_memory), TEST(others_get_memory),
};
TEST_MAIN(tests)

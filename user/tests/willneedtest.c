/* SPDX-License-Identifier: MIT */
/*
 * willneedtest.c - advice that brings pages, or says how a file will be read.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/letters.h"
#include "user/tests/lib/watch.h"

#define ON_DISK "/willneedtest.file"
#define IN_MEMORY "/tmp/willneedtest.file"
#define MANY 64                     /* pages */

/* Reading files */

/* A file of MANY pages that are on the disk and not in memory. */
static int make_cold_file(void)
{
    char content[MANY + 1] = { 0 };
    int fd;

    need_to_drop_pages();
    memset(content, 'f', MANY);
    fd = make_file(ON_DISK, content);
    drop_cached_pages();
    return fd;
}

/* Touch the page AT of a file that is not in memory, under ADVICE: pages read. */
static size_t read_by_touching(size_t at, int advice)
{
    int fd = make_cold_file();
    char *p = map_pages(MANY, PROT_READ, MAP_SHARED, fd, 0);
    size_t n;

    EXPECT_EQ(in_memory(p, MANY), 0);
    EXPECT_OK(madvise(p, MANY * PAGE, advice));
    EXPECT_EQ(p[at * PAGE], 'f');
    for (int i = 0; i < 20 && in_memory(p, MANY) < 32; i++)
        usleep(500);                    /* what was started may not have come yet */
    n = in_memory(p, MANY);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
    return n;
}

static void random_reads_one_page(void)
{
    EXPECT_EQ(read_by_touching(0, MADV_RANDOM), 1);
    EXPECT(read_by_touching(0, MADV_NORMAL) > 1);
}

static void sequential_reads_ahead(void)
{
    EXPECT_RANGE(read_by_touching(9, MADV_SEQUENTIAL), 32, MANY);
}

/* Advice also holds for pages that are there: neighbours are not mapped. */
static void random_maps_one_page(void)
{
    char content[17] = "ffffffffffffffff";
    int fd = make_file(ON_DISK, content);
    char *p = map_pages(16, PROT_READ, MAP_SHARED, fd, 0);
    long before;

    need_debug_call();
    EXPECT_OK(madvise(p, 16 * PAGE, MADV_RANDOM));
    before = resident_pages();
    EXPECT_EQ(p[3 * PAGE], 'f');
    EXPECT_EQ(resident_pages(), before + 1);
    EXPECT_OK(madvise(p, 16 * PAGE, MADV_NORMAL));
    EXPECT_EQ(p[5 * PAGE], 'f');
    EXPECT_RANGE(resident_pages(), before + 3, before + 16);
    unmap(p, 16);
    remove_file(fd, ON_DISK);
}

static void all_comes(char *p)
{
    for (int i = 0; i < 2000 && in_memory(p, MANY) < MANY; i++)
        usleep(500);
    EXPECT_EQ(in_memory(p, MANY), MANY);
}

static void willneed_reads(void)
{
    int fd = make_cold_file();
    char *p = map_pages(MANY, PROT_READ, MAP_PRIVATE, fd, 0);
    long faults;

    EXPECT_OK(madvise(p + 8 * PAGE, 8 * PAGE, MADV_WILLNEED));
    for (int i = 0; i < 2000 && in_memory(p + 8 * PAGE, 8) < 8; i++)
        usleep(500);
    EXPECT_EQ(in_memory(p + 8 * PAGE, 8), 8);
    EXPECT_EQ(in_memory(p, 8), 0);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_WILLNEED));
    all_comes(p);
    faults = major_faults();
    for (size_t i = 0; i < MANY; i++)
        EXPECT_EQ(p[i * PAGE], 'f');
    EXPECT_EQ(major_faults(), faults);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
}

static void fadvise_willneed_reads(void)
{
    int fd = make_cold_file(), fds[2];
    char *p = map_pages(MANY, PROT_READ, MAP_PRIVATE, fd, 0);

    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL), 0);
    EXPECT_EQ(in_memory(p, MANY), 0);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), 0);     /* to the end */
    all_comes(p);
    EXPECT_EQ(posix_fadvise(fd, (off_t)(1000 * MB), 1, POSIX_FADV_WILLNEED), 0);
    EXPECT_EQ(posix_fadvise(fd, 0, -1, POSIX_FADV_WILLNEED), EINVAL);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, 77), EINVAL);
    EXPECT_OK(pipe(fds));
    EXPECT_EQ(posix_fadvise(fds[0], 0, 0, POSIX_FADV_WILLNEED), ESPIPE);
    close(fds[0]);
    close(fds[1]);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), EBADF);
}

static void readahead_reads(void)
{
    int fd = make_cold_file(), other = open(ON_DISK, O_WRONLY), folder = open("/", O_RDONLY), fds[2];
    char *p = map_pages(MANY, PROT_READ, MAP_PRIVATE, fd, 0);

    EXPECT_EQ(readahead(fd, (off_t)(8 * PAGE), 8 * PAGE), 0);
    for (int i = 0; i < 2000 && in_memory(p + 8 * PAGE, 8) < 8; i++)
        usleep(500);
    EXPECT_EQ(in_memory(p + 8 * PAGE, 8), 8);
    EXPECT_EQ(in_memory(p, 8), 0);
    EXPECT_EQ(readahead(fd, 0, MANY * PAGE), 0);
    all_comes(p);
    EXPECT_EQ(readahead(fd, (off_t)(1000 * MB), 1), 0);
    EXPECT_ERROR(readahead(fd, 0, SIZE_MAX), EINVAL);
    EXPECT_ERROR(readahead(other, 0, PAGE), EBADF);
    EXPECT_ERROR(readahead(folder, 0, PAGE), EINVAL);
    EXPECT_OK(pipe(fds));
    EXPECT_ERROR(readahead(fds[0], 0, PAGE), EINVAL);
    close(fds[0]);
    close(fds[1]);
    close(folder);
    close(other);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
    EXPECT_ERROR(readahead(fd, 0, PAGE), EBADF);
}

/* Whole pages go that are clean and that nobody maps. */
static void fadvise_dontneed_drops(void)
{
    int fd = make_file(ON_DISK, "abcdef"), memory = make_file(IN_MEMORY, "a");
    char *p = map_pages(6, PROT_READ, MAP_SHARED, fd, 0);
    char *q = map_pages(1, PROT_READ, MAP_SHARED, memory, 0);
    char content[PAGE];

    memset(content, 'x', PAGE);
    need_to_drop_pages();
    EXPECT_OK(fsync(fd));
    EXPECT_EQ(posix_fadvise(fd, PAGE / 2, PAGE, POSIX_FADV_DONTNEED), 0);
    EXPECT_EQ(in_memory(p, 6), 6);
    EXPECT_EQ(posix_fadvise(fd, PAGE / 2, 2 * PAGE, POSIX_FADV_DONTNEED), 0);
    EXPECT_EQ(in_memory(p, 6), 5);
    EXPECT_EQ(in_memory(p + PAGE, 1), 0);
    EXPECT_EQ(pwrite(fd, content, PAGE, 2 * PAGE), PAGE);
    madvise(p, 6 * PAGE, MADV_RANDOM);
    EXPECT_EQ(p[3 * PAGE], 'd');
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 1), 1);           /* mapped */
    if (has_debug_call())                               /* Linux may be using the others, too */
        EXPECT_EQ(in_memory(p, 2) + in_memory(p + 4 * PAGE, 2), 0);
    EXPECT_PAGES(p, "abxdef");                          /* the dirty one was not lost */
    EXPECT_EQ(posix_fadvise(memory, 0, 0, POSIX_FADV_DONTNEED), 0);
    EXPECT_EQ(in_memory(q, 1), 1);                      /* it is nowhere else */
    unmap(p, 6);
    unmap(q, 1);
    remove_file(fd, ON_DISK);
    remove_file(memory, IN_MEMORY);
}

/* What has been written to the disk can be dropped; what was not asked for is still dirty. */
static void ranges_are_written(void)
{
    int fd = make_file(ON_DISK, "abcd"), fds[2];
    char *p = map_pages(4, PROT_READ, MAP_SHARED, fd, 0);
    char content[PAGE];
    struct iovec x = { content, PAGE };

    memset(content, 'x', PAGE);
    need_to_drop_pages();
    EXPECT_OK(sync_file_range(fd, (off_t)PAGE, (off_t)(2 * PAGE), SYNC_FILE_RANGE_WRITE_AND_WAIT));
    EXPECT_OK(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_AFTER));
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    EXPECT_EQ(in_memory(p + PAGE, 2), 0);
    if (has_debug_call())                               /* Linux starts to write the others */
        EXPECT_EQ(in_memory(p, 4), 2);
    EXPECT_OK(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
    EXPECT_OK(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_AFTER));
    EXPECT_EQ(pwritev2(fd, &x, 1, (off_t)PAGE, RWF_DSYNC), PAGE);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    EXPECT_EQ(in_memory(p, 4), 0);
    EXPECT_PAGES(p, "axcd");
    EXPECT_ERROR(sync_file_range(fd, 0, 0, 8), EINVAL);
    EXPECT_ERROR(sync_file_range(fd, -1, 0, 0), EINVAL);
    EXPECT_ERROR(sync_file_range(fd, 1, INT64_MAX, 0), EINVAL);
    EXPECT_OK(pipe(fds));
    EXPECT_ERROR(sync_file_range(fds[1], 0, 0, 0), ESPIPE);
    close(fds[0]);
    close(fds[1]);
    unmap(p, 4);
    remove_file(fd, ON_DISK);
    EXPECT_ERROR(sync_file_range(fd, 0, 0, 0), EBADF);
}

/* Nothing to read: memory, what lies behind the end of a file, holes. */
static void willneed_nothing(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map_pages(8, PROT_READ, MAP_SHARED, fd, 0), *memory = make_pages("abc");
    char *shared = map_shared(1);

    EXPECT_OK(madvise(p, 8 * PAGE, MADV_WILLNEED));
    EXPECT_OK(madvise(p + 4 * PAGE, PAGE, MADV_WILLNEED));
    EXPECT_OK(madvise(shared, PAGE, MADV_WILLNEED));
    EXPECT_EQ(in_memory(shared, 1), 0);
    unmap(memory + PAGE, 1);
    EXPECT_ERROR(madvise(memory, 3 * PAGE, MADV_WILLNEED), ENOMEM);
    EXPECT_PAGES(memory, "a");
    unmap(memory, 3);
    unmap(shared, 1);
    unmap(p, 8);
    remove_file(fd, ON_DISK);
}

/* MADV_POPULATE_READ and _WRITE */

static void populate_memory(void)
{
    static char *volatile p;
    long faults;

    p = map_anon(MANY * PAGE);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_NOHUGEPAGE));
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_POPULATE_READ));
    faults = minor_faults();
    for (size_t i = 0; i < MANY; i++)
        EXPECT_EQ(p[i * PAGE], 0);
    EXPECT_EQ(minor_faults(), faults);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_POPULATE_WRITE));
    EXPECT_EQ(in_memory(p, MANY), MANY);
    faults = minor_faults();
    for (size_t i = 0; i < MANY; i++)
        p[i * PAGE] = 1;
    EXPECT_EQ(minor_faults(), faults);
    unmap(p, MANY);
}

/* Copies of a file's pages are made by the one, not by the other. */
static void populate_private_file(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map_pages(2, RW, MAP_PRIVATE, fd, 0);

    EXPECT_OK(madvise(p, PAGE, MADV_POPULATE_READ));
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_POPULATE_WRITE));
    EXPECT_EQ(pwrite(fd, "x", 1, 0), 1);
    EXPECT_EQ(pwrite(fd, "x", 1, (off_t)PAGE), 1);
    EXPECT_EQ(p[0], 'x');
    EXPECT_EQ(p[PAGE], 'b');
    unmap(p, 2);
    remove_file(fd, ON_DISK);
}

static void expect_ab(void *arg)
{
    EXPECT_PAGES(arg, "ab");
}

static void populate_breaks_sharing(void)
{
    char *p = make_pages("ab");
    struct late_child child;
    long faults;

    start_late_child(&child, expect_ab, p);
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE));
    EXPECT_PAGES(p, "ab");
    faults = minor_faults();
    p[0] = p[PAGE] = 'x';
    faults = minor_faults() - faults;
    EXPECT_EQ(faults, 0);
    end_late_child(&child);
    unmap(p, 2);
}

static void populate_shared(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map_pages(2, RW, MAP_SHARED, fd, 0), *memory = map_shared(2);

    EXPECT_OK(madvise(p, 2 * PAGE, MADV_POPULATE_READ));
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE));
    EXPECT_PAGES(p, "ab");
    EXPECT_OK(madvise(memory, 2 * PAGE, MADV_POPULATE_WRITE));
    EXPECT_EQ(in_memory(memory, 2), 2);
    EXPECT_PAGES(memory, "00");
    unmap(p, 2);
    unmap(memory, 2);
    remove_file(fd, ON_DISK);
}

static void populate_needs_rights(void)
{
    static const struct { int prot; bool read, write; } cases[] = {
        { PROT_NONE, false, false }, { PROT_READ, true, false }, { PROT_EXEC, false, false },
        { PROT_WRITE, false, true }, { RW, true, true }, { PROT_READ | PROT_EXEC, true, false },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char *p = map_pages(1, cases[i].prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (cases[i].read)
            EXPECT_OK(madvise(p, PAGE, MADV_POPULATE_READ));
        else
            EXPECT_ERROR(madvise(p, PAGE, MADV_POPULATE_READ), EINVAL);
        EXPECT_EQ(in_memory(p, 1), cases[i].read);
        if (cases[i].write)
            EXPECT_OK(madvise(p, PAGE, MADV_POPULATE_WRITE));
        else
            EXPECT_ERROR(madvise(p, PAGE, MADV_POPULATE_WRITE), EINVAL);
        unmap(p, 1);
    }
}

/* What cannot be had ends it; what lies before is there, what behind is not. */
static void populate_stops(void)
{
    char *p = map_anon(5 * PAGE);
    int fd = make_file(ON_DISK, "ab");
    char *file = map_pages(3, PROT_READ, MAP_SHARED, fd, 0);

    unmap(p + 2 * PAGE, 1);
    EXPECT_ERROR(madvise(p, 5 * PAGE, MADV_POPULATE_WRITE), ENOMEM);
    EXPECT_EQ(in_memory(p, 2), 2);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 2), 0);
    EXPECT_ERROR(madvise(p + 2 * PAGE, 2 * PAGE, MADV_POPULATE_READ), ENOMEM);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 2), 0);
    EXPECT_OK(mprotect(p + 3 * PAGE, PAGE, PROT_READ));
    EXPECT_ERROR(madvise(p + 3 * PAGE, 2 * PAGE, MADV_POPULATE_WRITE), EINVAL);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 2), 0);
    EXPECT_ERROR(madvise(file, 3 * PAGE, MADV_POPULATE_READ), EFAULT);      /* behind the end */
    EXPECT_ERROR(madvise(file, 3 * PAGE, MADV_POPULATE_WRITE), EINVAL);
    unmap(p, 5);
    unmap(file, 3);
    remove_file(fd, ON_DISK);
}

/* A stack grows by being used, not by being asked for. */
static void populate_does_not_grow_a_stack(void)
{
    char *p = map_pages(64, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    char *start = p + 32 * PAGE;

    unmap(p, 32);
    EXPECT_ERROR(madvise(start - PAGE, 2 * PAGE, MADV_POPULATE_WRITE), ENOMEM);
    EXPECT_EQ(in_memory(start, 1), 0);
    unmap(start, 32);
}

#define HUGE (4096 * MB)

static void populate_much(void *arg)
{
    char *p = mmap(NULL, HUGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    madvise(p, HUGE, MADV_NOHUGEPAGE);
    signal_gate(arg);
    madvise(p, HUGE, MADV_POPULATE_READ);
    pause_forever(NULL);
}

/* Death does not wait until all is there. */
static void populate_can_be_killed(void)
{
    struct rusage u;
    struct gate begun;
    int status;
    pid_t pid;

    open_gate(&begun);
    pid = start_child(populate_much, &begun);
    wait_gate(&begun);
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait4(pid, &status, 0, &u), pid);
    EXPECT_EQ(status, SIGKILL);
    EXPECT(u.ru_minflt < (long)(HUGE / PAGE));
    close_gate(&begun);
}

static const struct test tests[] = {
    TEST(random_reads_one_page), TEST(sequential_reads_ahead), TEST(random_maps_one_page),
    TEST(willneed_reads), TEST(fadvise_willneed_reads), TEST(fadvise_dontneed_drops),
    TEST(willneed_nothing), TEST(readahead_reads), TEST(ranges_are_written),
    TEST(populate_memory), TEST(populate_private_file), TEST(populate_breaks_sharing),
    TEST(populate_shared), TEST(populate_needs_rights), TEST(populate_stops),
    TEST(populate_does_not_grow_a_stack), TEST(populate_can_be_killed),
};

TEST_MAIN(tests)

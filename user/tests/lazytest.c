/* SPDX-License-Identifier: MIT */
/*
 * lazytest.c - memory costs nothing until it is touched, and is zero then.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define GB (1024 * MB)

static char big_bss[4 * MB];

/* Linux rounds its resident set figures a little; here they are exact. */
#define EXPECT_GROWTH(before, pages)                                           \
    EXPECT_RANGE(resident_pages() - (before), (long)(pages) - slack(), (long)(pages) + slack())

static long slack(void)
{
    return has_debug_call() ? 0 : 128;
}

static char *map_lazy(size_t size)
{
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    prctl(PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L);      /* Linux: pages are to be small */
    return p;
}

/* A mapping far larger than memory. */
static void untouched_is_free(void)
{
    struct statm before, after;
    long tables = proc_number("/proc/self/status", "VmPTE:");
    char *p;

    resident_pages();                           /* touches what it needs itself */
    munmap(map_lazy(PAGE), PAGE);               /* and so does this */
    before = read_statm();
    p = map_lazy(16 * GB);
    after = read_statm();
    EXPECT_EQ(after.size - before.size, 16 * GB / PAGE);
    EXPECT_GROWTH(before.resident, 0);
    EXPECT_EQ(proc_number("/proc/self/status", "VmPTE:"), tables);
    munmap(p, 16 * GB);
    EXPECT_EQ(read_statm().size, before.size);
}

static void each_touch_costs_one_page(void)
{
    char *p = map_lazy(GB);
    long before;

    resident_pages();
    before = resident_pages();
    for (long n = 1; n <= 200; n++) {
        p[(size_t)n * 1237 * PAGE % GB] = 1;
        if (n % 50 == 0)
            EXPECT_GROWTH(before, n);
    }
    for (long n = 1; n <= 200; n++)
        EXPECT_EQ(p[(size_t)n * 1237 * PAGE % GB], 1);
    EXPECT_GROWTH(before, 200);
    munmap(p, GB);
    EXPECT_GROWTH(before, 0);
}

/* Reading gives the zero page, which is nobody's; writing then takes a frame. */
static void reading_costs_nothing(void)
{
    char *p = map_lazy(100 * PAGE);
    long before;
    int sum = 0;

    resident_pages();
    before = resident_pages();
    for (size_t i = 0; i < 100; i++)
        sum |= p[i * PAGE + i];
    EXPECT_EQ(sum, 0);
    EXPECT_GROWTH(before, 0);
    if (has_debug_call()) {
        EXPECT(read_page(p).flags & DEBUG_PAGE_ZERO);
        EXPECT_EQ(read_page(p + 99 * PAGE).pfn, read_page(p).pfn);
    }
    for (size_t i = 0; i < 100; i++)
        p[i * PAGE + i] = 1;
    EXPECT_GROWTH(before, 100);
    munmap(p, 100 * PAGE);
}

/* Frames that come round again carry nothing over. */
static bool is_all_zero(const char *p, size_t size)
{
    const uint64_t *words = (const uint64_t *)p;

    for (size_t i = 0; i < size / 8; i++)
        if (words[i])
            return false;
    return true;
}

static void every_byte_is_zero(void)
{
    for (int turn = 0; turn < 8; turn++) {
        size_t size = rand_range(&test_rand, 1, 300) * PAGE;
        char *p = map_lazy(size);

        EXPECT(is_all_zero(p, size));
        munmap(p, size);
        p = map_lazy(size);
        for (size_t i = 0; i < size; i += PAGE) {
            p[i + rand_below(&test_rand, PAGE)] = 0;
            EXPECT(is_all_zero(p + i, PAGE));
        }
        memset(p, 0xa5, size);
        munmap(p, size);
    }
}

/* One page in each 2 MiB and 1 GiB: tables come and go with the pages. */
static void far_apart(void)
{
    char *p = map_lazy(8 * GB);
    struct debug_counters before = { 0 }, after;

    if (has_debug_call())
        before = read_counters();
    for (size_t i = 0; i < 8 * GB; i += GB / 4)
        *(size_t *)(p + i) = i + 1;
    for (size_t i = 0; i < 32 * 2 * MB; i += 2 * MB)
        *(size_t *)(p + i + PAGE) = i + 2;
    for (size_t i = 0; i < 8 * GB; i += GB / 4)
        EXPECT_EQ(*(size_t *)(p + i), i + 1);
    for (size_t i = 0; i < 32 * 2 * MB; i += 2 * MB)
        EXPECT_EQ(*(size_t *)(p + i + PAGE), i + 2);
    if (has_debug_call()) {
        after = read_counters();
        EXPECT_EQ(after.frames[DEBUG_FRAME_ANON] - before.frames[DEBUG_FRAME_ANON], 32 + 32);
        EXPECT_RANGE(after.frames[DEBUG_FRAME_TABLE] - before.frames[DEBUG_FRAME_TABLE], 31 + 31,
                     31 + 32 + 9);
    }
    munmap(p, 8 * GB);
    if (has_debug_call()) {
        after = read_counters();
        EXPECT_EQ(after.frames[DEBUG_FRAME_ANON], before.frames[DEBUG_FRAME_ANON]);
        EXPECT_EQ(after.frames[DEBUG_FRAME_TABLE], before.frames[DEBUG_FRAME_TABLE]);
    }
}

static void bss_is_lazy(void)
{
    long before;

    resident_pages();
    before = resident_pages();
    for (size_t i = 0; i < sizeof(big_bss); i += 64 * PAGE)
        EXPECT_EQ(big_bss[i + 100], 0);
    EXPECT_GROWTH(before, 0);
    for (size_t i = 0; i < sizeof(big_bss); i += 64 * PAGE)
        big_bss[i + PAGE + 100] = 1;
    EXPECT_GROWTH(before, sizeof(big_bss) / (64 * PAGE));
}

/* One fault for each page, none for a page that is there. */
static void faults_are_counted(void)
{
    char *p = map_lazy(256 * PAGE);
    struct rusage before, after;

    getrusage(RUSAGE_SELF, &before);
    getrusage(RUSAGE_SELF, &before);
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < 256; i++)
            p[i * PAGE] = 1;
    getrusage(RUSAGE_SELF, &after);
    EXPECT_EQ(after.ru_minflt - before.ru_minflt, 256);
    EXPECT_EQ(after.ru_majflt - before.ru_majflt, 0);
    munmap(p, 256 * PAGE);
}

/* The kernel touches pages as well: copies from and to untouched memory. */
static void kernel_touches(void)
{
    char *p = map_lazy(64 * PAGE);
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    EXPECT_EQ(write(fd[1], p + 3 * PAGE, 2 * PAGE), 2 * PAGE);      /* reads zeros */
    memset(p, 1, 2 * PAGE);
    EXPECT_EQ(read(fd[0], p, 2 * PAGE), 2 * PAGE);
    EXPECT(is_all_zero(p, 2 * PAGE));
    EXPECT_EQ(write(fd[1], "0123456789", 10), 10);
    EXPECT_EQ(read(fd[0], p + 20 * PAGE - 5, 10), 10);
    EXPECT(memcmp(p + 20 * PAGE - 5, "0123456789", 10) == 0);
    close(fd[0]);
    close(fd[1]);
    munmap(p, 64 * PAGE);
}

static void touch_in_child(void *arg)
{
    char *p = arg;

    EXPECT(is_all_zero(p, 10 * PAGE));
    memset(p, 'c', 10 * PAGE);
}

static void untouched_through_fork(void)
{
    char *p = map_lazy(10 * PAGE);

    EXPECT_EQ(run_child(touch_in_child, p), 0);
    EXPECT(is_all_zero(p, 10 * PAGE));
    munmap(p, 10 * PAGE);
}

/* Who touches more than there is must go; all others stay, and get the memory back. */
static void touch_too_much(void *arg)
{
    size_t size = (size_t)arg;
    char *p = map_lazy(size);

    for (size_t i = 0; i < size; i += PAGE)
        p[i] = 1;
}

static void more_than_there_is(void)
{
    struct sysinfo info;
    char *p;

    need_debug_call();
    REQUIRE(sysinfo(&info) == 0);
    if (info.totalram > 300 * MB)
        skip("takes too long with so much memory");
    p = map_anon(PAGE);
    *p = 42;
    EXPECT_KILLED(touch_too_much, (void *)(info.totalram + MB), SIGKILL);
    EXPECT_EQ(*p, 42);
    munmap(p, PAGE);
    p = map_anon(info.totalram / 2);
    memset(p, 1, info.totalram / 2);
    munmap(p, info.totalram / 2);
}

static const struct test tests[] = {
    TEST(untouched_is_free),
    TEST(each_touch_costs_one_page),
    TEST(reading_costs_nothing),
    TEST(every_byte_is_zero),
    TEST(far_apart),
    TEST(bss_is_lazy),
    TEST(faults_are_counted),
    TEST(kernel_touches),
    TEST(untouched_through_fork),
    TEST(more_than_there_is),
};

TEST_MAIN(tests)

/* SPDX-License-Identifier: MIT */
/*
 * scaletest.c - page faults on several harts do not wait for each other.
 *
 * How often the zone's lock is taken is counted and the same on every host; how
 * much faster two harts are than one is only true on a host that has nothing else
 * to do, so that test runs when it is named.
 */
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define NPAGES 4096             /* 16 MB, faulted by each process */
#define ROUNDS 4                /* how often, in a measurement */
#define TRIES 10

static void touch_pages(void *arg)
{
    char *p = map_anon(NPAGES * PAGE);

    (void)arg;
    for (size_t i = 0; i < NPAGES; i++)
        p[i * PAGE] = 1;
    EXPECT_OK(munmap(p, NPAGES * PAGE));
}

static void touch_often(void *arg)
{
    wait_gate(arg);
    for (int i = 0; i < ROUNDS; i++)
        touch_pages(NULL);
}

/* Work in which the kernel has no part. */
static void compute(void *arg)
{
    wait_gate(arg);
    for (volatile long i = 0; i < 30000000; i++)
        continue;
}

static void expect_few_zone_locks(unsigned nchildren)
{
    struct debug_counters before, after;
    pid_t pid[8];
    uint64_t allocs, locks;

    before = read_counters();
    for (unsigned i = 0; i < nchildren; i++)
        pid[i] = start_child(touch_pages, NULL);
    for (unsigned i = 0; i < nchildren; i++)
        EXPECT_CHILD(pid[i]);
    after = read_counters();
    allocs = after.page_allocs - before.page_allocs;
    locks = after.zone_locks - before.zone_locks;
    note("%u processes: %lu pages, %lu zone locks", nchildren, allocs, locks);
    EXPECT(allocs >= nchildren * NPAGES);
    EXPECT(locks * 8 < allocs);
}

static void zone_lock_is_seldom_taken(void)
{
    need_debug_call();
    touch_pages(NULL);
    expect_few_zone_locks(1);
    expect_few_zone_locks(2);
    expect_few_zone_locks(4);
}

/* Nanoseconds until N processes have each done WORK. */
static long time_of(unsigned n, void (*work)(void *))
{
    struct timespec begin, end;
    struct gate gate;
    pid_t pid[2];

    open_gate(&gate);
    for (unsigned i = 0; i < n; i++)
        pid[i] = start_child(work, &gate);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned i = 0; i < n; i++)
        signal_gate(&gate);
    for (unsigned i = 0; i < n; i++)
        EXPECT_CHILD(pid[i]);
    clock_gettime(CLOCK_MONOTONIC, &end);
    close_gate(&gate);
    return (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec;
}

/* How much of WORK two processes do in the time of one, in percent. */
static long ratio_of(void (*work)(void *))
{
    long one = time_of(1, work), two = time_of(2, work);

    return one * 200 / two;
}

/* Two harts do 1.7 times the work of one.  A try counts while the host lets two harts
 * compute side by side. */
static void two_processes_fault_side_by_side(void)
{
    long best = 0, counted = 0;

    if (harts() < 2)
        skip("needs two harts");
    for (int i = 0; i < TRIES && best < 170; i++) {
        long host = ratio_of(compute), kernel = ratio_of(touch_often);

        note("computing %ld %%, faulting %ld %%", host, kernel);
        counted += host >= 180;
        if (kernel > best)
            best = kernel;
    }
    if (best < 170 && counted == 0)
        skip("the host is busy");
    EXPECT(best >= 170);
}

static const struct test tests[] = {
    TEST(zone_lock_is_seldom_taken),
    LONG_CHILD_TEST(two_processes_fault_side_by_side),
};

TEST_MAIN(tests)

/* SPDX-License-Identifier: MIT */
/*
 * swapofftest.c - swapoff while processes fault, fork and exit; several at once; and when it
 * cannot go on.
 */
#include <signal.h>
#include <sys/swap.h>
#include <sys/time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define AREA "/swapofftest.swap"
#define AREA_2 "/swapofftest.other"
#define AREA_PAGES 2048
#define NPAGES 64
#define WORKERS 3
#define TURNS 6
#define CALLERS 3

static void look(void *arg)
{
    for (size_t i = 0; i < NPAGES; i++)
        EXPECT(page_is_filled(arg, i, 5));
}

static void work(void *arg)
{
    char *p = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)arg;
    for (size_t i = 0; i < NPAGES; i++)
        fill_page(p, i, 5);
    for (int turn = 0; turn < TURNS; turn++) {
        push_out(p, NPAGES);
        EXPECT_EQ(run_child(look, p), 0);
        look(p);
    }
}

static void under_load(void)
{
    pid_t pids[WORKERS];

    begin_swap_file(AREA, AREA_PAGES);
    start_children(pids, WORKERS, work);
    for (int i = 0; i < TURNS; i++) {
        EXPECT_OK(swapoff(AREA));
        REQUIRE(swapon(AREA, 0) == 0);
    }
    for (size_t i = 0; i < WORKERS; i++)
        EXPECT_CHILD(pids[i]);
    end_swap_file(AREA);
}

/* Several swapoffs at the same time */

/* The areas take turns, a cluster of slots each. */
static void use(const char *path)
{
    REQUIRE(swapon(path, SWAP_FLAG_PREFER | 5) == 0);
}

static void end_area(void *path)
{
    EXPECT_OK(swapoff(path));
}

static void two_areas_at_once(void)
{
    pid_t workers[WORKERS], ends[2];
    const char *paths[] = { AREA, AREA_2 };
    char *p = map_pages(4 * NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (size_t i = 0; i < 2; i++)
        make_swap_file(paths[i], AREA_PAGES / 2);
    start_children(workers, WORKERS, work);
    for (uint64_t turn = 0; turn < TURNS / 2; turn++) {
        for (size_t i = 0; i < 2; i++)
            use(paths[i]);
        for (size_t i = 0; i < 4 * NPAGES; i++)
            fill_page(p, i, turn);
        push_out(p, 4 * NPAGES);
        for (size_t i = 0; i < 2; i++)
            ends[i] = start_child(end_area, (void *)(uintptr_t)paths[i]);
        for (size_t i = 0; i < 2; i++) {
            EXPECT_CHILD(ends[i]);
            EXPECT_EQ(proc_number("/proc/swaps", paths[i]), -1);
        }
        for (size_t i = 0; i < 4 * NPAGES; i++)
            EXPECT(page_is_filled(p, i, turn));
    }
    for (size_t i = 0; i < WORKERS; i++)
        EXPECT_CHILD(workers[i]);
    for (size_t i = 0; i < 2; i++)
        EXPECT_OK(unlink(paths[i]));
    unmap(p, 4 * NPAGES);
}

/* How many callers ended the area, were told that it is none, or something else. */
struct answers {
    int ended, none, other;
};

static void end_or_not(void *arg)
{
    struct answers *a = arg;
    int *answer = swapoff(AREA) == 0 ? &a->ended : errno == EINVAL ? &a->none : &a->other;

    __atomic_fetch_add(answer, 1, __ATOMIC_RELAXED);
}

/* One of them ends it; for the others it is no area any more, though it is still listed. */
static void same_area_at_once(void)
{
    struct answers *a = (struct answers *)map_shared(1);
    char *p = map_pages(4 * NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t pids[CALLERS];

    begin_swap_file(AREA, AREA_PAGES);
    for (uint64_t turn = 0; turn < TURNS / 2; turn++) {
        *a = (struct answers){ 0 };
        for (size_t i = 0; i < 4 * NPAGES; i++)
            fill_page(p, i, turn);
        push_out(p, 4 * NPAGES);
        for (size_t i = 0; i < CALLERS; i++)
            pids[i] = start_child(end_or_not, a);
        for (size_t i = 0; i < CALLERS; i++)
            EXPECT_CHILD(pids[i]);
        EXPECT_EQ(a->ended, 1);
        EXPECT_EQ(a->none, CALLERS - 1);
        for (size_t i = 0; i < 4 * NPAGES; i++)
            EXPECT(page_is_filled(p, i, turn));
        REQUIRE(swapon(AREA, 0) == 0);
    }
    end_swap_file(AREA);
    unmap((char *)a, 1);
    unmap(p, 4 * NPAGES);
}

/* When it cannot go on */

/* The area goes on, and gives everything back the next time. */
static void without_memory(void)
{
    char *p;

    need_debug_call();
    begin_swap_file(AREA, AREA_PAGES);
    p = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < NPAGES; i++)
        fill_page(p, i, 5);
    push_out(p, NPAGES);
    fail_nth(DEBUG_FAIL_PAGE, 1);
    EXPECT_ERROR(swapoff(AREA), ENOMEM);
    fail_nth(DEBUG_FAIL_PAGE, 0);
    EXPECT(proc_number("/proc/swaps", AREA) != -1);
    look(p);
    push_out(p, NPAGES);
    EXPECT(in_memory(p, NPAGES) < NPAGES);
    end_swap_file(AREA);
    look(p);
    unmap(p, NPAGES);
}

/* Until a signal comes in the middle. */
static void interrupted(void)
{
    struct itimerval every = { .it_value.tv_usec = 1000 }, never = { 0 };
    char *p = map_pages(4 * NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool was = false;

    handle_with(SIGALRM, record, 0);
    begin_swap_file(AREA, AREA_PAGES);
    for (int turn = 0; !was && turn < 50; turn++) {
        for (size_t i = 0; i < 4 * NPAGES; i++)
            fill_page(p, i, 5);
        push_out(p, 4 * NPAGES);
        every.it_value.tv_usec = 200 + 300 * turn;
        nseen = 0;
        setitimer(ITIMER_REAL, &every, NULL);
        was = swapoff(AREA) == -1 && errno == EINTR;
        setitimer(ITIMER_REAL, &never, NULL);
        if (!was && proc_number("/proc/swaps", AREA) == -1)
            EXPECT_OK(swapon(AREA, 0));
    }
    EXPECT(was);
    EXPECT(proc_number("/proc/swaps", AREA) != -1);
    end_swap_file(AREA);
    for (size_t i = 0; i < 4 * NPAGES; i++)
        EXPECT(page_is_filled(p, i, 5));
    unmap(p, 4 * NPAGES);
}

static const struct test tests[] = {
    TEST(under_load), TEST(two_areas_at_once), TEST(same_area_at_once), TEST(without_memory),
    TEST(interrupted),
};
TEST_MAIN(tests)

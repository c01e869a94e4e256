/* SPDX-License-Identifier: MIT */
/*
 * lab6test.c - fork shares memory, costs no frames, and what must stay shared stays so.
 *
 * That nobody can tell shared memory from copied memory is for cowtest to say.
 */
#include <fcntl.h>
#include <sched.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"

/* Frames */

#define KINDS 5

static char in_data[2 * PAGE] = { 'd' };
static char in_bss[2 * PAGE];

struct places {
    char *at[KINDS];
    uint64_t frame[KINDS];
};

static const char *const kinds[KINDS] = { "data", "bss", "heap", "stack", "a mapping" };

/* The middle of each area: its page is of this test alone. */
static void look_for_same_frames(void *arg)
{
    const struct places *p = arg;

    for (size_t i = 0; i < KINDS; i++) {
        struct debug_page page = read_page(p->at[i]);

        if (page.pfn != p->frame[i])
            fail(__FILE__, __LINE__, "%s: frame %lx became %lx", kinds[i], p->frame[i], page.pfn);
        if (page.mapcount != 2)
            fail(__FILE__, __LINE__, "%s: mapped %d times, not 2", kinds[i], page.mapcount);
    }
}

static char *middle_page(char *area)
{
    return (char *)(((uintptr_t)area + PAGE - 1) & ~(PAGE - 1));
}

static void same_frames(void)
{
    char on_stack[2 * PAGE];
    struct places p = { .at = { middle_page(in_data), middle_page(in_bss),
                                middle_page(sbrk(2 * PAGE)), middle_page(on_stack),
                                map_anon(PAGE) } };

    need_debug_call();
    for (size_t i = 0; i < KINDS; i++) {
        *(volatile char *)p.at[i] = 'o';
        p.frame[i] = read_page(p.at[i]).pfn;
    }
    EXPECT_EQ(run_child(look_for_same_frames, &p), 0);
    munmap(p.at[KINDS - 1], PAGE);
    sbrk(-2 * (long)PAGE);
}

#define MANY 2000               /* pages */
#define FEW 200

static uint64_t anon_frames(void)
{
    return read_counters().frames[DEBUG_FRAME_ANON];
}

static void no_frames_for_memory(void)
{
    char *p = map_touched(MANY);
    struct late_child child;
    uint64_t before, after;

    need_debug_call();
    before = anon_frames();
    start_late_child(&child, NULL, NULL);
    after = anon_frames();
    end_late_child(&child);
    if (after > before + FEW)
        fail(__FILE__, __LINE__, "fork of a process with %d pages took %lu frames", MANY,
             after - before);
    unmap(p, MANY);
}

/* More processes with the same memory than would fit, if it were not the same. */
#define SHARED_MB 16UL
#define SHARERS 10

static void memory_for_all(void)
{
    char *p = map_touched(SHARED_MB * MB / PAGE);
    struct late_child children[SHARERS];

    for (size_t i = 0; i < SHARERS; i++)
        start_late_child(&children[i], NULL, NULL);
    for (size_t i = 0; i < SHARERS; i++)
        end_late_child(&children[i]);
    unmap(p, SHARED_MB * MB / PAGE);
}

/* Stores of the parent */

#define TURNS 60
#define STORED 16               /* pages */

static void see_the_old(void *arg)
{
    const volatile char *p = arg;

    for (int look = 0; look < 3; look++) {
        for (size_t i = 0; i < STORED; i++)
            if (p[i * PAGE] != 'o') {
                fail(__FILE__, __LINE__, "page %zu shows the parent's store", i);
                return;
            }
        sched_yield();
    }
}

/* Its translations are still in the TLB. */
static void parent_stores_at_once(void)
{
    volatile char *p = map_touched(STORED);

    for (int turn = 0; turn < TURNS && test_failures() == 0; turn++) {
        pid_t child;

        for (size_t i = 0; i < STORED; i++)
            p[i * PAGE] = 'o';
        child = start_child(see_the_old, (void *)p);
        for (size_t i = 0; i < STORED; i++)
            p[i * PAGE] = 'p';
        EXPECT_CHILD(child);
    }
    unmap((char *)p, STORED);
}

static struct {
    volatile uint64_t *count;
    volatile bool stop;
} *store;

static int count_up(void *arg)
{
    (void)arg;
    while (!store->stop)
        ++*store->count;
    _exit(0);
}

static void see_no_counting(void *arg)
{
    uint64_t first = *store->count;

    (void)arg;
    for (int look = 0; look < 20; look++) {
        sched_yield();
        EXPECT_EQ(*store->count, first);
    }
}

/* Another thread of the parent stores all the time, on a hart that fork does not run on. */
static void threads_store_during_fork(void)
{
    pid_t thread;

    if (harts() < 2)
        skip("one hart only");
    store = (void *)map_shared(1);
    store->count = (uint64_t *)map_touched(1);
    thread = start_thread(0, count_up);
    while (*store->count == 0)
        sched_yield();
    for (int turn = 0; turn < TURNS && test_failures() == 0; turn++)
        EXPECT_EQ(run_child(see_no_counting, NULL), 0);
    store->stop = true;
    EXPECT_CHILD(thread);
    unmap((char *)store->count, 1);
    unmap((char *)store, 1);
}

/* Memory that is mapped to be shared */

static struct gate to_child, to_parent;

static void store_where_shared(void *arg)
{
    volatile char *p = arg;

    p[0] = 'c';
    signal_gate(&to_parent);
    wait_gate(&to_child);
    EXPECT_EQ(p[1], 'p');
}

static void share_with_child(char *p)
{
    uint64_t frame;
    pid_t child;

    open_gate(&to_child);
    open_gate(&to_parent);
    p[0] = p[1] = 'o';
    frame = read_page(p).pfn;
    child = start_child(store_where_shared, p);
    wait_gate(&to_parent);
    EXPECT_EQ(p[0], 'c');
    p[1] = 'p';
    EXPECT_EQ(read_page(p).pfn, frame);
    signal_gate(&to_child);
    EXPECT_CHILD(child);
    close_gate(&to_child);
    close_gate(&to_parent);
    unmap(p, 1);
}

static void shared_stays_shared(void)
{
    int fd = open("lab6.shared", O_RDWR | O_CREAT | O_TRUNC, 0600);

    need_debug_call();
    REQUIRE(fd >= 0 && ftruncate(fd, PAGE) == 0);
    share_with_child(map_shared(1));
    share_with_child(map_pages(1, RW, MAP_SHARED, fd, 0));
    close(fd);
    unlink("lab6.shared");
}

/* The last one */

static void keep_frame(void *arg)
{
    uint64_t frame = read_page(arg).pfn;

    signal_gate(&to_parent);
    wait_gate(&to_child);           /* the parent has unmapped it now */
    *(volatile char *)arg = 'c';
    EXPECT_EQ(read_page(arg).pfn, frame);
}

static void exit_at_once(void *arg)
{
    (void)arg;
}

static void last_one_keeps_frame(void)
{
    char *p = map_touched(2);
    uint64_t frame = read_page(p).pfn;
    pid_t child;

    need_debug_call();
    EXPECT_EQ(run_child(exit_at_once, NULL), 0);
    *(volatile char *)p = 'p';
    EXPECT_EQ(read_page(p).pfn, frame);

    open_gate(&to_child);
    open_gate(&to_parent);
    child = start_child(keep_frame, p + PAGE);
    wait_gate(&to_parent);
    unmap(p, 2);
    signal_gate(&to_child);
    EXPECT_CHILD(child);
    close_gate(&to_child);
    close_gate(&to_parent);
}

#define ALONE 100               /* pages */

static long taken_over(void)
{
    return proc_number("/proc/vmstat", "cow_reuse ");
}

static void no_copies_when_alone(void)
{
    char *p = map_touched(ALONE);
    uint64_t before;
    long taken_before;

    need_debug_call();
    if (harts() > 1)
        skip("counted on one hart only: others disturb the figures");
    EXPECT_EQ(run_child(exit_at_once, NULL), 0);
    before = read_counters().cow_breaks;
    taken_before = taken_over();
    for (size_t i = 0; i < ALONE; i++)
        *(volatile char *)(p + i * PAGE) = 'p';
    EXPECT(read_counters().cow_breaks - before < ALONE / 10);
    EXPECT(taken_over() - taken_before >= ALONE);
    unmap(p, ALONE);
}

static const struct test tests[] = {
    TEST(same_frames),
    TEST(no_frames_for_memory),
    TEST(memory_for_all),
    TEST(parent_stores_at_once),
    TEST(threads_store_during_fork),
    TEST(shared_stays_shared),
    TEST(last_one_keeps_frame),
    TEST(no_copies_when_alone),
};

TEST_MAIN(tests)

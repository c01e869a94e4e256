/* SPDX-License-Identifier: MIT */
/*
 * timertest.c - timers: as files, as signals, and by processor time.
 */
#include <sched.h>
#include "user/tests/timertest/timertest.h"

int64_t read_clock(clockid_t clock)
{
    struct timespec t = { -1, -1 };

    EXPECT_OK(clock_gettime(clock, &t));
    return from_timespec(t);
}

struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / SECOND, .tv_nsec = ns % SECOND };
}

int64_t from_timespec(struct timespec t)
{
    EXPECT_RANGE(t.tv_nsec, 0, SECOND - 1);
    return t.tv_sec * SECOND + t.tv_nsec;
}

struct itimerspec setting(int64_t value, int64_t interval)
{
    return (struct itimerspec){ .it_interval = to_timespec(interval),
                                .it_value = to_timespec(value) };
}

void sleep_for(int64_t ns)
{
    struct timespec t = to_timespec(ns);

    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL), 0);
}

static volatile uint64_t sink;

void compute_until(const volatile int *count, int n)
{
    uint64_t x = 1;

    while (*count < n)
        for (int i = 0; i < 1000; i++)
            x = hash_mix64(x);
    sink = x;
}

void compute_for(clockid_t clock, int64_t ns)
{
    int64_t begin = read_clock(clock);

    while (read_clock(clock) - begin < ns)
        continue;
}

/* Threads of this process */

#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)

static char stacks[MOST_COMPUTING][4 * PAGE] __attribute__((aligned(16)));
static volatile int tids[MOST_COMPUTING], ended, stop;
static int ncomputing;

static int compute(void *arg)
{
    tids[(intptr_t)arg] = (int)syscall(SYS_gettid);
    compute_until(&stop, 1);
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_exit, 0);
    return 0;
}

void start_computing(int n)
{
    stop = ended = 0;
    for (int i = 0; i < n; i++) {
        tids[i] = 0;
        REQUIRE(clone(compute, stacks[i] + sizeof(stacks[i]), THREAD_FLAGS, (void *)(intptr_t)i)
                > 0);
        while (!tids[i])
            sched_yield();
    }
    ncomputing = n;
}

int computing_tid(int i)
{
    return tids[i];
}

void end_computing(void)
{
    stop = 1;
    while (ended < ncomputing)
        sched_yield();
    for (int i = 0; i < ncomputing; i++)
        while (syscall(SYS_tgkill, getpid(), tids[i], 0) == 0)
            sched_yield();
}

static const struct test_list *const lists[] = {
    &file_tests, &interval_tests, &signal_tests, &clock_tests,
};
TEST_LISTS_MAIN(lists)

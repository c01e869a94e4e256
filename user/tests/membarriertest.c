/* SPDX-License-Identifier: MIT */
/*
 * membarriertest.c - one thread's call is a fence for the others, which have none of their own.
 *
 * An emulated hart is so slow in a call that nothing would be seen without the fence: the test
 * looks whether the other harts have been told.
 */
#include <sched.h>
#include "lib/abi/membarrier.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"

static long membarrier(int cmd, unsigned flags)
{
    return syscall(SYS_membarrier, cmd, flags, 0);
}

/* Who runs our memory passes the fence in an interrupt, and for a global one so does everybody. */

static volatile bool *over;

static void bind_to_hart(size_t n)
{
    uint64_t mask = 1UL << n;

    EXPECT_OK(sched_setaffinity(0, sizeof(mask), &mask));
}

static int spin_there(void *arg)
{
    (void)arg;
    bind_to_hart(1);
    *over = false;
    while (!*over)
        continue;
    _exit(0);
}

/* How many requests to pass one are served during 100 calls. */
static long count_told(int cmd)
{
    long before = proc_number("/proc/vmstat", "nr_tlb_remote_flush_received");

    for (int i = 0; i < 100; i++)
        EXPECT_OK(membarrier(cmd, 0));
    return proc_number("/proc/vmstat", "nr_tlb_remote_flush_received") - before;
}

static void who_is_told(void)
{
    long others = harts() - 1;
    pid_t pid;

    need_pagoda("counts no flushes");
    if (!others)
        skip("one hart");
    EXPECT_OK(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
    over = (bool *)map_anon(PAGE);
    *over = true;
    bind_to_hart(0);
    pid = start_thread(1, spin_there);
    while (*over)
        sched_yield();
    EXPECT_RANGE(count_told(MEMBARRIER_CMD_PRIVATE_EXPEDITED), 100, 150);
    EXPECT_RANGE(count_told(MEMBARRIER_CMD_GLOBAL), 100 * others, 100 * others + 50);
    *over = true;
    EXPECT_CHILD(pid);
    EXPECT_RANGE(count_told(MEMBARRIER_CMD_PRIVATE_EXPEDITED), 0, 50);
}

/* Registration */

#define BOTH (MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED)

static void expect_both(void *arg)
{
    (void)arg;
    EXPECT_EQ(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 0), BOTH);
    EXPECT_OK(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
}

static void find_none(void)
{
    EXPECT_EQ(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 0), 0);
    EXPECT_ERROR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0), EPERM);
}

static void exec_another(void *arg)
{
    (void)arg;
    exec_test("/proc/self/exe", "find_none");
}

static void who_is_registered(void)
{
    find_none();
    EXPECT_OK(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
    EXPECT_EQ(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 0),
              MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    EXPECT_OK(membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0));
    expect_both(NULL);
    EXPECT_EQ(run_child(expect_both, NULL), 0);
    EXPECT_EQ(run_child(exec_another, NULL), 0);
}

static void arguments(void)
{
    long known = membarrier(MEMBARRIER_CMD_QUERY, 0);

    EXPECT_EQ(known & (BOTH | MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_GLOBAL
                       | MEMBARRIER_CMD_GLOBAL_EXPEDITED),
              BOTH | MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_GLOBAL
              | MEMBARRIER_CMD_GLOBAL_EXPEDITED);
    EXPECT_OK(membarrier(MEMBARRIER_CMD_GLOBAL, 0));
    EXPECT_ERROR(membarrier(MEMBARRIER_CMD_QUERY, 1), EINVAL);
    EXPECT_ERROR(membarrier(MEMBARRIER_CMD_GLOBAL, 1), EINVAL);
    EXPECT_ERROR(membarrier(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0), EINVAL);
    EXPECT_ERROR(membarrier(1 << 20, 0), EINVAL);
    EXPECT_ERROR(membarrier(-1, 0), EINVAL);
}

static const struct test tests[] = {
    CHILD_TEST(who_is_told),
    CHILD_TEST(who_is_registered),
    TEST(arguments),
    NAMED_TEST(find_none),      /* in the new program, after the exec of a test above */
};

TEST_MAIN(tests)

/* SPDX-License-Identifier: MIT */
/*
 * processes.c - no lock outlives fork or exec.
 */
#include "user/tests/mlocktest/mlocktest.h"

static void expect_nothing_locked(void *arg)
{
    char *p;

    (void)arg;
    EXPECT_EQ(locked(), 0);
    p = map_anon(4 * PAGE);
    EXPECT_EQ(locked(), 0);
    EXPECT_EQ(in_memory(p, 4), 0);
}

static void store_and_lock(void *arg)
{
    char *p = arg;

    expect_nothing_locked(NULL);
    p[0] = 2;
    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_EQ(locked(), 4);
    EXPECT_EQ(p[0], 2);
}

static void children_inherit_no_lock(void)
{
    char *p = map_anon(4 * PAGE);
    long all;

    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    all = locked();
    p[0] = 1;
    EXPECT_EQ(run_child(expect_nothing_locked, NULL), 0);
    EXPECT_EQ(run_child(store_and_lock, p), 0);
    EXPECT_EQ(p[0], 1);
    EXPECT_EQ(locked(), all);
}

static void children_without_the_memory(void)
{
    char *p = map_anon(4 * PAGE);

    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_DONTFORK));
    EXPECT_EQ(run_child(expect_nothing_locked, NULL), 0);
    EXPECT_EQ(locked(), 4);
    munmap(p, 4 * PAGE);
}

static void after_exec(void)
{
    expect_nothing_locked(NULL);
}

static void lock_and_exec(void *arg)
{
    (void)arg;
    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    exec_test("/proc/self/exe", "after_exec");
}

static void programs_inherit_no_lock(void)
{
    EXPECT_EQ(run_child(lock_and_exec, NULL), 0);
}

static const struct test tests[] = {
    CHILD_TEST(children_inherit_no_lock), TEST(children_without_the_memory),
    TEST(programs_inherit_no_lock), NAMED_TEST(after_exec),
};

const struct test_list process_tests = TEST_LIST(tests);

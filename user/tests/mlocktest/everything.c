/* SPDX-License-Identifier: MIT */
/*
 * everything.c - mlockall: all the memory that there is, and that will be.
 */
#include "user/tests/mlocktest/mlocktest.h"

static void all_there_is(void)
{
    char *before = map_anon(8 * PAGE), *after;
    long size;

    EXPECT_OK(mlockall(MCL_CURRENT));
    size = proc_number("/proc/self/status", "VmSize:") / 4;
    EXPECT_RANGE(locked(), size - 8, size);             /* all but the kernel's own pages */
    EXPECT_EQ(in_memory(before, 8), 8);
    size = locked();
    after = map_anon(8 * PAGE);
    EXPECT_EQ(locked(), size);
    EXPECT_EQ(in_memory(after, 8), 0);
    EXPECT_OK(munlockall());
    EXPECT_EQ(locked(), 0);
}

static void all_that_will_be(void)
{
    char *before = map_anon(8 * PAGE), *after;

    EXPECT_OK(mlockall(MCL_FUTURE));
    EXPECT_EQ(locked(), 0);
    EXPECT_EQ(in_memory(before, 8), 0);
    after = map_anon(8 * PAGE);
    EXPECT_EQ(locked(), 8);
    EXPECT_EQ(in_memory(after, 8), 8);
    EXPECT_OK(mlockall(MCL_FUTURE | MCL_ONFAULT));
    after = map_anon(8 * PAGE);
    EXPECT_EQ(locked(), 16);
    EXPECT_EQ(in_memory(after, 8), 0);
    EXPECT_OK(munlockall());
    EXPECT_EQ(locked(), 0);
    map_anon(8 * PAGE);
    EXPECT_EQ(locked(), 0);
}

static void each_call_says_anew(void)
{
    char *p = map_anon(8 * PAGE);
    long all;

    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
    EXPECT_EQ(in_memory(p, 8), 0);
    all = locked();
    map_anon(8 * PAGE);
    EXPECT_EQ(locked(), all + 8);
    EXPECT_OK(mlockall(MCL_CURRENT));                   /* and the future is free again */
    EXPECT_EQ(in_memory(p, 8), 8);
    EXPECT_EQ(locked(), all + 8);
    map_anon(8 * PAGE);
    EXPECT_EQ(locked(), all + 8);
}

static const struct test tests[] = {
    CHILD_TEST(all_there_is), CHILD_TEST(all_that_will_be), CHILD_TEST(each_call_says_anew),
};

const struct test_list everything_tests = TEST_LIST(tests);

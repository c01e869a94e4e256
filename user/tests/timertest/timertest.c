/* SPDX-License-Identifier: MIT */
/*
 * timertest.c - timers: as files.
 */
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

static const struct test_list *const lists[] = { &file_tests };
TEST_LISTS_MAIN(lists)

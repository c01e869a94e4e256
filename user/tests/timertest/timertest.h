/* SPDX-License-Identifier: MIT */
/*
 * timertest.h - what the files of timertest share: clocks and times in nanoseconds.
 *
 * On a machine that others share only this is certain: that nothing comes too early, and
 * that it comes at all.
 */
#pragma once
#include <time.h>
#include "user/tests/lib/test.h"

#define MS 1000000L
#define SECOND 1000000000L

int64_t read_clock(clockid_t clock);
struct timespec to_timespec(int64_t ns);
int64_t from_timespec(struct timespec t);
struct itimerspec setting(int64_t value, int64_t interval);
void sleep_for(int64_t ns);

extern const struct test_list file_tests;

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

/* Compute, without a system call, until *COUNT is N. */
void compute_until(const volatile int *count, int n);
/* Until so much time has passed by CLOCK. */
void compute_for(clockid_t clock, int64_t ns);

/* Start N threads of this process that do nothing but compute; the number of the I-th; and
 * end them.  Their stacks take a signal's frame. */
#define MOST_COMPUTING 4
void start_computing(int n);
int computing_tid(int i);
void end_computing(void);

extern const struct test_list file_tests, interval_tests, signal_tests, clock_tests;

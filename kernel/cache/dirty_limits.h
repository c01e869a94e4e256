/* SPDX-License-Identifier: MIT */
/*
 * dirty_limits.h - how much of memory may wait to be written to disks.  The policy,
 * nothing else.
 *
 *     0 ------- background ------------------- hard ------>   dirty pages
 *       nobody      the flusher writes,      writers wait
 *       cares       writers go on            until it is less
 *
 * Each limit is a share of the memory that could hold files, in percent, or, if that was
 * written last, a number of bytes: of a pair one is 0.
 *
 * Pure: numbers in, numbers out.
 */
#pragma once
#include "kernel/port/port.h"

/* /proc/sys/vm/dirty_*. */
struct dirty_settings {
    unsigned background_ratio, ratio;               /* percent, 0 to 100 */
    uint64_t background_bytes, bytes;
};

/* The least that may be dirty before anybody waits, in pages: small machines. */
#define DIRTY_FLOOR 64

struct dirty_limits {
    size_t background, hard;                        /* pages */
};

/* The limits where AVAILABLE pages are free or hold files.  background < hard. */
struct dirty_limits dirty_limits_of(const struct dirty_settings *s, size_t available);

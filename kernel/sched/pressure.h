/* SPDX-License-Identifier: MIT */
/*
 * pressure.h - who stands still for want of memory, of a disk, or of a hart.
 *
 *     bool began = pressure_enter(PRESSURE_MEMORY);
 *
 *     ... reclaim, or wait for what was evicted ...
 *     pressure_leave(PRESSURE_MEMORY, began);
 *
 * Only the beginning and the end of a stall cost anything.  What the other threads do is
 * looked at then: one that falls asleep during somebody's stall is taken for productive
 * until the next stall begins or ends.  That a hart is wanted is looked at when a slice
 * ends: who waited less than a slice, 10 ms, is seen by chance, as often as not.
 */
#pragma once
#include "kernel/sched/pressure_meter.h"

enum pressure_kind { PRESSURE_MEMORY, PRESSURE_IO, PRESSURE_CPU, PRESSURES };

/* The current thread stalls for K, MEMORY or IO; with MEMORY it may go on running.  False if it
 * does so already.  Never sleeps. */
bool pressure_enter(enum pressure_kind k);
/* It goes on; BEGAN is what pressure_enter said. */
void pressure_leave(enum pressure_kind k, bool began);

/* Somebody waited for this hart for TICKS of the timebase that end now.  From the timer. */
void pressure_note_queue(uint64_t ticks);

/* A line of /proc/pressure: hundredths of a percent, and microseconds since boot. */
struct pressure_figures {
    uint64_t average[PRESSURE_SPANS];
    uint64_t total_us;
};
void pressure_read(enum pressure_kind k, struct pressure_figures figures[PRESSURE_LINES]);

void pressure_init(void);

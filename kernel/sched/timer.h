/* SPDX-License-Identifier: MIT */
/*
 * timer.h - call a function at a time; and what time it is.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/rbtree.h"

struct clock_data;

struct timer {
    struct rb_node node;        /* in its hart's queue, by deadline  [RANK_TIMER] */
    uint64_t deadline;          /* ns, monotonic                              */
    void (*fn)(struct timer *t);/* runs in the timer interrupt: must not sleep    */
    uint32_t hart;
    bool armed;
};

void timer_setup(struct timer *t, void (*fn)(struct timer *t));
/* (Re)arm for DEADLINE.  Any context. */
void timer_arm(struct timer *t, uint64_t deadline_ns);
/* True if it was armed.  On return FN neither runs nor will run; not from FN itself. */
bool timer_cancel(struct timer *t);

/* Nanoseconds since boot (CLOCK_MONOTONIC) and since 1970 (CLOCK_REALTIME). */
uint64_t clock_monotonic_ns(void);
uint64_t clock_realtime_ns(void);
/* Set what 1970 is: now = NS. */
void clock_set_realtime(uint64_t ns);

/* Keep COPY, which programs read, as the clock is.  Once, at boot. */
void clock_share(struct clock_data *copy);

/* Ticks of the timebase as nanoseconds, e.g. of thread->utime. */
uint64_t clock_ticks_to_ns(uint64_t ticks);

/* The timer interrupt: run what is due, arm the hardware for the next.  A hart
 * with one runnable thread and no timer takes no interrupts. */
void timer_interrupt(void);
/* Call sched_slice_over() on this hart when `time` reaches TICKS.  Interrupts off. */
void timer_set_slice(uint64_t ticks);
/* Start the clock; then on each hart its timer. */
void timer_init(void);
void timer_init_hart(void);

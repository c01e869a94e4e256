/* SPDX-License-Identifier: MIT */
/*
 * timer.h - call a function at a time; and what time it is.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/rbtree.h"

struct clock_data;

/* What a deadline is counted by.  Only the second can be set, and then what waits for
 * it is due earlier or later. */
enum timer_clock { TIMER_MONOTONIC, TIMER_REALTIME, TIMER_CLOCKS };

struct timer {
    struct rb_node node;        /* in its hart's queue, by deadline  [RANK_TIMER] */
    uint64_t deadline;          /* ns of its clock                                */
    void (*fn)(struct timer *t);/* runs in the timer interrupt: must not sleep    */
    uint32_t hart;
    uint8_t clock;              /* enum timer_clock                               */
    bool armed;
};

void timer_setup(struct timer *t, void (*fn)(struct timer *t));
/* (Re)arm for DEADLINE, of the monotonic clock or of CLOCK.  Any context; of two at one
 * time the caller takes care. */
void timer_arm(struct timer *t, uint64_t deadline_ns);
void timer_arm_by(struct timer *t, enum timer_clock clock, uint64_t deadline_ns);
/* True if it was armed.  On return FN neither runs nor will run; not from FN itself. */
bool timer_cancel(struct timer *t);
/* For timers that are armed under a lock which FN takes, too: under it, take T off; and
 * without it, when nobody will arm T again, wait until FN runs nowhere. */
void timer_disarm(struct timer *t);
void timer_fini(struct timer *t);

/* Move *DEADLINE on by whole INTERVALs until it lies after NOW: by how many. */
uint64_t timer_forward(uint64_t *deadline, uint64_t interval, uint64_t now);

/* A timer's setting, in ns.  VALUE is what is left of it, 0: it is not set. */
struct timer_setting {
    uint64_t value, interval;
};

/* Nanoseconds since boot (CLOCK_MONOTONIC) and since 1970 (CLOCK_REALTIME). */
uint64_t clock_monotonic_ns(void);
uint64_t clock_realtime_ns(void);
uint64_t clock_now_ns(enum timer_clock clock);
/* Set what 1970 is: now = NS.  Timers by that clock are due when it says so. */
void clock_set_realtime(uint64_t ns);

/* Keep COPY, which programs read, as the clock is.  Once, at boot. */
void clock_share(struct clock_data *copy);

/* Sleep until CLOCK says DEADLINE: 0, or -EINTR if a signal came. */
int thread_sleep_until(enum timer_clock clock, uint64_t deadline_ns);
/* schedule_until (sched/wait.h) by CLOCK. */
bool schedule_until_by(enum timer_clock clock, uint64_t deadline_ns);

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

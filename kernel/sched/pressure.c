/* SPDX-License-Identifier: MIT */
/*
 * pressure.c - stalls of threads, as stretches of three meters.
 *
 * A thread that reclaims runs, but not for itself: it is delayed, not productive.  Of
 * those that run or could, sched_nr_running() says how many; what must be taken off are
 * those that reclaim, and a thread that says it is about to wait and has not left its
 * hart yet.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/timer.h"
#include "lib/bitops.h"

static struct {
    struct spinlock lock;                       /* RANK_TRACE, interrupts off          */
    struct pressure_meter meter[PRESSURES];     /*                                 [l] */
    unsigned nstalled[PRESSURES];               /*                                 [l] */
    unsigned nreclaiming;                       /* stalled for memory, but running [l] */
} pressure = {
    .lock = SPINLOCK_INIT(RANK_TRACE, "pressure"),
};

static bool is_stalled(const struct thread *t, enum pressure_kind k)
{
    return t->stalls >> k & 1;
}

static bool is_reclaiming(const struct thread *t)
{
    return is_stalled(t, PRESSURE_MEMORY) && !is_stalled(t, PRESSURE_IO);
}

/* A new stretch begins, LEAVING threads on harts being about to wait. */
static void begin_stretch(unsigned leaving)
{
    uint64_t now = clock_monotonic_ns();
    unsigned running = (unsigned)sched_nr_running();

    running -= MIN(running, leaving);
    pressure_meter_change(&pressure.meter[PRESSURE_IO], now, pressure.nstalled[PRESSURE_IO],
                          running, nr_harts);
    running -= MIN(running, pressure.nreclaiming);
    pressure_meter_change(&pressure.meter[PRESSURE_MEMORY], now,
                          pressure.nstalled[PRESSURE_MEMORY], running, nr_harts);
}

/* The current thread's stall for K is over, or begins. */
static void toggle(enum pressure_kind k, unsigned leaving)
{
    struct thread *t = current;
    uint64_t flags = spin_lock_irqsave(&pressure.lock);

    pressure.nreclaiming -= is_reclaiming(t);
    t->stalls ^= (uint8_t)(1u << k);
    pressure.nreclaiming += is_reclaiming(t);
    if (is_stalled(t, k))
        pressure.nstalled[k]++;
    else
        pressure.nstalled[k]--;
    begin_stretch(leaving);
    spin_unlock_irqrestore(&pressure.lock, flags);
}

bool pressure_enter(enum pressure_kind k)
{
    if (is_stalled(current, k))
        return false;
    toggle(k, k == PRESSURE_IO);
    return true;
}

void pressure_leave(enum pressure_kind k, bool began)
{
    if (began)
        toggle(k, 0);
}

void pressure_note_queue(uint64_t ticks)
{
    uint64_t flags = spin_lock_irqsave(&pressure.lock);
    unsigned busy = (unsigned)MIN(sched_nr_running(), (size_t)nr_harts);

    pressure_meter_add(&pressure.meter[PRESSURE_CPU], clock_monotonic_ns(),
                       clock_ticks_to_ns(ticks) / MAX(busy, 1u));
    spin_unlock_irqrestore(&pressure.lock, flags);
}

void pressure_read(enum pressure_kind k, struct pressure_figures figures[PRESSURE_LINES])
{
    struct pressure_meter *m = &pressure.meter[k];
    uint64_t flags = spin_lock_irqsave(&pressure.lock);

    pressure_meter_advance(m, clock_monotonic_ns());
    for (int line = 0; line < PRESSURE_LINES; line++) {
        for (int span = 0; span < PRESSURE_SPANS; span++)
            figures[line].average[span] = m->average[line][span] * 100 / PRESSURE_UNIT;
        figures[line].total_us = m->total[line] / 1000;
    }
    spin_unlock_irqrestore(&pressure.lock, flags);
}

void pressure_init(void)
{
    for (int k = 0; k < PRESSURES; k++)
        pressure_meter_init(&pressure.meter[k], clock_monotonic_ns());
}

/* SPDX-License-Identifier: MIT */
/*
 * tick.c - interrupts on harts that run threads whose processor time has an end.
 *
 * One timer per hart.  It is not cancelled when the thread leaves: it then rings once
 * for nothing, which costs less than to set it at each switch.
 */
#include "kernel/sched/tick.h"
#include "kernel/sched/timer.h"

/* The first look at a thread that has come to run: soon enough for an interval timer, late
 * enough to spare those that run for a moment. */
#define FIRST_LOOK_NS 1000000UL

static struct timer ticks[MAX_HARTS];       /* each armed by its own hart only */
static uint64_t (*look)(void);

static void tick(struct timer *timer)
{
    uint64_t ns = __atomic_load_n(&current->watched, __ATOMIC_RELAXED) ? look() : 0;

    if (ns)
        timer_arm(timer, clock_monotonic_ns() + ns);
}

void tick_begin(struct hart *h)
{
    struct timer *t = &ticks[h->index];
    uint64_t deadline = clock_monotonic_ns() + FIRST_LOOK_NS;

    if (!t->armed || t->deadline > deadline)
        timer_arm(t, deadline);
}

void tick_watch(struct thread *t, bool on)
{
    __atomic_store_n(&t->watched, on, __ATOMIC_SEQ_CST);
    if (!on)
        return;
    if (t == current)
        tick_begin(this_hart());
    else if (__atomic_load_n(&t->hart, __ATOMIC_SEQ_CST) != this_hart()->index)
        ipi_send(t->hart, IPI_RESCHED);
}

void tick_set_handler(uint64_t (*handler)(void))
{
    look = handler;
}

void tick_init(void)
{
    for (unsigned i = 0; i < MAX_HARTS; i++)
        timer_setup(&ticks[i], tick);
}

/* SPDX-License-Identifier: MIT */
/*
 * timer.c - queues of deadlines per hart, one hardware timer per hart, and the
 * clocks.
 *
 * The hardware is set for the earliest of the first deadlines and the end of the
 * running thread's slice, and is otherwise silent.  It counts timebase ticks;
 * deadlines are nanoseconds since boot, or since 1970: those have a queue of their
 * own, whose order stays when that clock is set.
 */
#include "kernel/core/machine.h"
#include "kernel/core/spinlock.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/sbi.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/timer.h"
#include "lib/bitops.h"
#include "lib/vdso.h"

#define NEVER  UINT64_MAX
#define SECOND 1000000000UL

static struct timer_queue {
    struct spinlock lock;           /* RANK_TIMER                              */
    struct rb_root root[TIMER_CLOCKS];      /* by deadline                 [l] */
    struct timer *first[TIMER_CLOCKS];      /*                             [l] */
    uint64_t due[TIMER_CLOCKS];     /* its deadline; NEVER: no first       [a] */
    struct timer *running;          /* its function runs now               [a] */
    uint64_t slice;                 /* ticks; NEVER: none                  [p] */
    uint64_t programmed;            /* what the hardware was last told     [p] */
} __attribute__((aligned(64))) queues[MAX_HARTS];

static struct clock_data now_is;    /* all but the offset                  [c] */
static struct clock_data *shared;   /* a copy for programs, or NULL            */

/* Clocks */

uint64_t clock_ticks_to_ns(uint64_t ticks)
{
    uint64_t base = machine.timebase;

    if (now_is.ns_per_tick)
        return ticks * now_is.ns_per_tick;
    return ticks / base * SECOND + ticks % base * SECOND / base;
}

/* The first tick at which NS have passed since boot. */
static uint64_t ns_to_ticks(uint64_t ns)
{
    uint64_t base = machine.timebase;

    if (now_is.ns_per_tick)
        return ns / now_is.ns_per_tick + (ns % now_is.ns_per_tick != 0);
    return ns / SECOND * base + (ns % SECOND * base + SECOND - 1) / SECOND;
}

uint64_t clock_ticks_since_boot(void)
{
    return time_read() - now_is.boot_ticks;
}

uint64_t clock_monotonic_ns(void)
{
    return clock_ticks_to_ns(clock_ticks_since_boot());
}

uint64_t clock_realtime_ns(void)
{
    return clock_monotonic_ns() + __atomic_load_n(&now_is.realtime_offset, __ATOMIC_RELAXED);
}

uint64_t clock_now_ns(enum timer_clock clock)
{
    return clock == TIMER_REALTIME ? clock_realtime_ns() : clock_monotonic_ns();
}

void clock_share(struct clock_data *copy)
{
    *copy = now_is;
    shared = copy;
}

/* Hardware */

/* A timer that is never due rings once an hour all the same: QEMU's virtual time,
 * where nobody else waits for anything, jumps to whatever the hardware is set to. */
static void set_hardware(uint64_t ticks)
{
    if (ticks == NEVER)
        ticks = time_read() + machine.timebase * 3600;
    if (machine.harts[this_hart()->index].sstc)
        csr_write(CSR_STIMECMP, ticks);
    else
        sbi_set_timer(ticks);
}

/* When the first timer by CLOCK is due; ticks.  Without the lock that timer may be gone
 * already, taken off by another hart: then the interrupt finds nothing. */
static uint64_t first_due(struct timer_queue *q, enum timer_clock clock)
{
    uint64_t ns = __atomic_load_n(&q->due[clock], __ATOMIC_RELAXED), offset = 0;

    if (ns == NEVER)
        return NEVER;
    if (clock == TIMER_REALTIME)
        offset = __atomic_load_n(&now_is.realtime_offset, __ATOMIC_RELAXED);
    return now_is.boot_ticks + ns_to_ticks(ns > offset ? ns - offset : 0);
}

/* Interrupts off. */
static void program(struct timer_queue *q, bool force)
{
    uint64_t next = MIN(q->slice, first_due(q, TIMER_MONOTONIC));

    next = MIN(next, first_due(q, TIMER_REALTIME));
    if (next == q->programmed && !force)
        return;
    q->programmed = next;
    set_hardware(next);
}

static struct timer_queue *my_queue(void)
{
    return &queues[this_hart()->index];
}

void timer_set_slice(uint64_t ticks)
{
    struct timer_queue *q = my_queue();

    q->slice = ticks;
    if (ticks < q->programmed) {
        q->programmed = ticks;
        set_hardware(ticks);
    }
}

static void clock_was_set(void)
{
    program(my_queue(), false);
}

void clock_set_realtime(uint64_t ns)
{
    uint64_t now = clock_monotonic_ns(), flags;
    uint64_t offset = ns > now ? ns - now : 0;      /* the boot was not before 1970 */

    __atomic_store_n(&now_is.realtime_offset, offset, __ATOMIC_RELAXED);
    if (shared)
        __atomic_store_n(&shared->realtime_offset, offset, __ATOMIC_RELAXED);
    flags = interrupts_save();
    clock_was_set();
    for (unsigned i = 0; i < nr_harts; i++)
        if (i != this_hart()->index && __atomic_load_n(&harts[i].online, __ATOMIC_ACQUIRE))
            ipi_send(i, IPI_CLOCK);
    interrupts_restore(flags);
}

/* Queues */

static void set_first(struct timer_queue *q, enum timer_clock clock, struct timer *t)
{
    q->first[clock] = t;
    __atomic_store_n(&q->due[clock], t ? t->deadline : NEVER, __ATOMIC_RELAXED);
}

static void insert(struct timer_queue *q, struct timer *t)
{
    struct rb_node *parent = NULL, **link = &q->root[t->clock].top;
    bool leftmost = true;

    while (*link) {
        parent = *link;
        if (t->deadline < rb_entry(parent, struct timer, node)->deadline) {
            link = &parent->left;
        } else {
            link = &parent->right;
            leftmost = false;
        }
    }
    rb_insert(&q->root[t->clock], parent, link, &t->node);
    if (leftmost)
        set_first(q, t->clock, t);
}

static void erase(struct timer_queue *q, struct timer *t)
{
    if (q->first[t->clock] == t) {
        struct rb_node *next = rb_next(&t->node);

        set_first(q, t->clock, next ? rb_entry(next, struct timer, node) : NULL);
    }
    rb_erase(&q->root[t->clock], &t->node);
    t->armed = false;
}

void timer_setup(struct timer *t, void (*fn)(struct timer *t))
{
    *t = (struct timer){ .fn = fn };
}

/* Take T off its queue if it is on one. */
static bool disarm(struct timer *t)
{
    struct timer_queue *q = &queues[t->hart];
    uint64_t flags = spin_lock_irqsave(&q->lock);
    bool armed = t->armed;

    if (armed)
        erase(q, t);
    spin_unlock_irqrestore(&q->lock, flags);
    return armed;
}

void timer_disarm(struct timer *t)
{
    disarm(t);
}

void timer_arm_by(struct timer *t, enum timer_clock clock, uint64_t deadline_ns)
{
    struct timer_queue *q;
    uint64_t flags;
    bool first;

    disarm(t);
    flags = interrupts_save();
    q = my_queue();
    spin_lock(&q->lock);
    t->hart = this_hart()->index;
    t->clock = clock;
    t->deadline = deadline_ns;
    t->armed = true;
    insert(q, t);
    first = q->first[clock] == t;
    spin_unlock(&q->lock);
    if (first)
        program(q, false);
    interrupts_restore(flags);
}

void timer_arm(struct timer *t, uint64_t deadline_ns)
{
    timer_arm_by(t, TIMER_MONOTONIC, deadline_ns);
}

bool timer_cancel(struct timer *t)
{
    struct timer_queue *q = &queues[t->hart];

    if (disarm(t))
        return true;
    while (__atomic_load_n(&q->running, __ATOMIC_ACQUIRE) == t)
        cpu_pause();
    return disarm(t);                   /* FN may have armed it again */
}

/* Armed by several harts in turn, it may run on one and wait in the queue of another. */
void timer_fini(struct timer *t)
{
    disarm(t);
    for (unsigned i = 0; i < nr_harts; i++)
        while (__atomic_load_n(&queues[i].running, __ATOMIC_ACQUIRE) == t)
            cpu_pause();
}

uint64_t timer_forward(uint64_t *deadline, uint64_t interval, uint64_t now)
{
    uint64_t n;

    if (now < *deadline)
        return 0;
    n = (now - *deadline) / interval + 1;
    *deadline += n * interval;
    return n;
}

static struct timer *take_due(struct timer_queue *q, enum timer_clock clock, uint64_t now)
{
    struct timer *t;

    spin_lock(&q->lock);
    t = q->first[clock];
    if (t && t->deadline <= now) {
        erase(q, t);
        __atomic_store_n(&q->running, t, __ATOMIC_RELAXED);
    } else {
        t = NULL;
    }
    spin_unlock(&q->lock);
    return t;
}

static void run_due(struct timer_queue *q, enum timer_clock clock)
{
    uint64_t now = clock_now_ns(clock);
    struct timer *t;

    while ((t = take_due(q, clock, now)) != NULL) {
        t->fn(t);
        __atomic_store_n(&q->running, NULL, __ATOMIC_RELEASE);
    }
}

void timer_interrupt(void)
{
    struct timer_queue *q = my_queue();

    run_due(q, TIMER_MONOTONIC);
    if (__atomic_load_n(&q->due[TIMER_REALTIME], __ATOMIC_RELAXED) != NEVER)
        run_due(q, TIMER_REALTIME);
    if (q->slice <= time_read()) {
        q->slice = NEVER;
        sched_slice_over();
    }
    program(q, true);
}

void timer_init(void)
{
    now_is.boot_ticks = time_read();
    now_is.timebase = machine.timebase;
    if (SECOND % machine.timebase == 0)
        now_is.ns_per_tick = SECOND / machine.timebase;
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        spin_init(&queues[i].lock, RANK_TIMER, "timers");
        for (int clock = 0; clock < TIMER_CLOCKS; clock++)
            queues[i].due[clock] = NEVER;
    }
    ipi_set_handler(IPI_CLOCK, clock_was_set);
}

void timer_init_hart(void)
{
    struct timer_queue *q = my_queue();

    q->slice = NEVER;
    program(q, true);
    csr_set(sie, SIE_TIMER);
}

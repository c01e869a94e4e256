/* SPDX-License-Identifier: MIT */
/*
 * timer.c - a queue of deadlines per hart, one hardware timer per hart, and the
 * clocks.
 *
 * The hardware is set for the earlier of the first deadline and the end of the
 * running thread's slice, and is otherwise silent.  It counts timebase ticks;
 * deadlines are nanoseconds since boot.
 */
#include "kernel/core/machine.h"
#include "kernel/core/spinlock.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/sbi.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/timer.h"
#include "lib/vdso.h"

#define NEVER  UINT64_MAX
#define SECOND 1000000000UL

static struct timer_queue {
    struct spinlock lock;           /* RANK_TIMER                              */
    struct rb_root root;            /* by deadline                         [l] */
    struct timer *first;            /*                                     [l] */
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

void clock_set_realtime(uint64_t ns)
{
    uint64_t offset = ns - clock_monotonic_ns();

    __atomic_store_n(&now_is.realtime_offset, offset, __ATOMIC_RELAXED);
    if (shared)
        __atomic_store_n(&shared->realtime_offset, offset, __ATOMIC_RELAXED);
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

/* Interrupts off. */
static void program(struct timer_queue *q, bool force)
{
    struct timer *first = __atomic_load_n(&q->first, __ATOMIC_RELAXED);
    uint64_t next = q->slice, deadline;

    if (first) {
        deadline = now_is.boot_ticks + ns_to_ticks(first->deadline);
        if (deadline < next)
            next = deadline;
    }
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

/* Queues */

static void insert(struct timer_queue *q, struct timer *t)
{
    struct rb_node *parent = NULL, **link = &q->root.top;
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
    rb_insert(&q->root, parent, link, &t->node);
    if (leftmost)
        q->first = t;
}

static void erase(struct timer_queue *q, struct timer *t)
{
    if (q->first == t) {
        struct rb_node *next = rb_next(&t->node);

        q->first = next ? rb_entry(next, struct timer, node) : NULL;
    }
    rb_erase(&q->root, &t->node);
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

void timer_arm(struct timer *t, uint64_t deadline_ns)
{
    struct timer_queue *q;
    uint64_t flags;

    disarm(t);
    flags = interrupts_save();
    q = my_queue();
    spin_lock(&q->lock);
    t->hart = this_hart()->index;
    t->deadline = deadline_ns;
    t->armed = true;
    insert(q, t);
    spin_unlock(&q->lock);
    if (q->first == t)
        program(q, false);
    interrupts_restore(flags);
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

static struct timer *take_due(struct timer_queue *q, uint64_t now)
{
    struct timer *t;

    spin_lock(&q->lock);
    t = q->first;
    if (t && t->deadline <= now) {
        erase(q, t);
        __atomic_store_n(&q->running, t, __ATOMIC_RELAXED);
    } else {
        t = NULL;
    }
    spin_unlock(&q->lock);
    return t;
}

void timer_interrupt(void)
{
    struct timer_queue *q = my_queue();
    uint64_t now = clock_monotonic_ns();
    struct timer *t;

    while ((t = take_due(q, now)) != NULL) {
        t->fn(t);
        __atomic_store_n(&q->running, NULL, __ATOMIC_RELEASE);
    }
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
    for (unsigned i = 0; i < MAX_HARTS; i++)
        spin_init(&queues[i].lock, RANK_TIMER, "timers");
}

void timer_init_hart(void)
{
    struct timer_queue *q = my_queue();

    q->slice = NEVER;
    program(q, true);
    csr_set(sie, SIE_TIMER);
}

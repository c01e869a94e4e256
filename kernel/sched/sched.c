/* SPDX-License-Identifier: MIT */
/*
 * sched.c - which thread runs: a queue per hart, round robin, stealing.
 *
 * A switch:
 *
 *     lock run queue; prev to its tail, or off it if it sleeps; next from its
 *     head; unlock; (nothing of our own: steal, else idle); switch_context;
 *     on next's stack: prev->on_cpu = false
 *
 * A wake-up takes the lock of the sleeper's run queue.  If the sleeper has not
 * got around to leaving (`queued`), its state is all there is to change.  If it
 * has left but its registers are still being saved (`on_cpu`), it is queued on
 * that same hart, which cannot take it before the switch is over; thieves look
 * at on_cpu.  So no wake-up waits and none is lost.
 *
 * A thread may be bound to some harts.  Nobody looks for it on the others: whoever
 * meets it on a queue where it may not run sends it away, and schedule() does so
 * with the thread it leaves once its registers are saved.
 *
 * A hart takes timer interrupts for slices only while somebody waits in its
 * queue.  It then gives one of them to a hart that has less to do: one that is
 * never idle does not steal.  A hart that finds nothing marks itself in idle_mask,
 * looks once more, and waits for an interrupt; whoever queues work looks at
 * idle_mask after that.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/machine.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/trace.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fail.h"
#include "kernel/sched/fpu.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/tick.h"
#include "kernel/sched/timer.h"
#include "lib/bitops.h"
#include "lib/rand.h"

BOOTARG(perturb, "debug: seed of random switches and placements");

struct runq {
    struct spinlock lock;           /* RANK_RUNQ                               */
    struct list queue;              /* runnable, not running               [l] */
    uint32_t nqueued;               /*                                     [l] */
    bool slice_armed;               /* the timer will ask for a switch     [a] */
    struct thread *prev;            /* the one a switch is leaving         [p] */
    bool evicts;                    /* prev may not run here, is on no queue [p] */
    uint64_t armed_at;              /* when that was asked for; ticks      [p] */
    uint64_t since;                 /* when the running one began; ticks   [p] */
    uint64_t nswitches;             /*                                     [p] */
} __attribute__((aligned(64)));

static struct runq runqs[MAX_HARTS];
static uint64_t idle_mask;          /* harts in, or on their way to, wfi   [a] */
static struct rand perturb;
static bool perturbing;

void switch_context(struct switch_context *from, struct switch_context *to);

static struct runq *my_runq(void)
{
    return &runqs[this_hart()->index];
}

/* Placement */

static bool claim_idle(unsigned hart)
{
    uint64_t bit = 1UL << hart;

    return __atomic_fetch_and(&idle_mask, ~bit, __ATOMIC_ACQ_REL) & bit;
}

static inline bool may_run(const struct thread *t, unsigned hart)
{
    return __atomic_load_n(&t->allowed, __ATOMIC_RELAXED) >> hart & 1;
}

/* Of the ALLOWED harts; BEST if it is one and no queue is shorter. */
static unsigned shortest_queue(uint64_t allowed, unsigned best)
{
    if (!(allowed >> best & 1))
        best = ctz64(allowed);
    for (unsigned i = 0; i < nr_harts; i++) {
        if ((allowed >> i & 1) && runqs[i].nqueued < runqs[best].nqueued)
            best = i;
    }
    return best;
}

/* The last hart if it is idle (its caches remember T), else any idle one, else
 * the last; of those where T may run. */
static __attribute__((noinline)) unsigned choose_hart(const struct thread *t)
{
    uint64_t allowed = __atomic_load_n(&t->allowed, __ATOMIC_RELAXED);
    uint64_t idle = __atomic_load_n(&idle_mask, __ATOMIC_RELAXED) & allowed;
    unsigned hart = t->hart, other;

    if (perturbing)
        hart = (unsigned)rand_below(&perturb, nr_harts);
    if (!(allowed >> hart & 1))
        hart = shortest_queue(allowed, hart);
    if (perturbing || !idle || idle >> hart & 1)
        return hart;
    other = ctz64(idle);
    return claim_idle(other) ? other : hart;
}

/* Queues */

static void push(struct runq *rq, struct thread *t)
{
    list_insert_tail(&rq->queue, &t->run_link);
    rq->nqueued++;
}

static void unlink(struct runq *rq, struct thread *t)
{
    list_remove(&t->run_link);
    rq->nqueued--;
}

static struct thread *pop(struct runq *rq)
{
    struct thread *t;

    if (list_is_empty(&rq->queue))
        return NULL;
    t = list_first_entry(&rq->queue, struct thread, run_link);
    unlink(rq, t);
    return t;
}

static __attribute__((noinline)) void start_slice(struct runq *rq)
{
    rq->slice_armed = true;
    rq->armed_at = time_read();
    timer_set_slice(rq->since + machine.timebase / 1000 * SLICE_MS);
}

static inline void arm_slice(struct runq *rq)
{
    if (!rq->slice_armed)
        start_slice(rq);
}

/* This hart's queue is no longer empty. */
static inline void notice_queue(struct hart *h, struct runq *rq)
{
    if (h->thread == h->idle)
        h->need_resched = true;
    else
        arm_slice(rq);
}

static __attribute__((noinline)) void kick_among(unsigned hart, uint64_t allowed)
{
    struct hart *h = this_hart();
    uint64_t idle;

    memory_barrier();
    if (hart == h->index)
        notice_queue(h, &runqs[hart]);
    else if (claim_idle(hart) || !__atomic_load_n(&runqs[hart].slice_armed, __ATOMIC_RELAXED))
        ipi_send(hart, IPI_RESCHED);
    idle = __atomic_load_n(&idle_mask, __ATOMIC_RELAXED) & allowed & ~(1UL << hart);
    if (idle && runqs[hart].nqueued && harts[hart].thread != harts[hart].idle) {
        hart = ctz64(idle);
        if (claim_idle(hart))
            ipi_send(hart, IPI_RESCHED);
    }
}

/* Something was queued on HART, whose lock is no longer held: see that it, or an
 * idle hart of those ALLOWED instead, takes notice.  Interrupts off. */
static inline void kick(unsigned hart, uint64_t allowed)
{
    if (nr_harts == 1)
        notice_queue(this_hart(), &runqs[0]);
    else
        kick_among(hart, allowed);
}

static void queue_on(struct thread *t, unsigned hart)
{
    struct runq *rq = &runqs[hart];
    uint64_t allowed = t->allowed;      /* once queued it may run, and end */

    spin_lock_inline(&rq->lock);
    push(rq, t);
    spin_unlock_inline(&rq->lock);
    kick(hart, allowed);
}

/* Waking */

/* The lock of the run queue T belongs to.  Interrupts off. */
static struct runq *lock_runq_of(struct thread *t)
{
    for (;;) {
        unsigned hart = __atomic_load_n(&t->hart, __ATOMIC_RELAXED);
        struct runq *rq = &runqs[hart];

        spin_lock_inline(&rq->lock);
        if (t->hart == hart)
            return rq;
        spin_unlock_inline(&rq->lock);
    }
}

/* T, asleep and off its hart, goes to a queue; RQ, T's, is locked and unlocked here. */
static inline void place(struct thread *t, struct runq *rq)
{
    unsigned from = t->hart, hart = from;
    uint64_t allowed = t->allowed;

    t->queued = true;
    if (nr_harts > 1 && !__atomic_load_n(&t->on_cpu, __ATOMIC_ACQUIRE))
        hart = choose_hart(t);
    trace(TRACE_WAKE, (uint64_t)t->tid, hart);
    if (hart == from) {
        push(rq, t);
        spin_unlock_inline(&rq->lock);
        kick(hart, allowed);
    } else {
        t->hart = hart;
        spin_unlock_inline(&rq->lock);
        queue_on(t, hart);
    }
}

/* If T's state is one of STATES (1 << state), make it runnable.  Interrupts off. */
static inline bool wake(struct thread *t, uint32_t states)
{
    struct runq *rq;

    memory_barrier();
    if (!(states >> __atomic_load_n(&t->state, __ATOMIC_RELAXED) & 1))
        return false;
    rq = lock_runq_of(t);
    if (!(states >> t->state & 1)) {
        spin_unlock_inline(&rq->lock);
        return false;
    }
    __atomic_store_n(&t->state, THREAD_RUNNABLE, __ATOMIC_RELAXED);
    if (t->queued)
        spin_unlock_inline(&rq->lock);
    else
        place(t, rq);
    return true;
}

bool thread_wake_irqs_off(struct thread *t)
{
    return wake(t, 1u << THREAD_SLEEPING | 1u << THREAD_BLOCKED);
}

static bool wake_irqsave(struct thread *t, uint32_t states)
{
    uint64_t flags = interrupts_save();
    bool slept = wake(t, states);

    interrupts_restore(flags);
    return slept;
}

bool thread_wake(struct thread *t)
{
    uint64_t flags = interrupts_save();
    bool slept = thread_wake_irqs_off(t);

    interrupts_restore(flags);
    return slept;
}

bool thread_wake_interruptible(struct thread *t)
{
    return wake_irqsave(t, 1u << THREAD_SLEEPING);
}

bool thread_wake_stopped(struct thread *t)
{
    return wake_irqsave(t, 1u << THREAD_STOPPED);
}

static unsigned least_loaded(uint64_t allowed)
{
    uint64_t idle = __atomic_load_n(&idle_mask, __ATOMIC_RELAXED) & allowed;

    if (idle && claim_idle(ctz64(idle)))
        return ctz64(idle);
    return shortest_queue(allowed, this_hart()->index);
}

void thread_start(struct thread *t)
{
    uint64_t flags = interrupts_save();

    ASSERT(t->state == THREAD_NEW);
    thread_get(t);                      /* dropped when it has left its hart for good */
    t->hart = least_loaded(t->allowed);
    t->queued = true;
    t->state = THREAD_RUNNABLE;
    queue_on(t, t->hart);
    interrupts_restore(flags);
}

/* Moving */

/* T, runnable, on no queue and not running, goes where it may run.  Interrupts off. */
static __attribute__((noinline)) void send_away(struct thread *t)
{
    struct runq *rq = lock_runq_of(t);
    unsigned hart = choose_hart(t);

    t->hart = hart;
    spin_unlock_inline(&rq->lock);
    queue_on(t, hart);
}

void thread_set_allowed(struct thread *t, uint64_t allowed)
{
    uint64_t flags = interrupts_save();
    struct runq *rq = lock_runq_of(t);
    unsigned hart = t->hart;

    __atomic_store_n(&t->allowed, allowed, __ATOMIC_RELAXED);
    spin_unlock_inline(&rq->lock);
    if (!may_run(t, hart)) {
        if (hart == this_hart()->index)
            this_hart()->need_resched = true;
        else
            ipi_send(hart, IPI_RESCHED);
    }
    interrupts_restore(flags);
    if (t == current)
        cond_resched();
}

/* Switching */

static struct thread *steal_from(struct runq *rq, unsigned thief)
{
    struct thread *t, *found = NULL;

    spin_lock_inline(&rq->lock);
    list_for_each_entry(t, &rq->queue, run_link) {
        if (!may_run(t, thief) || __atomic_load_n(&t->on_cpu, __ATOMIC_ACQUIRE))
            continue;
        found = t;
        unlink(rq, t);
        t->hart = thief;
        break;
    }
    spin_unlock_inline(&rq->lock);
    return found;
}

static __attribute__((noinline)) struct thread *steal(unsigned thief)
{
    for (unsigned n = 1; n < nr_harts; n++) {
        struct runq *rq = &runqs[(thief + n) % nr_harts];
        struct thread *t = NULL;

        if (__atomic_load_n(&rq->nqueued, __ATOMIC_RELAXED))
            t = steal_from(rq, thief);
        if (t)
            return t;
    }
    return NULL;
}

/* On the new thread's stack, interrupts off: let go of the old one. */
static inline void finish_switch(void)
{
    struct runq *rq = my_runq();
    struct thread *prev = rq->prev;
    bool dead = prev->state == THREAD_DEAD;

    __atomic_store_n(&prev->on_cpu, false, __ATOMIC_RELEASE);
    if (dead)
        thread_put_deferred(prev);
    if (rq->evicts) {
        rq->evicts = false;
        send_away(prev);
    }
    if (rq->nqueued)
        arm_slice(rq);
}

void sched_first_run(void)
{
    finish_switch();
    interrupts_on();
}

/* Each hart may remember that a new stack's addresses were invalid, and a trap
 * that cannot use its stack cannot be served: H forgets that before it is used. */
static __attribute__((noinline)) void learn_stack(const struct hart *h, struct thread *t)
{
    uintptr_t stack = (uintptr_t)t->stack;

    t->stack_known |= 1UL << h->index;
    for (uintptr_t va = stack; va < stack + HART_STACK_SIZE; va += PAGE_SIZE)
        sfence_va(va);
}

static inline void charge_switch(struct hart *h, struct runq *rq, struct thread *prev,
                                 struct thread *next)
{
    if (prev == h->idle)
        prev->last_time = time_read();
    else
        thread_charge_on(h, prev, false);
    prev->wait_since = prev->last_time;
    next->last_time = prev->last_time;
    rq->since = prev->last_time;
    rq->nswitches++;
    if (rq->since >= loadavg_due)
        loadavg_sample(rq->since);
}

static inline void switch_to(struct hart *h, struct runq *rq, struct thread *prev,
                             struct thread *next)
{
    trace(TRACE_SWITCH, (uint64_t)prev->tid, (uint64_t)next->tid);
    charge_switch(h, rq, prev, next);
    rq->prev = prev;
    next->on_cpu = true;
    __atomic_store_n(&h->thread, next, __ATOMIC_RELEASE);       /* with its last_time */
    h->kernel_sp = (uintptr_t)next->stack + HART_STACK_SIZE - FRAME_SIZE;
    mmu_context_switch(next->mmu);
    if (!(next->stack_known >> h->index & 1))
        learn_stack(h, next);
    if (prev->fpu)
        fpu_switch_out(prev);
    if (next->fpu)
        fpu_switch_in(h, next);
    if (next->watched)
        tick_begin(h);
    switch_context(&prev->context, &next->context);
    finish_switch();
}

/* NEXT was taken from this hart's queue, where it may not run: send it away, or let
 * finish_switch() do it if it is PREV, which still runs.  RQ is locked; unlocked for
 * a while. */
static __attribute__((noinline)) void evict(struct runq *rq, struct thread *next,
                                            struct thread *prev)
{
    if (next == prev) {
        rq->evicts = true;
        return;
    }
    spin_unlock_inline(&rq->lock);
    send_away(next);
    spin_lock_inline(&rq->lock);
}

/* PREV back to its queue if it can go on, and who is next in this hart's own
 * queue; NULL if it is empty. */
static inline struct thread *choose_next(struct hart *h, struct runq *rq, struct thread *prev)
{
    struct thread *next;

    spin_lock_inline(&rq->lock);
    if (prev->state != THREAD_RUNNABLE) {
        prev->queued = false;
        prev->nvcsw++;
    } else if (prev != h->idle) {
        prev->nivcsw += rq->nqueued > 0;
        if (may_run(prev, h->index))
            push(rq, prev);
        else
            rq->evicts = true;
    }
    while ((next = pop(rq)) && !may_run(next, h->index))
        evict(rq, next, prev);
    spin_unlock_inline(&rq->lock);
    return next;
}

void schedule(void)
{
    uint64_t flags = interrupts_save();
    struct hart *h = this_hart();
    struct runq *rq = &runqs[h->index];
    struct thread *prev = h->thread, *next;

    if (PAGODA_DEBUG && port_in_atomic())
        panic("%s sleeps with a spinlock held or in an interrupt", prev->name);
    h->need_resched = false;
    next = choose_next(h, rq, prev);
    if (!next && nr_harts > 1)
        next = steal(h->index);
    if (!next)
        next = h->idle;
    if (next != prev)
        switch_to(h, rq, prev, next);
    interrupts_restore(flags);
}

/* What HART has to do: who runs there, and who waits. */
static uint32_t load_of(unsigned hart)
{
    return __atomic_load_n(&runqs[hart].nqueued, __ATOMIC_RELAXED)
           + (harts[hart].thread != harts[hart].idle);
}

/* Give one of those who wait on hart FROM to one that has less to do even with it. */
static void share_queue(unsigned from)
{
    for (unsigned n = 1; n < nr_harts; n++) {
        unsigned to = (from + n) % nr_harts;
        struct thread *t = NULL;

        if (load_of(to) + 1 < load_of(from))
            t = steal_from(&runqs[from], to);
        if (t) {
            queue_on(t, to);
            return;
        }
    }
}

void sched_slice_over(void)
{
    struct hart *h = this_hart();
    struct runq *rq = &runqs[h->index];

    __atomic_store_n(&rq->slice_armed, false, __ATOMIC_RELAXED);
    memory_barrier();                   /* against kick_among(), which queues and then looks */
    if (!__atomic_load_n(&rq->nqueued, __ATOMIC_RELAXED))
        return;
    pressure_note_queue(time_read() - rq->armed_at);
    share_queue(h->index);
    if (h->thread != h->idle && time_read() - rq->since < machine.timebase / 1000 * SLICE_MS)
        arm_slice(rq);
    else
        h->need_resched = true;
}

static void perturb_now(void)
{
    if (rand_one_in(&perturb, 4))
        this_hart()->need_resched = true;
}

void cond_resched(void)
{
    if (perturbing)
        perturb_now();
    if (this_hart()->need_resched)
        schedule();
}

void yield(void)
{
    if (my_runq()->nqueued)
        schedule();
}

void thread_exit(void)
{
    fail_set_nth(0, 0, false);
    interrupts_off();
    ASSERT(!current->mmu);
    current->state = THREAD_DEAD;
    schedule();
    panic("a dead thread runs");
}

/* Idle */

/* Does RQ hold anything that HART may run? */
static bool has_work_for(struct runq *rq, unsigned hart)
{
    struct thread *t;
    bool has = false;

    spin_lock_inline(&rq->lock);
    list_for_each_entry(t, &rq->queue, run_link)
        has |= may_run(t, hart);
    spin_unlock_inline(&rq->lock);
    return has;
}

/* For HART, this one, which also must send away what it may not run. */
static bool is_work_waiting(unsigned hart)
{
    for (unsigned i = 0; i < nr_harts; i++) {
        if (__atomic_load_n(&runqs[i].nqueued, __ATOMIC_RELAXED)
            && (i == hart || has_work_for(&runqs[i], hart)))
            return true;
    }
    return false;
}

void sched_idle(void)
{
    struct hart *h = this_hart();
    uint64_t bit = 1UL << h->index;

    for (;;) {
        interrupts_off();
        /* No slice will end here: who queues something has to say so. */
        __atomic_store_n(&runqs[h->index].slice_armed, false, __ATOMIC_RELAXED);
        __atomic_fetch_or(&idle_mask, bit, __ATOMIC_SEQ_CST);
        memory_barrier();
        if (!is_work_waiting(h->index)) {
            mmu_context_leave();
            wait_for_interrupt();
        }
        __atomic_fetch_and(&idle_mask, ~bit, __ATOMIC_SEQ_CST);
        interrupts_on();
        schedule();
    }
}

/* Another hart queued something here, or wants us to steal, or to watch what runs. */
static void resched_requested(void)
{
    struct hart *h = this_hart();
    struct runq *rq = &runqs[h->index];

    if (h->thread->watched)
        tick_begin(h);
    if (h->thread == h->idle || !may_run(h->thread, h->index))
        h->need_resched = true;
    else if (rq->nqueued)
        arm_slice(rq);
}

/* Figures */

size_t sched_nr_running(void)
{
    size_t n = 0;

    for (unsigned i = 0; i < nr_harts; i++)
        n += load_of(i);
    return n;
}

uint64_t sched_nr_switches(void)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < nr_harts; i++)
        n += runqs[i].nswitches;
    return n;
}

void sched_perturb_seed(uint64_t seed)
{
    rand_seed(&perturb, seed);
    perturbing = seed != 0;
}

void sched_init_queues(void)
{
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        spin_init(&runqs[i].lock, RANK_RUNQ, "run queue");
        list_init(&runqs[i].queue);
    }
    ipi_set_handler(IPI_RESCHED, resched_requested);
    sched_perturb_seed(bootarg_u64("perturb", 0));
}

/* SPDX-License-Identifier: MIT */
/*
 * wait.c - queues of sleeping threads.
 *
 * A waker takes the waiter off the queue itself and says so last (`woken`), so
 * the sleeper need not lock the queue again.  After that word the waiter, which
 * lies on the sleeper's stack, may be gone.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"

static inline uint64_t lock(struct wait_queue *wq)
{
    uint64_t flags = interrupts_save();

    spin_lock_inline(&wq->lock);
    return flags;
}

static inline void unlock(struct wait_queue *wq, uint64_t flags)
{
    spin_unlock_inline(&wq->lock);
    interrupts_restore(flags);
}

void wait_queue_init(struct wait_queue *wq)
{
    spin_init(&wq->lock, RANK_WAIT, "wait queue");
    list_init(&wq->waiters);
}

/* Exclusive waiters queue behind all others, so that wake_one reaches those first. */
static void link_waiter(struct wait_queue *wq, struct waiter *w)
{
    w->thread = current;
    w->woken = false;
    if (w->exclusive)
        list_insert_tail(&wq->waiters, &w->link);
    else
        list_insert_head(&wq->waiters, &w->link);
}

void wait_begin(struct wait_queue *wq, struct waiter *w, enum thread_state s)
{
    uint64_t flags = lock(wq);

    link_waiter(wq, w);
    thread_set_state(s);
    unlock(wq, flags);
}

void wait_end(struct wait_queue *wq, struct waiter *w)
{
    uint64_t flags;

    if (!__atomic_load_n(&w->woken, __ATOMIC_ACQUIRE)) {
        flags = lock(wq);
        if (!w->woken)
            list_remove(&w->link);
        unlock(wq, flags);
    }
    __atomic_store_n(&current->state, THREAD_RUNNABLE, __ATOMIC_RELAXED);
}

void wait_subscribe(struct wait_queue *wq, struct waiter *w)
{
    uint64_t flags = lock(wq);

    link_waiter(wq, w);
    unlock(wq, flags);
}

void wait_unsubscribe(struct wait_queue *wq, struct waiter *w)
{
    uint64_t flags = lock(wq);

    list_remove(&w->link);
    unlock(wq, flags);
}

/* True if it was asleep. */
static bool wake_waiter(struct waiter *w)
{
    bool slept = thread_wake_irqs_off(w->thread);

    list_remove(&w->link);
    __atomic_store_n(&w->woken, true, __ATOMIC_RELEASE);
    return slept;
}

void wake_waiters(struct wait_queue *wq, bool all)
{
    uint64_t flags = lock(wq);
    struct list *link = wq->waiters.next, *next;

    for (; link != &wq->waiters; link = next) {
        struct waiter *w = list_entry(link, struct waiter, link);
        bool exclusive = w->exclusive;

        next = link->next;
        if (w->notify)
            w->notify(w);
        else if (wake_waiter(w) && exclusive && !all)
            break;
    }
    unlock(wq, flags);
}

/* Sleeping for a time */

struct sleeper {
    struct timer timer;
    struct thread *thread;
    bool fired;
};

static void time_passed(struct timer *timer)
{
    struct sleeper *s = container_of(timer, struct sleeper, timer);

    s->fired = thread_wake(s->thread);      /* not if somebody else was first */
}

bool schedule_until_by(enum timer_clock clock, uint64_t deadline_ns)
{
    struct sleeper s = { .thread = current };

    if (deadline_ns == UINT64_MAX) {
        schedule();
        return true;
    }
    timer_setup(&s.timer, time_passed);
    timer_arm_by(&s.timer, clock, deadline_ns);
    schedule();
    timer_cancel(&s.timer);
    return !s.fired;
}

bool schedule_until(uint64_t deadline_ns)
{
    return schedule_until_by(TIMER_MONOTONIC, deadline_ns);
}

int thread_sleep_until(enum timer_clock clock, uint64_t deadline_ns)
{
    while (clock_now_ns(clock) < deadline_ns) {
        if (thread_signal_pending())
            return -EINTR;
        thread_set_state(THREAD_SLEEPING);
        if (!thread_signal_pending())
            schedule_until_by(clock, deadline_ns);
        thread_set_state(THREAD_RUNNABLE);
    }
    return 0;
}

int thread_sleep_ns(uint64_t ns, bool interruptible, uint64_t *left)
{
    uint64_t now = clock_monotonic_ns();
    uint64_t deadline = now + ns < now ? UINT64_MAX - 1 : now + ns;

    while (now < deadline) {
        if (interruptible && thread_signal_pending()) {
            if (left)
                *left = deadline - now;
            return -EINTR;
        }
        thread_set_state(interruptible ? THREAD_SLEEPING : THREAD_BLOCKED);
        if (!interruptible || !thread_signal_pending())
            schedule_until(deadline);
        thread_set_state(THREAD_RUNNABLE);
        now = clock_monotonic_ns();
    }
    return 0;
}

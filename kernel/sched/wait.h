/* SPDX-License-Identifier: MIT */
/*
 * wait.h - sleep until something happens.
 *
 * A waiter puts itself on the queue, then looks at its condition, then sleeps:
 * in that order, so that a wake-up between the two is not lost.
 */
#pragma once
#include "kernel/sched/thread.h"
#include "lib/abi/errno.h"

struct wait_queue {
    struct spinlock lock;       /* RANK_WAIT, taken with interrupts off        */
    struct list waiters;        /* struct waiter                           [l] */
};
#define WAIT_QUEUE_INIT(wq) { SPINLOCK_INIT(RANK_WAIT, "wait queue"), LIST_INIT((wq).waiters) }

struct waiter {
    struct list link;           /*                                         [l] */
    struct thread *thread;      /*                                         [c] */
    bool exclusive;             /* wake_one stops after it                 [c] */
    bool woken;                 /* off the queue; the waker's last word    [a] */
    /* Not NULL: called with the queue locked instead of waking the thread (poll).
     * Such a waiter stays on the queue. */
    void (*notify)(struct waiter *w);
};

void wait_queue_init(struct wait_queue *wq);
static inline bool wait_queue_is_empty(const struct wait_queue *wq)
{
    return list_is_empty(&wq->waiters);
}

/* Put W on the queue and set the thread's state; undo both. */
void wait_begin(struct wait_queue *wq, struct waiter *w, enum thread_state s);
void wait_end(struct wait_queue *wq, struct waiter *w);
/* A waiter that only wants NOTIFY called; does not change the thread's state. */
void wait_subscribe(struct wait_queue *wq, struct waiter *w);
void wait_unsubscribe(struct wait_queue *wq, struct waiter *w);

/* Any context, interrupts included.  Change the condition first; a full barrier
 * separates it from the look at the queue.  wake_up_one wakes up to and including
 * the first exclusive waiter that was asleep. */
void wake_waiters(struct wait_queue *wq, bool all);

static inline void wake_up_all(struct wait_queue *wq)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!wait_queue_is_empty(wq))
        wake_waiters(wq, true);
}
static inline void wake_up_one(struct wait_queue *wq)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!wait_queue_is_empty(wq))
        wake_waiters(wq, false);
}

/* Sleep until COND; not interruptible.  Once COND was true it is not looked at
 * again: it may take what it found. */
#define wait_event(wq, cond)                                                   \
    do {                                                                       \
        struct waiter w_ = { 0 };                                              \
        bool true_ = false;                                                    \
        while (!true_ && !(cond)) {                                            \
            wait_begin((wq), &w_, THREAD_BLOCKED);                             \
            true_ = (cond);                                                    \
            if (!true_)                                                        \
                schedule();                                                    \
            wait_end((wq), &w_);                                               \
        }                                                                      \
    } while (0)

/* Until COND (0), a signal (-EINTR) or an error of SLEEP, which lets others run. */
#define wait_interruptible_(wq, cond, sleep)                                   \
    ({                                                                         \
        struct waiter w_ = { 0 };                                              \
        bool true_ = false;                                                    \
        int r_ = 0;                                                            \
        while (!r_ && !true_ && !(cond)) {                                     \
            if (thread_signal_pending()) {                                     \
                r_ = -EINTR;                                                   \
                break;                                                         \
            }                                                                  \
            wait_begin((wq), &w_, THREAD_SLEEPING);                            \
            true_ = (cond);                                                    \
            if (!true_ && !thread_signal_pending())                            \
                r_ = (sleep);                                                  \
            wait_end((wq), &w_);                                               \
        }                                                                      \
        r_;                                                                    \
    })

/* Sleep until COND (0) or a signal (-EINTR). */
#define wait_event_interruptible(wq, cond)                                     \
    wait_interruptible_(wq, cond, (schedule(), 0))
/* The same, and no longer than until DEADLINE (as in schedule_until): -EAGAIN. */
#define wait_event_until(wq, cond, deadline)                                   \
    wait_interruptible_(wq, cond, schedule_until(deadline) ? 0 : -EAGAIN)

/* A signal waits for the current thread (false in kernel threads). */
static inline bool thread_signal_pending(void)
{
    return __atomic_load_n(&current->signal_pending, __ATOMIC_ACQUIRE);
}

/* schedule() with a time limit: absolute DEADLINE in ns of the monotonic clock
 * (UINT64_MAX: none).  True if woken, false if the time passed. */
bool schedule_until(uint64_t deadline_ns);

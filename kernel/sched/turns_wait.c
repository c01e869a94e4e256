/* SPDX-License-Identifier: MIT */
/*
 * turns_wait.c - sleeping in the queue of a lock, and waking who has got it.
 *
 * A waiter lies on the stack of its thread, which may end once it has seen
 * `granted`.  So the thread passes through the queue's lock before it goes:
 * whoever granted it holds that until the wake-up is done.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/turns_wait.h"
#include "kernel/sched/wait.h"

static inline uint64_t lock(struct turns *t)
{
    uint64_t flags = interrupts_save();

    spin_lock_inline(&t->lock);
    return flags;
}

static inline void unlock(struct turns *t, uint64_t flags)
{
    spin_unlock_inline(&t->lock);
    interrupts_restore(flags);
}

static void grant_all(struct turns *t)
{
    struct turn *w;

    while ((w = turns_next(t)) != NULL) {
        struct thread *thread = w->thread;

        __atomic_store_n(&w->granted, true, __ATOMIC_RELEASE);
        if (thread != current)
            thread_wake_irqs_off(thread);
    }
}

void turns_hand_over(struct turns *t)
{
    uint64_t flags = lock(t);

    grant_all(t);
    unlock(t, flags);
}

static inline bool is_granted(const struct turn *w)
{
    return __atomic_load_n(&w->granted, __ATOMIC_ACQUIRE);
}

static void sleep_on(const struct turn *w, enum thread_state s)
{
    while (!is_granted(w)) {
        thread_set_state(s);
        if (s == THREAD_SLEEPING && thread_signal_pending())
            break;
        if (!is_granted(w))
            schedule();
    }
    thread_set_state(THREAD_RUNNABLE);
}

int turns_wait(struct turns *t, bool writes, enum thread_state s)
{
    struct turn w = { .thread = current, .writes = writes };
    uint64_t flags = lock(t);
    int r = 0;

    turns_join(t, &w);
    grant_all(t);
    unlock(t, flags);
    sleep_on(&w, s);
    flags = lock(t);
    if (!w.granted) {
        turns_leave(t, &w);
        grant_all(t);
        r = -EINTR;
    }
    unlock(t, flags);
    return r;
}

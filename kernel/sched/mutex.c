/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - the owner's name is the lock; who cannot write theirs sleeps.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/mutex.h"

void mutex_init(struct mutex *m, enum lock_rank rank, const char *name)
{
    *m = (struct mutex){ .rank = rank, .name = name };
    wait_queue_init(&m->wq);
}

bool mutex_is_mine(const struct mutex *m)
{
    return __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == current;
}

static inline bool take(struct mutex *m)
{
    struct thread *none = NULL;

    return __atomic_compare_exchange_n(&m->owner, &none, current, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static __attribute__((noinline)) int wait_and_take(struct mutex *m, enum thread_state state)
{
    struct waiter w = { .exclusive = true };

    if (mutex_is_mine(m))
        panic("%s: locked twice by thread %s", m->name, current->name);
    for (;;) {
        bool taken;

        wait_begin(&m->wq, &w, state);
        taken = take(m);
        if (!taken && !(state == THREAD_SLEEPING && thread_signal_pending()))
            schedule();
        wait_end(&m->wq, &w);
        if (taken || take(m))
            return 0;
        if (state == THREAD_SLEEPING && thread_signal_pending()) {
            if (w.woken)
                wake_up_one(&m->wq);    /* it was meant for one who stays */
            return -EINTR;
        }
    }
}

void mutex_lock(struct mutex *m)
{
    if (PAGODA_DEBUG)
        rank_acquire(m->rank, m->name);
    if (!take(m))
        wait_and_take(m, THREAD_BLOCKED);
}

void mutex_lock_nested(struct mutex *m)
{
    rank_acquire_pair(m->rank, m->name);
    if (!take(m))
        wait_and_take(m, THREAD_BLOCKED);
}

int mutex_lock_interruptible(struct mutex *m)
{
    int r = 0;

    rank_acquire(m->rank, m->name);
    if (!take(m))
        r = wait_and_take(m, THREAD_SLEEPING);
    if (r != 0)
        rank_release(m->rank, m->name);
    return r;
}

bool mutex_trylock(struct mutex *m)
{
    if (!take(m))
        return false;
    rank_try_acquired(m->rank, m->name);
    return true;
}

void mutex_unlock(struct mutex *m)
{
    if (!mutex_is_mine(m))
        panic("%s: unlocked by thread %s, which does not hold it", m->name, current->name);
    if (PAGODA_DEBUG)
        rank_release(m->rank, m->name);
    __atomic_store_n(&m->owner, NULL, __ATOMIC_RELEASE);
    wake_up_one(&m->wq);            /* a waiter queues itself, then tries the lock */
}

/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - turns at writing, with ranks and the owner's name.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/turns_wait.h"

void mutex_init(struct mutex *m, enum lock_rank rank, const char *name)
{
    *m = (struct mutex){ .rank = rank, .name = name };
    turns_init(&m->turns);
}

bool mutex_is_mine(const struct mutex *m)
{
    return __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == current;
}

static inline void set_owner(struct mutex *m, struct thread *t)
{
    __atomic_store_n(&m->owner, t, __ATOMIC_RELAXED);
}

static __attribute__((noinline)) int wait_for(struct mutex *m, enum thread_state state)
{
    int r;

    if (mutex_is_mine(m))
        panic("%s: locked twice by thread %s", m->name, current->name);
    r = turns_wait(&m->turns, true, state);
    if (r == 0)
        set_owner(m, current);
    return r;
}

static inline int take(struct mutex *m, enum thread_state state)
{
    if (!turns_try_write(&m->turns))
        return wait_for(m, state);
    set_owner(m, current);
    return 0;
}

void mutex_lock(struct mutex *m)
{
    if (PAGODA_DEBUG)
        rank_acquire(m->rank, m->name);
    take(m, THREAD_BLOCKED);
}

void mutex_lock_nested(struct mutex *m)
{
    rank_acquire_pair(m->rank, m->name);
    take(m, THREAD_BLOCKED);
}

int mutex_lock_interruptible(struct mutex *m)
{
    int r;

    rank_acquire(m->rank, m->name);
    r = take(m, THREAD_SLEEPING);
    if (r != 0)
        rank_release(m->rank, m->name);
    return r;
}

bool mutex_trylock(struct mutex *m)
{
    if (!turns_try_write(&m->turns))
        return false;
    set_owner(m, current);
    rank_try_acquired(m->rank, m->name);
    return true;
}

void mutex_unlock(struct mutex *m)
{
    if (!mutex_is_mine(m))
        panic("%s: unlocked by thread %s, which does not hold it", m->name, current->name);
    if (PAGODA_DEBUG)
        rank_release(m->rank, m->name);
    set_owner(m, NULL);
    if (!turns_end_write(&m->turns))
        turns_hand_over(&m->turns);
}

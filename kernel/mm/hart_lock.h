/* SPDX-License-Identifier: MIT */
/*
 * hart_lock.h - the lock of a list that belongs to one hart.
 *
 * Its own hart takes it at every allocation; another hart only to drain the
 * list.  So it is almost always free, and the way in is short enough to be
 * inlined: one atomic exchange, no call.  What it guards takes a few dozen
 * instructions and waits for nothing but spinlocks of higher ranks, so whoever
 * does meet it locked just looks again.
 *
 * Debug kernels and host tests use the checked spinlock underneath.  No
 * interrupt handler allocates or frees, so interrupts stay on.
 */
#pragma once
#include "kernel/port/port.h"

static inline void hart_lock(struct spinlock *l)
{
    if (PAGODA_DEBUG) {
        spin_lock(l);
        return;
    }
    while (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE))
        while (__atomic_load_n(&l->locked, __ATOMIC_RELAXED))
            ;
}

static inline void hart_unlock(struct spinlock *l)
{
    if (PAGODA_DEBUG)
        spin_unlock(l);
    else
        __atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
}

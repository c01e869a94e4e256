/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - what the kernel adds to the spinlocks of port.h.
 */
#pragma once
#include "kernel/core/hart.h"

/* Called again and again by a hart that waits for a lock with interrupts off: it
 * must serve what others wait for from this hart (TLB shootdowns). */
void spin_set_wait_hook(void (*hook)(void));

/* Debug: panic, naming RANK's taker NAME, if this hart holds a lock of RANK or above. */
void spin_check_order(enum lock_rank rank, const char *name);

/*
 * The same locks without a call, for the scheduler's and the wait queues' own:
 * every switch and wake-up takes several.  In plain kernels the holder is not
 * recorded, so spin_is_mine() must not be asked about such a lock.
 */
void spin_lock_contended(struct spinlock *l);

static inline void spin_lock_inline(struct spinlock *l)
{
    if (PAGODA_DEBUG)
        spin_lock(l);
    else if (__builtin_expect(__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE) != 0, 0))
        spin_lock_contended(l);
}
static inline void spin_unlock_inline(struct spinlock *l)
{
    if (PAGODA_DEBUG)
        spin_unlock(l);
    else
        __atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
}

const char *lock_rank_name(enum lock_rank rank);

/* Interrupt entry and exit, debug: a handler's lock order starts afresh, since
 * what it interrupted is not its caller.  SAVED holds what was held. */
struct held_locks {
    uint32_t spinlocks;
    uint64_t ranks[RANK_MAX];
};
void spin_interrupt_enter(struct held_locks *saved);
void spin_interrupt_exit(const struct held_locks *saved);

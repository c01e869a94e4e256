/* SPDX-License-Identifier: MIT */
/*
 * rank.c - the lock order of what a thread may hold while it sleeps, for debug
 * kernels.  (Spinlocks are counted by their hart, in core/spinlock.c: their
 * ranks are higher than all of these, so they never need to ask here.)
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/thread.h"

static void check(enum lock_rank rank, const char *name, bool same_allowed)
{
    spin_check_order(RANK_NONE, name);
    for (unsigned r = rank + same_allowed; r < RANK_MAX; r++) {
        if (current->held_ranks[r])
            panic("lock order: %s (%s) taken while one of rank %s is held", name,
                  lock_rank_name(rank), lock_rank_name(r));
    }
}

void rank_acquire(enum lock_rank rank, const char *name)
{
    if (!PAGODA_DEBUG)
        return;
    check(rank, name, false);
    current->held_ranks[rank]++;
}

void rank_acquire_pair(enum lock_rank rank, const char *name)
{
    if (!PAGODA_DEBUG)
        return;
    check(rank, name, true);
    current->held_ranks[rank]++;
}

void rank_try_acquired(enum lock_rank rank, const char *name)
{
    (void)name;
    if (PAGODA_DEBUG)
        current->held_ranks[rank]++;
}

void rank_release(enum lock_rank rank, const char *name)
{
    if (!PAGODA_DEBUG)
        return;
    if (current->held_ranks[rank] == 0)
        panic("%s (%s) released but not held", name, lock_rank_name(rank));
    current->held_ranks[rank]--;
}

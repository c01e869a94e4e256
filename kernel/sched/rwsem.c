/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - one count, changed by compare-and-swap.
 *
 * Who cannot go on joins the queue, tries once more, and sleeps; who makes room
 * changes the count, then looks at the queue and wakes everybody on it.  So a
 * release between a failed attempt and the sleep is seen by one of the two.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/rwsem.h"

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name)
{
    *s = (struct rwsem){ .rank = rank, .name = name };
    wait_queue_init(&s->wq);
}

static inline bool try_read(struct rwsem *s)
{
    int64_t count = __atomic_load_n(&s->count, __ATOMIC_RELAXED);

    while (count >= 0 && __atomic_load_n(&s->writers_waiting, __ATOMIC_RELAXED) == 0) {
        if (__atomic_compare_exchange_n(&s->count, &count, count + 1, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

static inline bool try_write(struct rwsem *s)
{
    int64_t nobody = 0;

    if (!__atomic_compare_exchange_n(&s->count, &nobody, -1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        return false;
    __atomic_store_n(&s->writer, current, __ATOMIC_RELAXED);
    return true;
}

static void wait_for(struct rwsem *s, bool (*try)(struct rwsem *s))
{
    struct waiter w = { 0 };
    bool taken;

    do {
        wait_begin(&s->wq, &w, THREAD_BLOCKED);
        taken = try(s);
        if (!taken)
            schedule();
        wait_end(&s->wq, &w);
    } while (!taken);
}

static __attribute__((noinline)) void wait_to_read(struct rwsem *s)
{
    wait_for(s, try_read);
}

static __attribute__((noinline)) void wait_to_write(struct rwsem *s)
{
    if (rwsem_is_write_mine(s))
        panic("%s: locked twice by thread %s", s->name, current->name);
    __atomic_fetch_add(&s->writers_waiting, 1, __ATOMIC_RELAXED);
    wait_for(s, try_write);
    __atomic_fetch_sub(&s->writers_waiting, 1, __ATOMIC_RELAXED);
}

void rwsem_read_lock(struct rwsem *s)
{
    if (PAGODA_DEBUG)
        rank_acquire(s->rank, s->name);
    if (!try_read(s))
        wait_to_read(s);
}

bool rwsem_read_trylock(struct rwsem *s)
{
    if (!try_read(s))
        return false;
    rank_try_acquired(s->rank, s->name);
    return true;
}

void rwsem_read_unlock(struct rwsem *s)
{
    int64_t left = __atomic_sub_fetch(&s->count, 1, __ATOMIC_RELEASE);

    DEBUG_ASSERT(left >= 0);
    if (PAGODA_DEBUG)
        rank_release(s->rank, s->name);
    if (left == 0)
        wake_up_all(&s->wq);
}

void rwsem_write_lock(struct rwsem *s)
{
    if (PAGODA_DEBUG)
        rank_acquire(s->rank, s->name);
    if (!try_write(s))
        wait_to_write(s);
}

void rwsem_write_lock_nested(struct rwsem *s)
{
    rank_acquire_pair(s->rank, s->name);
    if (!try_write(s))
        wait_to_write(s);
}

bool rwsem_write_trylock(struct rwsem *s)
{
    if (!try_write(s))
        return false;
    rank_try_acquired(s->rank, s->name);
    return true;
}

void rwsem_write_unlock(struct rwsem *s)
{
    ASSERT(rwsem_is_write_mine(s));
    if (PAGODA_DEBUG)
        rank_release(s->rank, s->name);
    __atomic_store_n(&s->writer, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&s->count, 0, __ATOMIC_RELEASE);
    wake_up_all(&s->wq);
}

void rwsem_downgrade(struct rwsem *s)
{
    ASSERT(rwsem_is_write_mine(s));
    __atomic_store_n(&s->writer, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&s->count, 1, __ATOMIC_RELEASE);
    wake_up_all(&s->wq);
}

bool rwsem_is_locked(const struct rwsem *s)
{
    return __atomic_load_n(&s->count, __ATOMIC_RELAXED) != 0;
}

bool rwsem_is_write_mine(const struct rwsem *s)
{
    return __atomic_load_n(&s->writer, __ATOMIC_RELAXED) == current;
}

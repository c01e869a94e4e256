/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - a count under the wait queue's own lock.
 *
 * Whoever cannot go on queues itself in the same critical section in which it
 * found that out, so no release can come in between.  A release wakes everybody
 * who could use it, and they look again.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/rwsem.h"

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name)
{
    *s = (struct rwsem){ .rank = rank, .name = name };
    wait_queue_init(&s->wq);
}

static bool can_read(const struct rwsem *s)
{
    return s->count >= 0 && s->writers_waiting == 0;
}

static bool can_write(const struct rwsem *s)
{
    return s->count == 0;
}

/* The queue's lock is held, and again on return; in between the thread sleeps. */
static void sleep_locked(struct rwsem *s, struct waiter *w, uint64_t *flags)
{
    wait_begin_locked(&s->wq, w, THREAD_BLOCKED);
    spin_unlock_irqrestore(&s->wq.lock, *flags);
    schedule();
    wait_end(&s->wq, w);
    *flags = spin_lock_irqsave(&s->wq.lock);
}

static void read_lock(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);
    struct waiter w = { 0 };

    while (!can_read(s))
        sleep_locked(s, &w, &flags);
    s->count++;
    spin_unlock_irqrestore(&s->wq.lock, flags);
}

static void write_lock(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);
    struct waiter w = { 0 };

    s->writers_waiting++;
    while (!can_write(s))
        sleep_locked(s, &w, &flags);
    s->writers_waiting--;
    s->count = -1;
    s->writer = current;
    spin_unlock_irqrestore(&s->wq.lock, flags);
}

void rwsem_read_lock(struct rwsem *s)
{
    rank_acquire(s->rank, s->name);
    read_lock(s);
}

bool rwsem_read_trylock(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);
    bool ok = can_read(s);

    s->count += ok;
    spin_unlock_irqrestore(&s->wq.lock, flags);
    if (ok)
        rank_try_acquired(s->rank, s->name);
    return ok;
}

void rwsem_read_unlock(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);
    bool last;

    ASSERT(s->count > 0);
    last = --s->count == 0;
    spin_unlock_irqrestore(&s->wq.lock, flags);
    rank_release(s->rank, s->name);
    if (last)
        wake_up_all(&s->wq);
}

void rwsem_write_lock(struct rwsem *s)
{
    rank_acquire(s->rank, s->name);
    write_lock(s);
}

void rwsem_write_lock_nested(struct rwsem *s)
{
    rank_acquire_pair(s->rank, s->name);
    write_lock(s);
}

bool rwsem_write_trylock(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);
    bool ok = can_write(s);

    if (ok) {
        s->count = -1;
        s->writer = current;
    }
    spin_unlock_irqrestore(&s->wq.lock, flags);
    if (ok)
        rank_try_acquired(s->rank, s->name);
    return ok;
}

void rwsem_write_unlock(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);

    ASSERT(rwsem_is_write_mine(s));
    s->count = 0;
    s->writer = NULL;
    spin_unlock_irqrestore(&s->wq.lock, flags);
    rank_release(s->rank, s->name);
    wake_up_all(&s->wq);
}

void rwsem_downgrade(struct rwsem *s)
{
    uint64_t flags = spin_lock_irqsave(&s->wq.lock);

    ASSERT(rwsem_is_write_mine(s));
    s->count = 1;
    s->writer = NULL;
    spin_unlock_irqrestore(&s->wq.lock, flags);
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

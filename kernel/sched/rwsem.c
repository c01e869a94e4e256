/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - turns at reading and writing, with ranks and the writer's name.
 */
#include "kernel/core/spinlock.h"
#include "kernel/sched/rwsem.h"
#include "kernel/sched/turns_wait.h"

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name)
{
    *s = (struct rwsem){ .rank = rank, .name = name };
    turns_init(&s->turns);
}

static inline void set_writer(struct rwsem *s, struct thread *t)
{
    __atomic_store_n(&s->writer, t, __ATOMIC_RELAXED);
}

static __attribute__((noinline)) void wait_to_read(struct rwsem *s)
{
    turns_wait(&s->turns, false, THREAD_BLOCKED);
}

static __attribute__((noinline)) void wait_to_write(struct rwsem *s)
{
    if (rwsem_is_write_mine(s))
        panic("%s: locked twice by thread %s", s->name, current->name);
    turns_wait(&s->turns, true, THREAD_BLOCKED);
    set_writer(s, current);
}

void rwsem_read_lock(struct rwsem *s)
{
    if (PAGODA_DEBUG)
        rank_acquire(s->rank, s->name);
    if (!turns_try_read(&s->turns))
        wait_to_read(s);
}

bool rwsem_read_trylock(struct rwsem *s)
{
    if (!turns_try_read(&s->turns))
        return false;
    rank_try_acquired(s->rank, s->name);
    return true;
}

void rwsem_read_unlock(struct rwsem *s)
{
    DEBUG_ASSERT(__atomic_load_n(&s->turns.word, __ATOMIC_RELAXED) >= TURNS_READER);
    if (PAGODA_DEBUG)
        rank_release(s->rank, s->name);
    if (!turns_end_read(&s->turns))
        turns_hand_over(&s->turns);
}

static inline void take_to_write(struct rwsem *s)
{
    if (turns_try_write(&s->turns))
        set_writer(s, current);
    else
        wait_to_write(s);
}

void rwsem_write_lock(struct rwsem *s)
{
    if (PAGODA_DEBUG)
        rank_acquire(s->rank, s->name);
    take_to_write(s);
}

void rwsem_write_lock_nested(struct rwsem *s)
{
    rank_acquire_pair(s->rank, s->name);
    take_to_write(s);
}

void rwsem_write_unlock(struct rwsem *s)
{
    DEBUG_ASSERT(rwsem_is_write_mine(s));
    if (PAGODA_DEBUG)
        rank_release(s->rank, s->name);
    set_writer(s, NULL);
    if (!turns_end_write(&s->turns))
        turns_hand_over(&s->turns);
}

bool rwsem_is_write_mine(const struct rwsem *s)
{
    return __atomic_load_n(&s->writer, __ATOMIC_RELAXED) == current;
}

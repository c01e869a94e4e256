/* SPDX-License-Identifier: MIT */
/*
 * fake_thread.c - the one thread of the fake kernel, its locks, and a clock.
 */
#include "kernel/fs/locks.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/timer.h"
#include "tests/host/fake_parts.h"
#include "tests/host/shim.h"

void schedule(void)
{
    ASSERT(!port_in_atomic());
    if (!fake_disk_run_one())
        panic("sleeping, and nothing will ever wake us");
}

bool pressure_enter(enum pressure_kind k)
{
    (void)k;
    return false;
}

void pressure_leave(enum pressure_kind k, bool began)
{
    (void)k;
    (void)began;
}

void cond_resched(void)
{
    ASSERT(!port_in_atomic());
}

void wait_queue_init(struct wait_queue *wq)
{
    list_init(&wq->waiters);
}

void wait_begin(struct wait_queue *wq, struct waiter *w, enum thread_state s)
{
    (void)wq, (void)w, (void)s;
}

void wait_end(struct wait_queue *wq, struct waiter *w)
{
    (void)wq, (void)w;
}

void wake_waiters(struct wait_queue *wq, bool all)
{
    (void)wq, (void)all;
}

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name)
{
    *s = (struct rwsem){ .rank = (uint8_t)rank, .name = name };
}

void rwsem_read_lock(struct rwsem *s)
{
    rank_acquire(s->rank, s->name);
    ASSERT(turns_try_read(&s->turns));
}

void rwsem_read_unlock(struct rwsem *s)
{
    ASSERT(turns_end_read(&s->turns));
    rank_release(s->rank, s->name);
}

static void write_lock(struct rwsem *s)
{
    ASSERT(turns_try_write(&s->turns));
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

void rwsem_write_unlock(struct rwsem *s)
{
    ASSERT(turns_end_write(&s->turns));
    rank_release(s->rank, s->name);
}

/* A clock that never stands still and has odd nanoseconds. */
static uint64_t clock = 1700000000000000000;

uint64_t clock_realtime_ns(void)
{
    return clock += 1000003;
}

uint64_t clock_monotonic_ns(void)
{
    return clock_realtime_ns();
}

/* SPDX-License-Identifier: MIT */
/*
 * times.c - processor time of threads and harts, up to now.
 *
 * Threads are charged where they enter and leave the kernel (thread.h).  Who asks in between
 * is told of the time since as well; on another hart, that thread may charge itself at this
 * moment.
 */
#include "kernel/core/hart.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/thread.h"
#include "lib/bitops.h"

struct thread_ticks thread_ticks(const struct thread *t)
{
    struct thread_ticks ticks = { 0 };
    uint64_t since;
    bool runs;

    do {
        since = __atomic_load_n(&t->last_time, __ATOMIC_ACQUIRE);
        ticks.user = __atomic_load_n(&t->utime, __ATOMIC_RELAXED);
        ticks.system = __atomic_load_n(&t->stime, __ATOMIC_ACQUIRE);
        runs = __atomic_load_n(&harts[t->hart].thread, __ATOMIC_ACQUIRE) == t;
    } while (since != __atomic_load_n(&t->last_time, __ATOMIC_RELAXED));
    if (runs)
        ticks.uncharged = time_read() - since;
    return ticks;
}

void thread_times(struct thread *t, uint64_t *utime, uint64_t *stime)
{
    struct thread_ticks ticks = thread_ticks(t);
    uint64_t all = ticks.user + ticks.system + ticks.uncharged;

    if (t != current)
        ticks.user += ticks.uncharged;
    t->told_utime = max_u64(t->told_utime, ticks.user);
    if (all > t->told_utime)
        t->told_stime = max_u64(t->told_stime, all - t->told_utime);
    *utime = t->told_utime;
    *stime = t->told_stime;
}

/* Ticks that HART's thread has not been charged for.  If it is still there afterwards, it has
 * not been freed before. */
static uint64_t uncharged_on(const struct hart *h)
{
    const struct thread *t = __atomic_load_n(&h->thread, __ATOMIC_RELAXED);
    uint64_t since, now;

    if (t == h->idle)
        return 0;
    since = __atomic_load_n(&t->last_time, __ATOMIC_ACQUIRE);
    now = time_read();
    return __atomic_load_n(&h->thread, __ATOMIC_RELAXED) == t && now > since ? now - since : 0;
}

void sched_hart_times(unsigned hart, uint64_t *user, uint64_t *system, uint64_t *idle)
{
    const struct hart *h = &harts[hart];
    uint64_t busy;

    *user = __atomic_load_n(&h->ticks_user, __ATOMIC_RELAXED);
    *system = __atomic_load_n(&h->ticks_system, __ATOMIC_ACQUIRE);
    if (h == this_hart())
        *system += uncharged_on(h);
    else
        *user += uncharged_on(h);
    busy = *user + *system;
    *idle = clock_ticks_since_boot();
    *idle = *idle > busy ? *idle - busy : 0;
}

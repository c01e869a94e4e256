/* SPDX-License-Identifier: MIT */
/*
 * cpu_timer.c - clocks of processor time, and timers by them.
 *
 * While a process has such timers, each hart that runs one of its threads is interrupted at
 * times (sched/tick.h), adds up what all have used, and asks for the next look at when the
 * first of them may be due at the earliest: if all its threads run from now on.
 */
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/process_impl.h"
#include "kernel/sched/tick.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"
#include "lib/bitops.h"

/* Between two looks: a program must not be able to keep a hart in the timer interrupt. */
#define SHORTEST_LOOK_NS 100000UL

/* What has not been charged yet counts as no user time: a timer must not be early. */
static uint64_t ticks_of(const struct thread *t, enum cpu_kind kind)
{
    struct thread_ticks ticks = thread_ticks(t);

    return kind == CPU_USER ? ticks.user : ticks.user + ticks.system + ticks.uncharged;
}

/* A clock that has shown SEEN must not go back, though a thread that charges itself just now may
 * have been read too low. */
static uint64_t not_below(uint64_t *seen, uint64_t ticks)
{
    *seen = MAX(*seen, ticks);
    return *seen;
}

static uint64_t ticks_of_all(struct process *p, enum cpu_kind kind)
{
    uint64_t sum = kind == CPU_USER ? p->utime : p->utime + p->stime;
    struct task *t;

    list_for_each_entry(t, &p->tasks, link)
        sum += ticks_of(t->thread, kind);
    return not_below(&p->cpu_seen[kind], sum);
}

uint64_t cpu_clock_locked(struct process *p, struct task *t, enum cpu_kind kind)
{
    ASSERT(spin_is_mine(&proc_lock));
    return clock_ticks_to_ns(t ? not_below(&t->cpu_seen[kind], ticks_of(t->thread, kind))
                               : ticks_of_all(p, kind));
}

uint64_t cpu_timer_now(const struct cpu_timer *t)
{
    return cpu_clock_locked(t->process, t->task, t->kind);
}

int cpu_clock_find_locked(int clock, struct process **p, struct task **t, enum cpu_kind *kind)
{
    int pid;

    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        clock = CPU_CLOCK(0, CPU_CLOCK_SCHED);
    else if (clock == CLOCK_THREAD_CPUTIME_ID)
        clock = CPU_CLOCK(0, CPU_CLOCK_SCHED | CPU_CLOCK_THREAD);
    if (clock >= 0 || (clock & CPU_CLOCK_KINDS) > CPU_CLOCK_SCHED)
        return -EINVAL;
    pid = CPU_CLOCK_PID(clock);
    *kind = (clock & CPU_CLOCK_KINDS) == CPU_CLOCK_USER ? CPU_USER : CPU_ALL;
    *t = NULL;
    *p = current_process();
    if (clock & CPU_CLOCK_THREAD) {
        *t = pid ? process_find_own_task_locked(*p, pid) : current_task();
        return *t ? 0 : -EINVAL;
    }
    if (pid && pid != current_task()->tid)
        *p = process_find_locked(pid);
    return *p ? 0 : -EINVAL;
}

static void watch_all(struct process *p, bool on)
{
    struct task *t;

    list_for_each_entry(t, &p->tasks, link)
        tick_watch(t->thread, on);
}

void cpu_timer_arm_again(struct cpu_timer *t, uint64_t deadline)
{
    cpu_timer_disarm(t);
    t->deadline = deadline;
    t->armed = true;
    list_insert_tail(&t->process->cpu_timers, &t->link);
}

void cpu_timer_arm(struct cpu_timer *t, uint64_t deadline)
{
    cpu_timer_arm_again(t, deadline);
    watch_all(t->process, true);
}

void cpu_timer_disarm(struct cpu_timer *t)
{
    ASSERT(spin_is_mine(&proc_lock));
    if (t->armed)
        list_remove(&t->link);
    t->armed = false;
}

void cpu_timer_join(struct process *p, struct task *t)
{
    t->thread->watched = !list_is_empty(&p->cpu_timers);
}

void cpu_timer_leave(struct process *p, struct task *t)
{
    struct cpu_timer *timer, *next;

    tick_watch(t->thread, false);
    list_for_each_entry_safe(timer, next, &p->cpu_timers, link)
        if (timer->task == t)
            cpu_timer_disarm(timer);
}

/* Sleeping */

struct cpu_sleeper {
    struct cpu_timer timer;
    struct thread *thread;
    bool due;
};

static void end_sleep(struct cpu_timer *t)
{
    struct cpu_sleeper *s = container_of(t, struct cpu_sleeper, timer);

    s->due = true;
    thread_wake_interruptible(s->thread);
}

/* S's clock is known.  Proc_lock is held, but not while it sleeps. */
static int sleep_locked(struct cpu_sleeper *s, uint64_t deadline, uint64_t flags)
{
    if (cpu_timer_now(&s->timer) >= deadline)
        return 0;
    cpu_timer_arm(&s->timer, deadline);
    while (!s->due && !thread_signal_pending()) {
        thread_set_state(THREAD_SLEEPING);
        spin_unlock_irqrestore(&proc_lock, flags);
        if (!thread_signal_pending())
            schedule();
        thread_set_state(THREAD_RUNNABLE);
        spin_lock_irqsave(&proc_lock);
    }
    cpu_timer_disarm(&s->timer);
    return s->due ? 0 : -EINTR;
}

int cpu_clock_sleep(int clock, uint64_t deadline)
{
    struct cpu_sleeper s = { .timer.fn = end_sleep, .thread = current };
    struct cpu_timer *t = &s.timer;
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int err = cpu_clock_find_locked(clock, &t->process, &t->task, &t->kind);

    if (!err && t->process != current_process())
        err = -EOPNOTSUPP;
    if (!err)
        err = sleep_locked(&s, deadline, flags);
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

/* All its threads' time is added up once per look, not for each timer: ALL, by kind. */
static uint64_t now_of(const struct cpu_timer *t, const uint64_t *all)
{
    return t->task ? cpu_timer_now(t) : all[t->kind];
}

/* Let what is due happen.  No timer arms or disarms another. */
static void run_due(struct process *p, const uint64_t *all)
{
    struct cpu_timer *t, *next;

    list_for_each_entry_safe(t, next, &p->cpu_timers, link)
        if (now_of(t, all) >= t->deadline) {
            cpu_timer_disarm(t);
            t->fn(t);
        }
}

/* How long from that look until T may be due. */
static uint64_t earliest(const struct cpu_timer *t, const uint64_t *all)
{
    uint64_t now = now_of(t, all), left = t->deadline > now ? t->deadline - now : 0;

    return t->task ? left : left / MAX(MIN(t->process->ntasks, nr_harts), 1U);
}

/* In the timer interrupt. */
static uint64_t look_at_current(void)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock), soonest = UINT64_MAX;
    uint64_t all[CPU_KINDS];
    struct cpu_timer *t;

    for (int kind = 0; kind < CPU_KINDS; kind++)
        all[kind] = cpu_clock_locked(p, NULL, (enum cpu_kind)kind);
    run_due(p, all);
    list_for_each_entry(t, &p->cpu_timers, link)
        soonest = MIN(soonest, earliest(t, all));
    if (soonest == UINT64_MAX)
        watch_all(p, false);
    spin_unlock_irqrestore(&proc_lock, flags);
    return soonest == UINT64_MAX ? 0 : MAX(soonest, SHORTEST_LOOK_NS);
}

void cpu_timer_init(void)
{
    tick_set_handler(look_at_current);
}

/* SPDX-License-Identifier: MIT */
/*
 * usage.c - what processes have used: getrusage(2), times(2), wait4's report.
 */
#include "kernel/core/machine.h"
#include "kernel/proc/process_impl.h"
#include "lib/bitops.h"
#include "lib/string.h"

static struct timeval ticks_to_timeval(uint64_t ticks)
{
    return (struct timeval){
        .tv_sec = (int64_t)(ticks / machine.timebase),
        .tv_usec = (int64_t)(ticks % machine.timebase * 1000000 / machine.timebase),
    };
}

void proc_times_locked(struct process *p, uint64_t *utime, uint64_t *stime)
{
    struct task *t;

    *utime = p->utime;
    *stime = p->stime;
    list_for_each_entry(t, &p->tasks, link) {
        uint64_t user, system;

        thread_times(t->thread, &user, &system);
        *utime += user;
        *stime += system;
    }
}

void proc_getrusage_locked(struct process *p, struct rusage *ru)
{
    uint64_t utime, stime, maxrss = p->maxrss;
    struct task *t;

    memset(ru, 0, sizeof(*ru));
    proc_times_locked(p, &utime, &stime);
    ru->ru_utime = ticks_to_timeval(utime);
    ru->ru_stime = ticks_to_timeval(stime);
    ru->ru_minflt = (long)p->minflt;
    ru->ru_majflt = (long)p->majflt;
    if (p->mm)
        maxrss = MAX(maxrss, mm_peak_rss(p->mm));
    ru->ru_maxrss = (long)(maxrss << PAGE_SHIFT >> 10);
    ru->ru_nvcsw = (long)p->nvcsw;
    ru->ru_nivcsw = (long)p->nivcsw;
    list_for_each_entry(t, &p->tasks, link) {
        ru->ru_nvcsw += (long)t->thread->nvcsw;
        ru->ru_nivcsw += (long)t->thread->nivcsw;
        ru->ru_minflt += (long)t->thread->minflt;
        ru->ru_majflt += (long)t->thread->majflt;
    }
}

static void children_usage(const struct process *p, struct rusage *ru)
{
    memset(ru, 0, sizeof(*ru));
    ru->ru_utime = ticks_to_timeval(p->cutime);
    ru->ru_stime = ticks_to_timeval(p->cstime);
    ru->ru_minflt = (long)p->cminflt;
    ru->ru_majflt = (long)p->cmajflt;
    ru->ru_nvcsw = (long)p->cnvcsw;
    ru->ru_nivcsw = (long)p->cnivcsw;
    ru->ru_maxrss = (long)(p->cmaxrss << PAGE_SHIFT >> 10);
}

void proc_getrusage_family_locked(struct process *p, struct rusage *ru)
{
    struct rusage children;
    uint64_t utime, stime;

    proc_getrusage_locked(p, ru);
    children_usage(p, &children);
    proc_times_locked(p, &utime, &stime);
    ru->ru_utime = ticks_to_timeval(utime + p->cutime);
    ru->ru_stime = ticks_to_timeval(stime + p->cstime);
    ru->ru_minflt += children.ru_minflt;
    ru->ru_majflt += children.ru_majflt;
    ru->ru_nvcsw += children.ru_nvcsw;
    ru->ru_nivcsw += children.ru_nivcsw;
    ru->ru_maxrss = MAX(ru->ru_maxrss, children.ru_maxrss);
}

static void thread_usage(struct thread *t, struct rusage *ru)
{
    uint64_t utime, stime;

    memset(ru, 0, sizeof(*ru));
    thread_times(t, &utime, &stime);
    ru->ru_utime = ticks_to_timeval(utime);
    ru->ru_stime = ticks_to_timeval(stime);
    ru->ru_nvcsw = (long)t->nvcsw;
    ru->ru_nivcsw = (long)t->nivcsw;
    ru->ru_minflt = (long)t->minflt;
    ru->ru_majflt = (long)t->majflt;
}

void proc_getrusage(int who, struct rusage *ru)
{
    struct process *p = current_process();
    uint64_t flags;

    flags = spin_lock_irqsave(&proc_lock);
    if (who == RUSAGE_CHILDREN)
        children_usage(p, ru);
    else if (who == RUSAGE_THREAD)
        thread_usage(current, ru);
    else
        proc_getrusage_locked(p, ru);
    spin_unlock_irqrestore(&proc_lock, flags);
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_limits.c - what processes have used and may use, and how nice they are.
 */
#include "kernel/core/machine.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/resource.h"
#include "lib/abi/sched.h"
#include "lib/bitops.h"

int64_t sys_getrusage(const uint64_t *a)
{
    struct rusage ru;
    int who = (int)a[0];

    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
        return -EINVAL;
    proc_getrusage(who, &ru);
    return copy_to_user(a[1], &ru, sizeof(ru));
}

static long clock_ticks(uint64_t timebase_ticks)
{
    return (long)(timebase_ticks / (machine.timebase / 100));
}

int64_t sys_times(const uint64_t *a)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock), utime, stime;
    struct tms tms;

    proc_times_locked(p, &utime, &stime);
    tms.tms_utime = clock_ticks(utime);
    tms.tms_stime = clock_ticks(stime);
    tms.tms_cutime = clock_ticks(p->cutime);
    tms.tms_cstime = clock_ticks(p->cstime);
    spin_unlock_irqrestore(&proc_lock, flags);
    if (a[0] && copy_to_user(a[0], &tms, sizeof(tms)))
        return -EFAULT;
    return (int64_t)(clock_monotonic_ns() / 10000000);
}

struct priority {
    int which, who;
    bool set;
    int nice;                   /* to set, or the best found */
    int result;
};

static void one_priority(struct process *p, void *arg)
{
    struct priority *q = arg;
    const struct cred *me = &current_process()->cred;

    if (q->which == PRIO_PROCESS ? !process_has_number_locked(p, q->who)
        : q->which == PRIO_PGRP ? p->pgrp != q->who : p->cred.uid != (uint32_t)q->who)
        return;
    if (!q->set) {
        q->nice = q->result == -ESRCH ? p->nice : MIN(q->nice, (int)p->nice);
        q->result = 0;
    } else if (me->euid && me->euid != p->cred.euid && me->euid != p->cred.uid) {
        q->result = -EPERM;
    } else if (me->euid && q->nice < p->nice) {
        q->result = -EACCES;
    } else {
        p->nice = (int8_t)q->nice;
        q->result = q->result == -ESRCH ? 0 : q->result;
    }
}

static int64_t priority_call(struct priority *q)
{
    const struct process *p = current_process();

    if (q->which < PRIO_PROCESS || q->which > PRIO_USER)
        return -EINVAL;
    if (!q->who)
        q->who = q->which == PRIO_PROCESS ? p->pid : q->which == PRIO_PGRP ? p->pgrp : (int)p->cred.uid;
    q->result = -ESRCH;
    process_for_each(one_priority, q);
    return q->result;
}

int64_t sys_getpriority(const uint64_t *a)
{
    struct priority q = { .which = (int)a[0], .who = (int)a[1] };
    int64_t r = priority_call(&q);

    return r ? r : 20 - q.nice;
}

int64_t sys_setpriority(const uint64_t *a)
{
    struct priority q = { .which = (int)a[0], .who = (int)a[1], .set = true,
                          .nice = MAX(MIN((int)a[2], 19), -20) };

    return priority_call(&q);
}

/* A new limit reaches who watches it: three are the address space's.  That of a vfork child is
 * its parent's, and its own, to come, gets them from the process. */
static void apply_limit(struct process *p, unsigned resource)
{
    struct mm *mm = p->mm;

    if (resource == RLIMIT_CPU)
        cpu_limit_changed(p);
    if (!mm || process_is_in_vfork(p))
        return;
    if (resource == RLIMIT_AS)
        mm->limit_as = p->rlimits[RLIMIT_AS].rlim_cur;
    else if (resource == RLIMIT_DATA)
        mm->limit_data = p->rlimits[RLIMIT_DATA].rlim_cur;
    else if (resource == RLIMIT_STACK)
        mm->limit_stack = p->rlimits[RLIMIT_STACK].rlim_cur;
}

static int change_limit(struct process *p, unsigned resource, const struct rlimit *new,
                        struct rlimit *old)
{
    const struct cred *me = &current_process()->cred;
    uint64_t flags;
    int err = 0;

    if (resource >= RLIM_NLIMITS || (new && new->rlim_cur > new->rlim_max))
        return -EINVAL;
    if (!process_may_control(p))
        return -EPERM;
    flags = spin_lock_irqsave(&proc_lock);
    *old = p->rlimits[resource];
    if (new && new->rlim_max > old->rlim_max && me->euid)
        err = -EPERM;
    if (new && resource == RLIMIT_NOFILE && new->rlim_max > FD_MAX)
        err = -EPERM;
    if (new && !err) {
        p->rlimits[resource] = *new;
        apply_limit(p, resource);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

/* The process whose thread is TID (0: this one), referenced; NULL if none. */
static struct process *process_of(int tid)
{
    if (!tid || tid == current->tid) {
        process_get(current_process());
        return current_process();
    }
    return process_get_by_tid(tid);
}

int64_t sys_prlimit64(const uint64_t *a)
{
    struct rlimit new, old;
    struct process *p;
    int r;

    if (a[2] && copy_from_user(&new, a[2], sizeof(new)))
        return -EFAULT;
    p = process_of((int)a[0]);
    if (!p)
        return -ESRCH;
    r = change_limit(p, (unsigned)a[1], a[2] ? &new : NULL, &old);
    process_put(p);
    if (!r && a[3])
        r = copy_to_user(a[3], &old, sizeof(old));
    return r;
}

int64_t sys_getrlimit(const uint64_t *a)
{
    const uint64_t args[] = { 0, a[0], 0, a[1] };

    return a[1] ? sys_prlimit64(args) : -EFAULT;
}

int64_t sys_setrlimit(const uint64_t *a)
{
    const uint64_t args[] = { 0, a[0], a[1], 0 };

    return a[1] ? sys_prlimit64(args) : -EFAULT;
}

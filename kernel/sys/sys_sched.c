/* SPDX-License-Identifier: MIT */
/*
 * sys_sched.c - how threads are scheduled: their turns, their harts, their policies.
 *
 * Every thread has the same turns.  So the policies that ask for less than that are kept and
 * shown, like the nice value, and the real-time ones, which ask for more, are refused.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/sched.h"
#include "lib/bitops.h"

/* May the caller say how threads of P are scheduled? */
static bool may_schedule(const struct process *p)
{
    uint32_t euid = current_process()->cred.euid;

    return !euid || euid == p->cred.euid || euid == p->cred.uid;
}

/* The thread TID (0: the caller) and its process, both referenced: 0, -EINVAL, -ESRCH. */
static int find(int tid, struct thread **t, struct process **p)
{
    if (tid < 0)
        return -EINVAL;
    *t = process_get_thread(tid ? tid : current->tid, p);
    return *t ? 0 : -ESRCH;
}

static void put(struct thread *t, struct process *p)
{
    thread_put(t);
    process_put(p);
}

/* Turns and harts */

int64_t sys_sched_yield(const uint64_t *a)
{
    (void)a;
    yield();
    return 0;
}

static uint64_t all_harts(void)
{
    return (1UL << nr_harts) - 1;
}

int64_t sys_sched_getaffinity(const uint64_t *a)
{
    struct process *p;
    struct thread *t;
    uint64_t mask;

    if (a[1] < sizeof(mask) || a[1] % sizeof(mask))
        return -EINVAL;
    t = process_get_thread((int)a[0] ? (int)a[0] : current->tid, &p);
    if (!t)
        return -ESRCH;
    mask = __atomic_load_n(&t->allowed, __ATOMIC_RELAXED) & all_harts();
    put(t, p);
    return copy_to_user(a[2], &mask, sizeof(mask)) ? -EFAULT : (int64_t)sizeof(mask);
}

int64_t sys_sched_setaffinity(const uint64_t *a)
{
    struct process *p;
    struct thread *t;
    uint64_t mask = 0;
    int r = 0;

    if (copy_from_user(&mask, a[2], MIN((size_t)a[1], sizeof(mask))))
        return -EFAULT;
    t = process_get_thread((int)a[0] ? (int)a[0] : current->tid, &p);
    if (!t)
        return -ESRCH;
    if (!may_schedule(p))
        r = -EPERM;
    else if (!(mask & all_harts()))
        r = -EINVAL;
    else
        thread_set_allowed(t, mask & all_harts());
    put(t, p);
    return r;
}

int64_t sys_getcpu(const uint64_t *a)
{
    uint32_t hart = this_hart()->index, node = 0;

    if ((a[0] && copy_to_user(a[0], &hart, sizeof(hart)))
        || (a[1] && copy_to_user(a[1], &node, sizeof(node))))
        return -EFAULT;
    return 0;
}

/* Policies */

/* The lowest and highest priority of POLICY: 0, or -EINVAL. */
static int get_range(int policy, int *lowest, int *highest)
{
    *lowest = *highest = 0;
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
        *lowest = 1;
        *highest = 99;
        return 0;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
    case SCHED_DEADLINE:
        return 0;
    }
    return -EINVAL;
}

static bool is_real_time(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE;
}

int64_t sys_sched_get_priority_max(const uint64_t *a)
{
    int lowest, highest, err = get_range((int)a[0], &lowest, &highest);

    return err ? err : highest;
}

int64_t sys_sched_get_priority_min(const uint64_t *a)
{
    int lowest, highest, err = get_range((int)a[0], &lowest, &highest);

    return err ? err : lowest;
}

/* What a thread is to become. */
struct wish {
    int policy;                 /* negative: keep it, and what a child inherits */
    int priority;
    int nice;
    bool keep_nice;
    bool only_reset_on_fork;    /* change nothing else, if the rest was allowed */
    bool reset_on_fork;
};

/* Not root may become less important only. */
static int check_wish(const struct wish *w, const struct thread *t, const struct process *p)
{
    int lowest, highest, err = get_range(w->policy, &lowest, &highest);

    if (err || w->priority < lowest || w->priority > highest)
        return -EINVAL;
    if (is_real_time(w->policy) || !may_schedule(p))
        return -EPERM;
    if (!current_process()->cred.euid)
        return 0;
    if (w->nice < p->nice || (t->policy == SCHED_IDLE && w->policy != SCHED_IDLE)
        || (t->reset_on_fork && !w->reset_on_fork))
        return -EPERM;
    return 0;
}

static int grant(struct wish *w, struct thread *t, struct process *p)
{
    int err;

    if (w->policy < 0) {
        w->policy = t->policy;
        w->reset_on_fork = t->reset_on_fork;
    }
    if (w->keep_nice)
        w->nice = p->nice;
    err = check_wish(w, t, p);
    if (err)
        return err;
    t->reset_on_fork = w->reset_on_fork;
    if (w->only_reset_on_fork)
        return 0;
    t->policy = (uint8_t)w->policy;
    p->nice = (int8_t)w->nice;
    return 0;
}

static int change(int tid, struct wish *w)
{
    struct process *p;
    struct thread *t;
    int err = find(tid, &t, &p);

    if (err)
        return err;
    err = grant(w, t, p);
    put(t, p);
    return err;
}

static int64_t change_with_param(int tid, struct wish *w, uintptr_t param)
{
    if (!param || tid < 0)
        return -EINVAL;
    if (copy_from_user(&w->priority, param, sizeof(struct sched_param)))
        return -EFAULT;
    return change(tid, w);
}

int64_t sys_sched_setscheduler(const uint64_t *a)
{
    int policy = (int)a[1];
    struct wish w = { .policy = policy & ~SCHED_RESET_ON_FORK, .keep_nice = true,
                      .reset_on_fork = policy & SCHED_RESET_ON_FORK };

    return policy < 0 ? -EINVAL : change_with_param((int)a[0], &w, a[2]);
}

int64_t sys_sched_setparam(const uint64_t *a)
{
    struct wish w = { .policy = -1, .keep_nice = true };

    return change_with_param((int)a[0], &w, a[1]);
}

int64_t sys_sched_getscheduler(const uint64_t *a)
{
    struct process *p;
    struct thread *t;
    int r = find((int)a[0], &t, &p);

    if (r)
        return r;
    r = t->policy | (t->reset_on_fork ? SCHED_RESET_ON_FORK : 0);
    put(t, p);
    return r;
}

int64_t sys_sched_getparam(const uint64_t *a)
{
    struct sched_param param = { 0 };       /* nothing has another priority */
    struct process *p;
    struct thread *t;
    int err = a[1] ? find((int)a[0], &t, &p) : -EINVAL;

    if (err)
        return err;
    put(t, p);
    return copy_to_user(a[1], &param, sizeof(param));
}

int64_t sys_sched_rr_get_interval(const uint64_t *a)
{
    struct process *p;
    struct thread *t;
    int err = find((int)a[0], &t, &p);

    if (err)
        return err;
    put(t, p);
    return timespec_put(a[1], SLICE_MS * 1000000UL);
}

/* What an older program does not pass is 0; a longer structure must hold nothing we do not
 * know.  -E2BIG tells the size that we do. */
static int get_attr(struct sched_attr *attr, uintptr_t user)
{
    uint32_t size, ours = sizeof(*attr);
    int err;

    if (copy_from_user(&size, user, sizeof(size)))
        return -EFAULT;
    err = struct_get(attr, ours, user, size ? size : SCHED_ATTR_SIZE_VER0, SCHED_ATTR_SIZE_VER0);
    if (err == -E2BIG || err == -EINVAL)
        return copy_to_user(user, &ours, sizeof(ours)) ? -EFAULT : -E2BIG;
    return err;
}

int64_t sys_sched_setattr(const uint64_t *a)
{
    struct sched_attr attr;
    struct wish w;
    int err;

    if (!a[1] || (int)a[0] < 0 || (uint32_t)a[2])
        return -EINVAL;
    err = get_attr(&attr, a[1]);
    if (err)
        return err;
    if ((int)attr.sched_policy < 0 || attr.sched_priority > INT32_MAX
        || (attr.sched_flags & ~(uint64_t)(SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_KEEP_ALL)))
        return -EINVAL;
    w = (struct wish){
        .policy = attr.sched_flags & SCHED_FLAG_KEEP_POLICY ? -1 : (int)attr.sched_policy,
        .priority = (int)attr.sched_priority, .nice = MAX(MIN(attr.sched_nice, 19), -20),
        .keep_nice = attr.sched_flags & SCHED_FLAG_KEEP_PARAMS,
        .only_reset_on_fork = attr.sched_flags & SCHED_FLAG_KEEP_PARAMS,
        .reset_on_fork = attr.sched_flags & SCHED_FLAG_RESET_ON_FORK,
    };
    return change((int)a[0], &w);
}

int64_t sys_sched_getattr(const uint64_t *a)
{
    uint32_t size = (uint32_t)a[2];
    struct sched_attr attr = { .size = MIN(size, (uint32_t)sizeof(attr)) };
    struct process *p;
    struct thread *t;
    int err;

    if (!a[1] || size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE || (uint32_t)a[3])
        return -EINVAL;
    err = find((int)a[0], &t, &p);
    if (err)
        return err;
    attr.sched_policy = t->policy;
    attr.sched_flags = t->reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
    attr.sched_nice = p->nice;
    put(t, p);
    return copy_to_user(a[1], &attr, attr.size);
}

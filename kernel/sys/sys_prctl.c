/* SPDX-License-Identifier: MIT */
/*
 * sys_prctl.c - prctl: odds and ends of a process or thread.
 */
#include "kernel/proc/capability.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/prctl.h"
#include "lib/strutil.h"

static int64_t set_name(uintptr_t user)
{
    char name[TASK_COMM_LEN];
    ssize_t n = strncpy_from_user(name, user, sizeof(name));

    if (n == -EFAULT)
        return n;
    name[sizeof(name) - 1] = '\0';
    return process_set_name(current_process(), current->tid, name);
}

static int64_t get_name(uintptr_t user)
{
    char name[TASK_COMM_LEN] = { 0 };

    strlcpy(name, current->name, sizeof(name));
    return copy_to_user(user, name, sizeof(name));
}

/* Whether the arguments from A[FIRST] on are 0, as newer operations want it. */
static bool rest_is_zero(const uint64_t *a, int first)
{
    for (int i = first; i < 5; i++)
        if (a[i])
            return false;
    return true;
}

/* No right is given up, and none kept by one who becomes another user: kernel/proc/capability.h. */
static int64_t capability_call(const uint64_t *a)
{
    switch ((int)a[0]) {
    case PR_CAPBSET_READ:
        return a[1] <= CAP_LAST_CAP ? 1 : -EINVAL;
    case PR_CAPBSET_DROP:
        return current_process()->cred.euid || a[1] <= CAP_LAST_CAP ? -EPERM : -EINVAL;
    case PR_SET_KEEPCAPS:
        return a[1] > 1 ? -EINVAL : a[1] ? -EPERM : 0;
    }
    return 0;                           /* PR_GET_KEEPCAPS, PR_GET_SECUREBITS */
}

static void set_subreaper(bool yes)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    p->is_subreaper = yes;
    spin_unlock_irqrestore(&proc_lock, flags);
}

int64_t sys_prctl(const uint64_t *a)
{
    int value;

    switch ((int)a[0]) {
    case PR_SET_NAME:
        return set_name(a[1]);
    case PR_GET_NAME:
        return get_name(a[1]);
    case PR_GET_DUMPABLE:
        return 0;                       /* no core dumps */
    case PR_SET_DUMPABLE:
        return a[1] ? -EINVAL : 0;
    case PR_SET_PDEATHSIG:
        if (a[1] > NSIG_MAX)
            return -EINVAL;
        current_process()->death_signal = (int)a[1];
        return 0;
    case PR_GET_PDEATHSIG:
        value = current_process()->death_signal;
        return copy_to_user(a[1], &value, sizeof(value));
    case PR_SET_CHILD_SUBREAPER:
        set_subreaper(a[1]);
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        value = current_process()->is_subreaper;
        return copy_to_user(a[1], &value, sizeof(value));
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_GET_SECUREBITS:
        return capability_call(a);
    case PR_SET_NO_NEW_PRIVS:
        if (a[1] != 1 || !rest_is_zero(a, 2))
            return -EINVAL;
        current_process()->no_new_privs = true;
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return rest_is_zero(a, 1) ? current_process()->no_new_privs : -EINVAL;
    }
    return -EINVAL;
}

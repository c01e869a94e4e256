/* SPDX-License-Identifier: MIT */
/*
 * sys_capability.c - capget and capset: root's rights one by one.
 *
 * A program may see them, and set what it has.  It cannot give one up: the kernel would go on
 * asking for the user id.
 */
#include "kernel/proc/capability.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"

/* How many struct cap_data the header at USER means: 1 or 2.  One of an unknown version is told
 * which we like: -EINVAL. */
static int get_size(uintptr_t user)
{
    uint32_t version;

    if (copy_from_user(&version, user, sizeof(version)))
        return -EFAULT;
    if (version == LINUX_CAPABILITY_VERSION_1)
        return 1;
    if (version == LINUX_CAPABILITY_VERSION_2 || version == LINUX_CAPABILITY_VERSION_3)
        return 2;
    version = LINUX_CAPABILITY_VERSION_3;
    return copy_to_user(user, &version, sizeof(version)) ? -EFAULT : -EINVAL;
}

static int get_pid(uintptr_t user, int *pid)
{
    return copy_from_user(pid, user + offsetof(struct cap_header, pid), sizeof(*pid));
}

/* Of the process of thread TID; 0: the caller's. */
static int find(int tid, struct capabilities *has)
{
    struct process *p;

    if (tid < 0)
        return -EINVAL;
    p = process_get_by_tid(tid ? tid : current->tid);
    if (!p)
        return -ESRCH;
    *has = cred_capabilities(&p->cred);
    process_put(p);
    return 0;
}

/* Without data it is only asked for the version. */
int64_t sys_capget(const uint64_t *a)
{
    struct capabilities has;
    struct cap_data data[2];
    int n = get_size(a[0]), pid, err;

    if (!a[1] && (n > 0 || n == -EINVAL))
        return 0;
    if (n < 0)
        return n;
    if (get_pid(a[0], &pid))
        return -EFAULT;
    err = find(pid, &has);
    if (err)
        return err;
    for (int i = 0; i < 2; i++)
        data[i] = (struct cap_data){ .effective = (uint32_t)(has.effective >> 32 * i),
                                     .permitted = (uint32_t)(has.permitted >> 32 * i) };
    return copy_to_user(a[1], data, (size_t)n * sizeof(*data));
}

static uint64_t join(uint32_t low, uint32_t high)
{
    return ((uint64_t)high << 32 | low) & CAP_ALL;
}

int64_t sys_capset(const uint64_t *a)
{
    struct capabilities has = cred_capabilities(&current_process()->cred);
    struct cap_data data[2] = { 0 };
    int n = get_size(a[0]), pid;

    if (n < 0)
        return n;
    if (get_pid(a[0], &pid))
        return -EFAULT;
    if (pid && pid != current->tid)
        return -EPERM;
    if (copy_from_user(data, a[1], (size_t)n * sizeof(*data)))
        return -EFAULT;
    if (join(data[0].effective, data[1].effective) != has.effective
        || join(data[0].permitted, data[1].permitted) != has.permitted
        || join(data[0].inheritable, data[1].inheritable))
        return -EPERM;
    return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_epoll.c - sets of files that are waited for together.
 */
#include "kernel/fs/epoll.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"

#define MAX_EVENTS ((int)(INT32_MAX / sizeof(struct epoll_event)))

int64_t sys_epoll_create1(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[0];
    struct file *file;
    int r;

    if (flags & ~(uint32_t)EPOLL_CLOEXEC)
        return -EINVAL;
    r = epoll_create(&current_process()->cred, &file);
    if (r < 0)
        return r;
    return fd_install_or_put(file, 0, flags & EPOLL_CLOEXEC);
}

int64_t sys_epoll_ctl(const uint64_t *a)
{
    struct epoll_event event = { 0 };
    struct fd_ref set, member;
    int op = (int)a[1];
    int64_t r = -EBADF;

    if (op != EPOLL_CTL_DEL && copy_from_user(&event, a[3], sizeof(event)))
        return -EFAULT;
    set = fd_get((int)a[0]);
    member = fd_get((int)a[2]);
    if (set.file && member.file)
        r = epoll_control(set.file, op, member.file, (int)a[2], &event);
    fd_put(member);
    fd_put(set);
    return r;
}

/* Events for the MAX places at USER. */
static int wait_for_events(int fd, uintptr_t user, int max, uint64_t deadline)
{
    struct uio_segment seg;
    struct fd_ref ref;
    struct uio uio;
    int r;

    if (max <= 0 || max > MAX_EVENTS)
        return -EINVAL;
    r = buffer_get(&uio, &seg, user, (size_t)max * sizeof(struct epoll_event));
    if (r)
        return r;
    ref = fd_get(fd);
    if (!ref.file)
        return -EBADF;
    r = file_is_epoll(ref.file) ? epoll_wait(ref.file, &uio, max, deadline) : -EINVAL;
    fd_put(ref);
    return r;
}

/* With the signal mask at MASK, unless that is 0, while it waits. */
static int64_t wait_with_mask(const uint64_t *a, uint64_t deadline, uintptr_t mask, uint64_t size)
{
    int r = poll_use_mask(mask, size);

    return r ? r : poll_drop_mask(wait_for_events((int)a[0], a[1], (int)a[2], deadline));
}

int64_t sys_epoll_pwait(const uint64_t *a)
{
    int64_t ms = (int)a[3];
    uint64_t deadline = ms < 0 ? UINT64_MAX : 0;

    if (ms > 0)
        deadline = clock_monotonic_ns() + (uint64_t)ms * 1000000;
    return wait_with_mask(a, deadline, a[4], a[5]);
}

int64_t sys_epoll_pwait2(const uint64_t *a)
{
    uint64_t deadline;
    int r = poll_get_deadline(a[3], &deadline);

    return r ? r : wait_with_mask(a, deadline, a[4], a[5]);
}

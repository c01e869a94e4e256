/* SPDX-License-Identifier: MIT */
/*
 * sys_pidfd.c - processes as descriptors: get one, and take files by it.
 */
#include "kernel/proc/pidfd.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"

/* The process PID, referenced.  What is only a thread's number names none. */
static int find(int pid, struct process **out)
{
    if (pid <= 0)
        return -EINVAL;
    *out = process_get_by_pid(pid);
    if (*out)
        return 0;
    *out = process_get_by_tid(pid);
    if (!*out)
        return -ESRCH;
    process_put(*out);
    return -EINVAL;
}

int64_t sys_pidfd_open(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[1];
    struct process *p;
    struct file *file;
    int r;

    if (flags & ~(uint32_t)PIDFD_NONBLOCK)
        return -EINVAL;
    r = find((int)a[0], &p);
    if (r)
        return r;
    r = pidfd_create(p, flags, &file);
    process_put(p);
    return r ? r : fd_install_or_put(file, 0, true);
}

/* A file of P, for one who may look into it. */
static int get_file(struct process *p, int fd, struct file **out)
{
    struct fd_table *files = process_get_files(p);
    struct file *f = files ? fd_table_get_file(files, fd) : NULL;

    if (files)
        fd_table_put(files);
    /* Asked when we have it: the program may have gained rights before it opened it. */
    if (process_may_control(p)) {
        *out = f;
        return f ? 0 : files ? -EBADF : -ESRCH;
    }
    if (f)
        file_put(f);
    return -EPERM;
}

int64_t sys_pidfd_getfd(const uint64_t *a)
{
    struct process *p;
    struct file *file;
    int r;

    if ((uint32_t)a[2])
        return -EINVAL;
    r = pidfd_get_process((int)a[0], &p);
    if (r)
        return r;
    r = get_file(p, (int)a[1], &file);
    process_put(p);
    return r ? r : fd_install_or_put(file, 0, true);
}

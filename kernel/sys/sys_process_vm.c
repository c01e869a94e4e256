/* SPDX-License-Identifier: MIT */
/*
 * sys_process_vm.c - copy between the caller's memory and another process's.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "kernel/vm/remote.h"
#include "lib/bitops.h"

/* The address space of thread TID, with a user, for one who may look into it. */
static int get_memory(int tid, struct mm **mm)
{
    struct process *p = process_get_by_tid(tid);
    bool may;

    if (!p)
        return -ESRCH;
    /* Asked when we have it: a program that gains rights changes both at once. */
    *mm = process_get_mm(p);
    may = process_may_control(p);
    process_put(p);
    if (*mm && may)
        return 0;
    if (*mm)
        mm_put(*mm);
    return may ? -ESRCH : -EPERM;
}

/* All segments of THERE, until one is short.  Bytes, or -EFAULT if there were none. */
static int64_t copy_segments(struct mm *mm, const struct segments *there, struct uio *here,
                             enum access access)
{
    size_t done = 0;

    for (size_t i = 0; i < there->uio.nsegs && here->resid; i++) {
        const struct uio_segment *seg = &there->seg[i];
        size_t n = MIN(seg->len, here->resid);
        size_t moved = remote_copy(mm, seg->base, n, here, access);

        done += moved;
        if (moved < n)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)done;
}

static int64_t copy_between(int tid, struct segments *here, const struct segments *there,
                            enum access access)
{
    struct mm *mm;
    int64_t r;

    if (!there->uio.resid)
        return 0;
    r = get_memory(tid, &mm);
    if (r)
        return r;
    r = copy_segments(mm, there, &here->uio, access);
    mm_put(mm);
    return r;
}

/* (thread, local segments, their number, remote segments, their number, flags) */
static int64_t process_vm(const uint64_t *a, enum access access)
{
    struct segments here, there;
    int64_t r;

    if (a[5])
        return -EINVAL;
    r = segments_get(&here, a[1], a[2]);
    if (r)
        return r;
    if (here.uio.resid) {
        r = segments_get_remote(&there, a[3], a[4]);
        if (!r) {
            r = copy_between((int)a[0], &here, &there, access);
            segments_put(&there);
        }
    }
    segments_put(&here);
    return r;
}

int64_t sys_process_vm_readv(const uint64_t *a)
{
    return process_vm(a, ACCESS_READ);
}

int64_t sys_process_vm_writev(const uint64_t *a)
{
    return process_vm(a, ACCESS_WRITE);
}

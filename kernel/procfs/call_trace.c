/* SPDX-License-Identifier: MIT */
/*
 * call_trace.c - /proc/call_trace: the system calls of a process (lib/abi/call_trace.h).
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/call_trace.h"
#include "kernel/procfs/procfs.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define NRECORDS 8                      /* of one read, at most */

/* An open file. */
struct reader {
    struct call_trace *trace;           /* NULL: it has not started                  */
    union {                             /* of one call, under f->pos_lock            */
        struct call_trace_start start;
        struct call_record records[NRECORDS];
    };
};

static int call_trace_file_open(struct inode *inode, struct file *f)
{
    (void)inode;
    f->private = kzalloc(sizeof(struct reader), GFP_KERNEL);
    return f->private ? 0 : -ENOMEM;
}

static void call_trace_file_release(struct file *f)
{
    struct reader *r = f->private;

    if (r->trace)
        call_trace_stop(r->trace);
    kfree(r);
}

static ssize_t call_trace_file_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct reader *r = f->private;
    int err;

    (void)pos;
    if (uio->resid != sizeof(r->start))
        return -EINVAL;
    if (r->trace)
        return -EBUSY;
    err = uio_read(uio, &r->start, sizeof(r->start));
    if (!err)
        err = call_trace_start(&r->start, &r->trace);
    return err ? err : (ssize_t)sizeof(r->start);
}

static ssize_t call_trace_file_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct reader *r = f->private;
    size_t room = uio->resid / sizeof(r->records[0]);
    ssize_t n;
    int err;

    (void)pos;
    if (!r->trace || !room)
        return -EINVAL;
    n = call_trace_take(r->trace, r->records, MIN(room, (size_t)NRECORDS));
    if (n <= 0)
        return n;
    n *= (ssize_t)sizeof(r->records[0]);
    err = uio_write(uio, r->records, (size_t)n);
    return err ? err : n;
}

const struct file_operations proc_call_trace_fops = {
    .open = call_trace_file_open, .release = call_trace_file_release,
    .read = call_trace_file_read, .write = call_trace_file_write,
    .seek = file_op_seek_refuse, .mmap = file_op_mmap_refuse, .fsync = file_op_fsync_refuse,
    .iterate = file_op_iterate_notdir, .poll = file_op_poll_ready, .ioctl = file_op_ioctl_refuse,
    .flush = file_op_flush_nothing, .fallocate = file_op_fallocate_refuse,
};

/* SPDX-License-Identifier: MIT */
/*
 * sys_copy.c - copying from file to file inside the kernel: sendfile, copy_file_range.
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/stat.h"
#include "lib/bitops.h"

#define COPY_CHUNK (16 * PAGE_SIZE)

/* A position that is the file's own, or one in user memory. */
struct copy_end {
    struct file *file;
    uintptr_t user_pos;             /* 0: the file's own */
    int64_t pos;
};

static int copy_end_begin(struct copy_end *e)
{
    e->pos = -1;
    if (!e->user_pos)
        return 0;
    if (copy_from_user(&e->pos, e->user_pos, sizeof(e->pos)))
        return -EFAULT;
    return e->pos < 0 ? -EINVAL : 0;
}

static ssize_t copy_end_move(struct copy_end *e, void *buf, size_t len, bool write)
{
    struct uio_segment seg;
    struct uio uio;
    ssize_t r;

    uio_init_kernel(&uio, &seg, buf, len);
    if (e->pos < 0)
        return write ? file_write(e->file, &uio) : file_read(e->file, &uio);
    r = write ? file_pwrite(e->file, &uio, (uint64_t)e->pos)
              : file_pread(e->file, &uio, (uint64_t)e->pos);
    if (r > 0)
        e->pos += r;
    return r;
}

/* What was read but not written is still to be read. */
static void copy_end_back(struct copy_end *e, ssize_t n)
{
    if (e->pos >= 0)
        e->pos -= n;
    else if (n)
        file_seek(e->file, -n, SEEK_CUR);
}

static int64_t copy_loop(struct copy_end *in, struct copy_end *out, size_t count, void *buf)
{
    int64_t done = 0;

    while (count) {
        ssize_t got = copy_end_move(in, buf, MIN(count, COPY_CHUNK), false), put;

        if (got <= 0)
            return done ? done : got;
        put = copy_end_move(out, buf, (size_t)got, true);
        copy_end_back(in, got - MAX(put, (ssize_t)0));
        if (put < 0)
            return done ? done : put;
        done += put;
        count -= (size_t)put;
        if (put < got || thread_signal_pending())
            break;
        cond_resched();
    }
    return done;
}

static int64_t copy_between(struct copy_end *in, struct copy_end *out, size_t count)
{
    void *buf;
    int64_t r;

    if (!(in->file->mode & FILE_READ) || !(out->file->mode & FILE_WRITE))
        return -EBADF;
    r = copy_end_begin(in);
    if (!r)
        r = copy_end_begin(out);
    if (r)
        return r;
    buf = kmalloc(COPY_CHUNK, GFP_KERNEL);
    if (!buf)
        return -ENOMEM;
    r = copy_loop(in, out, MIN(count, RW_MAX), buf);
    kfree(buf);
    if (r > 0 && ((in->user_pos && copy_to_user(in->user_pos, &in->pos, sizeof(in->pos)))
                  || (out->user_pos && copy_to_user(out->user_pos, &out->pos, sizeof(out->pos)))))
        return -EFAULT;
    return write_result(r);
}

int64_t sys_sendfile(const uint64_t *a)
{
    struct fd_ref out_ref = fd_get((int)a[0]), in_ref = fd_get((int)a[1]);
    struct copy_end in = { .file = in_ref.file, .user_pos = a[2] }, out = { .file = out_ref.file };
    int64_t r = -EBADF;

    if (in.file && out.file)
        r = !(in.file->mode & FILE_SEEK) ? -EINVAL : copy_between(&in, &out, a[3]);
    fd_put(in_ref);
    fd_put(out_ref);
    return r;
}

int64_t sys_copy_file_range(const uint64_t *a)
{
    struct fd_ref in_ref = fd_get((int)a[0]), out_ref = fd_get((int)a[2]);
    struct copy_end in = { .file = in_ref.file, .user_pos = a[1] };
    struct copy_end out = { .file = out_ref.file, .user_pos = a[3] };
    int64_t r;

    if (!in.file || !out.file)
        r = -EBADF;
    else if ((uint32_t)a[5])
        r = -EINVAL;
    else if (S_ISDIR(in.file->inode->mode) || S_ISDIR(out.file->inode->mode))
        r = -EISDIR;
    else if (!S_ISREG(in.file->inode->mode) || !S_ISREG(out.file->inode->mode))
        r = -EINVAL;
    else
        r = copy_between(&in, &out, a[4]);
    fd_put(in_ref);
    fd_put(out_ref);
    return r;
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_copy.c - copying from file to file inside the kernel: sendfile, copy_file_range, and
 * splice and its kin, where one is a pipe.
 */
#include "kernel/fs/anon_file.h"
#include "kernel/fs/splice.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/splice.h"
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

    uio_init_kernel(&uio, &seg, buf, len);
    return file_move(e->file, &uio, &e->pos, write);
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

/* Tell the program where the copying ended. */
static int copy_end_finish(const struct copy_end *e)
{
    return e->user_pos ? copy_to_user(e->user_pos, &e->pos, sizeof(e->pos)) : 0;
}

static int64_t copy_between(struct copy_end *in, struct copy_end *out, size_t count)
{
    void *buf;
    int64_t r;

    buf = kvmalloc(COPY_CHUNK);
    if (!buf)
        return -ENOMEM;
    r = copy_loop(in, out, MIN(count, RW_MAX), buf);
    kvfree(buf);
    if (r > 0 && (copy_end_finish(in) || copy_end_finish(out)))
        return -EFAULT;
    return write_result(out->file, r);
}

static int64_t send_file(struct copy_end *in, struct copy_end *out, size_t count)
{
    int err = copy_end_begin(in);

    if (!err)
        err = copy_end_begin(out);
    if (err)
        return err;
    if (!(in->file->mode & FILE_READ))
        return -EBADF;
    if (in->user_pos && !(in->file->mode & FILE_SEEK))
        return -ESPIPE;
    if (!(out->file->mode & FILE_WRITE))
        return -EBADF;
    if (!(in->file->mode & FILE_SEEK) || (out->file->flags & O_APPEND))
        return -EINVAL;
    return copy_between(in, out, count);
}

int64_t sys_sendfile(const uint64_t *a)
{
    struct fd_ref out_ref = fd_get((int)a[0]), in_ref = fd_get((int)a[1]);
    struct copy_end in = { .file = in_ref.file, .user_pos = a[2] }, out = { .file = out_ref.file };
    int64_t r = -EBADF;

    if (in.file && out.file)
        r = send_file(&in, &out, a[3]);
    fd_put(in_ref);
    fd_put(out_ref);
    return r;
}

static int check_files(const struct file *in, const struct file *out)
{
    if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
        return -EISDIR;
    if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
        return -EINVAL;
    if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE) || (out->flags & O_APPEND))
        return -EBADF;
    if (in->inode->sb != out->inode->sb)
        return -EXDEV;
    if (inode_test(in->inode, INODE_SWAPFILE) || inode_test(out->inode, INODE_SWAPFILE))
        return -ETXTBSY;
    return 0;
}

static uint64_t copy_end_place(const struct copy_end *e)
{
    return e->pos >= 0 ? (uint64_t)e->pos : __atomic_load_n(&e->file->pos, __ATOMIC_RELAXED);
}

/* What there is to copy of *COUNT bytes; a file is not copied onto itself. */
static int check_ranges(const struct copy_end *in, const struct copy_end *out, size_t *count)
{
    uint64_t from = copy_end_place(in), to = copy_end_place(out), size;

    if (from + *count < from || to + *count < to)
        return -EOVERFLOW;
    size = inode_size(in->file->inode);
    *count = MIN(*count, size > from ? size - from : 0);
    if (in->file->inode == out->file->inode && from < to + *count && to < from + *count)
        return -EINVAL;
    return 0;
}

static int64_t copy_range(struct copy_end *in, struct copy_end *out, size_t count, uint32_t flags)
{
    int err = copy_end_begin(in);

    if (!err)
        err = copy_end_begin(out);
    if (!err && flags)
        err = -EINVAL;
    if (!err)
        err = check_files(in->file, out->file);
    if (!err)
        err = check_ranges(in, out, &count);
    return err ? err : copy_between(in, out, count);
}

int64_t sys_copy_file_range(const uint64_t *a)
{
    struct fd_ref in_ref = fd_get((int)a[0]), out_ref = fd_get((int)a[2]);
    struct copy_end in = { .file = in_ref.file, .user_pos = a[1] };
    struct copy_end out = { .file = out_ref.file, .user_pos = a[3] };
    int64_t r = -EBADF;

    if (in.file && out.file)
        r = copy_range(&in, &out, a[4], (uint32_t)a[5]);
    fd_put(in_ref);
    fd_put(out_ref);
    return r;
}

/* splice, tee, vmsplice */

static bool is_nonblock(const struct file *f)
{
    return f->flags & O_NONBLOCK;
}

/* Directories, and files that are no bytes but events, cannot. */
static bool can_splice(const struct file *f)
{
    return !S_ISDIR(f->inode->mode) && !anon_file_kind(f);
}

/* A place is only for files that have places; a pipe's end has none. */
static int splice_begin(struct copy_end *e)
{
    if (e->user_pos && file_is_pipe(e->file))
        return -ESPIPE;
    if (e->user_pos && !(e->file->mode & FILE_SEEK))
        return -EINVAL;
    return copy_end_begin(e);
}

static int64_t splice_ends(struct copy_end *in, struct copy_end *out, size_t len, bool nonblock)
{
    bool from_pipe = file_is_pipe(in->file), to_pipe = file_is_pipe(out->file);

    if (from_pipe && to_pipe && in->file->inode == out->file->inode)
        return -EINVAL;
    if (from_pipe)
        nonblock |= is_nonblock(in->file);
    if (to_pipe)
        nonblock |= is_nonblock(out->file);
    if (from_pipe && to_pipe)
        return splice_pipes(in->file, out->file, len, false, nonblock);
    if (!can_splice(in->file) || !can_splice(out->file))
        return -EINVAL;
    if (to_pipe)
        return splice_from_file(in->file, &in->pos, out->file, len, nonblock);
    if (!from_pipe || (out->file->flags & O_APPEND))
        return -EINVAL;
    return splice_to_file(in->file, out->file, &out->pos, len, nonblock);
}

static int64_t splice_files(struct copy_end *in, struct copy_end *out, size_t len, bool nonblock)
{
    int64_t r = splice_begin(in);

    if (!r)
        r = splice_begin(out);
    if (!r && (!(in->file->mode & FILE_READ) || !(out->file->mode & FILE_WRITE)))
        r = -EBADF;
    if (!r)
        r = splice_ends(in, out, MIN(len, RW_MAX), nonblock);
    if (r >= 0 && (copy_end_finish(in) || copy_end_finish(out)))
        return -EFAULT;
    return write_result(out->file, r);
}

int64_t sys_splice(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[5];
    struct fd_ref in_ref, out_ref;
    struct copy_end in, out;
    int64_t r = -EBADF;

    if (!a[4])
        return 0;
    if (flags & ~(uint32_t)SPLICE_F_ALL)
        return -EINVAL;
    in_ref = fd_get((int)a[0]);
    out_ref = fd_get((int)a[2]);
    in = (struct copy_end){ .file = in_ref.file, .user_pos = a[1] };
    out = (struct copy_end){ .file = out_ref.file, .user_pos = a[3] };
    if (in.file && out.file)
        r = splice_files(&in, &out, a[4], flags & SPLICE_F_NONBLOCK);
    fd_put(in_ref);
    fd_put(out_ref);
    return r;
}

static int64_t tee_pipes(struct file *in, struct file *out, size_t len, bool nonblock)
{
    if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
        return -EBADF;
    if (!file_is_pipe(in) || !file_is_pipe(out) || in->inode == out->inode)
        return -EINVAL;
    nonblock |= is_nonblock(in) || is_nonblock(out);
    return write_result(out, splice_pipes(in, out, MIN(len, RW_MAX), true, nonblock));
}

int64_t sys_tee(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[3];
    struct fd_ref in, out;
    int64_t r = -EBADF;

    if (flags & ~(uint32_t)SPLICE_F_ALL)
        return -EINVAL;
    if (!a[2])
        return 0;
    in = fd_get((int)a[0]);
    out = fd_get((int)a[1]);
    if (in.file && out.file)
        r = tee_pipes(in.file, out.file, a[2], flags & SPLICE_F_NONBLOCK);
    fd_put(in);
    fd_put(out);
    return r;
}

/* The direction is that of the pipe's end: one open for both takes. */
static int64_t splice_memory(struct file *f, const uint64_t *a, bool nonblock)
{
    struct segments s;
    int64_t r;

    if (!(f->mode & (FILE_READ | FILE_WRITE)) || !file_is_pipe(f))
        return -EBADF;
    r = segments_get(&s, a[1], a[2]);
    if (r)
        return r;
    if (s.uio.resid > 0)
        r = f->mode & FILE_WRITE ? splice_from_memory(&s.uio, f, nonblock)
                                 : splice_to_memory(f, &s.uio, nonblock);
    segments_put(&s);
    return write_result(f, r);
}

int64_t sys_vmsplice(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[3];
    struct fd_ref ref;
    int64_t r;

    if (flags & ~(uint32_t)SPLICE_F_ALL)
        return -EINVAL;
    ref = fd_get((int)a[0]);
    if (!ref.file)
        return -EBADF;
    r = splice_memory(ref.file, a, flags & SPLICE_F_NONBLOCK);
    fd_put(ref);
    return r;
}

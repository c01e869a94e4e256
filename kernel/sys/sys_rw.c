/* SPDX-License-Identifier: MIT */
/*
 * sys_rw.c - read and write open files: one buffer or several, here or at a place.
 */
#include "kernel/fs/unix/socket.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/uio.h"

ssize_t write_result(const struct file *f, ssize_t r)
{
    if (r == -EPIPE && file_breaks_loudly(f))
        signal_self(SIGPIPE);
    else if (r == -EFBIG && *current->file_limit != RLIM_INFINITY)
        signal_self(SIGXFSZ);
    return r;
}

/* The same, and REF is put.  What UIO has written in part is the result, but SIGPIPE is sent. */
static ssize_t end_write(struct fd_ref ref, const struct uio *uio, ssize_t r)
{
    if (r < 0)
        r = write_result(ref.file, r);
    else if (uio->broken)
        write_result(ref.file, -EPIPE);
    fd_put(ref);
    return r;
}

/* What Linux looks at before the buffer.  POS -1 is the file's own position. */
static int check_file(const struct file *f, int64_t pos, bool write)
{
    if (pos >= 0 && !(f->mode & FILE_SEEK))
        return -ESPIPE;
    return f->mode & (write ? FILE_WRITE : FILE_READ) ? 0 : -EBADF;
}

/* The buffer A[1] of A[2] bytes, of which as much is moved as can be at once, but all must be the
 * caller's: 0, -EFAULT, or what is wrong with F besides. */
static int get_buffer(struct uio *uio, struct uio_segment *seg, const uint64_t *a,
                      const struct file *f, int64_t pos, bool write)
{
    int err = buffer_get(uio, seg, a[1], a[2]);

    if (!err && (a[2] <= RW_MAX || user_range_ok(a[1], a[2])))
        return 0;
    err = check_file(f, pos, write);
    return err ? err : -EFAULT;
}

int64_t sys_read(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    struct uio_segment seg;
    struct uio uio;
    ssize_t r;

    if (!ref.file)
        return -EBADF;
    r = get_buffer(&uio, &seg, a, ref.file, -1, false);
    if (!r)
        r = file_read(ref.file, &uio);
    fd_put(ref);
    return r;
}

int64_t sys_write(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    struct uio_segment seg;
    struct uio uio;
    ssize_t r;

    if (!ref.file)
        return -EBADF;
    r = get_buffer(&uio, &seg, a, ref.file, -1, true);
    if (!r)
        r = file_write(ref.file, &uio);
    return end_write(ref, &uio, r);
}

/* RWF_HIPRI is a hint to devices that could be asked whether they are done. */
#define RWF_HONOURED (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND | RWF_NOAPPEND)

static int check_rwf(const struct uio *uio)
{
    if (uio->rwf & ~(uint32_t)RWF_HONOURED)
        return -EOPNOTSUPP;
    return (uio->rwf & RWF_APPEND) && (uio->rwf & RWF_NOAPPEND) ? -EINVAL : 0;
}

static int64_t transfer_buffer(const uint64_t *a, bool write)
{
    int64_t pos = (int64_t)a[3];
    struct uio_segment seg;
    struct uio uio;
    struct fd_ref ref;
    ssize_t r;

    if (pos < 0)
        return -EINVAL;
    ref = fd_get((int)a[0]);
    if (!ref.file)
        return -EBADF;
    r = get_buffer(&uio, &seg, a, ref.file, pos, write);
    if (!r)
        r = file_move(ref.file, &uio, &pos, write);
    return end_write(ref, &uio, r);
}

static int64_t transfer_vector(const uint64_t *a, int64_t pos, uint32_t rwf, bool write)
{
    struct fd_ref ref = fd_get((int)a[0]);
    struct segments s;
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = check_file(ref.file, pos, write);
    if (!r)
        r = segments_get(&s, a[1], a[2]);
    if (r) {
        fd_put(ref);
        return r;
    }
    s.uio.rwf = rwf;
    if (s.uio.resid > 0) {              /* Linux looks at nothing else of a call that moves nothing */
        r = check_rwf(&s.uio);
        if (!r)
            r = file_move(ref.file, &s.uio, &pos, write);
    }
    r = end_write(ref, &s.uio, r);
    segments_put(&s);
    return r;
}

int64_t sys_pread64(const uint64_t *a)
{
    return transfer_buffer(a, false);
}

int64_t sys_pwrite64(const uint64_t *a)
{
    return transfer_buffer(a, true);
}

int64_t sys_readv(const uint64_t *a)
{
    return transfer_vector(a, -1, 0, false);
}

int64_t sys_writev(const uint64_t *a)
{
    return transfer_vector(a, -1, 0, true);
}

int64_t sys_preadv(const uint64_t *a)
{
    return (int64_t)a[3] < 0 ? -EINVAL : transfer_vector(a, (int64_t)a[3], 0, false);
}

int64_t sys_pwritev(const uint64_t *a)
{
    return (int64_t)a[3] < 0 ? -EINVAL : transfer_vector(a, (int64_t)a[3], 0, true);
}

/* The offset -1 is the file's own position. */
int64_t sys_preadv2(const uint64_t *a)
{
    return (int64_t)a[3] < -1 ? -EINVAL
                              : transfer_vector(a, (int64_t)a[3], (uint32_t)a[5], false);
}

int64_t sys_pwritev2(const uint64_t *a)
{
    return (int64_t)a[3] < -1 ? -EINVAL
                              : transfer_vector(a, (int64_t)a[3], (uint32_t)a[5], true);
}

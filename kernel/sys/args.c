/* SPDX-License-Identifier: MIT */
/*
 * args.c - what many calls have in common: names, directories, segments, times.
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/uio.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define NAME_INLINE 256                 /* most names need no whole page */

int name_get(struct name *n, uintptr_t user, bool empty_ok)
{
    size_t size = NAME_INLINE;
    ssize_t len;

    for (;;) {
        n->s = kmalloc(size, GFP_KERNEL);
        if (!n->s)
            return -ENOMEM;
        len = strncpy_from_user(n->s, user, size);
        if (len != -ENAMETOOLONG || size == PATH_MAX)
            break;
        kfree(n->s);
        size = PATH_MAX;
    }
    if (len == 0 && !empty_ok)
        len = -ENOENT;
    if (len < 0)
        name_put(n);
    return len < 0 ? (int)len : 0;
}

void name_put(struct name *n)
{
    kfree(n->s);
    n->s = NULL;
}

/* A relative name begins at the directory DIRFD. */
static int get_start(struct at *at, int dirfd)
{
    if (at->name.s[0] == '/' || dirfd == AT_FDCWD)
        return 0;
    at->dir = fd_get_any(dirfd);
    if (!at->dir.file)
        return -EBADF;
    if (!at->dir.file->path.dentry)
        return at->name.s[0] ? -ENOTDIR : 0;
    at->start = at->dir.file->path;
    return 0;
}

int at_get(struct at *at, int dirfd, uintptr_t name, bool empty_ok)
{
    int err;

    at->start = (struct path){ 0 };
    at->dir = (struct fd_ref){ 0 };
    err = name_get(&at->name, name, empty_ok);
    if (err)
        return err;
    err = get_start(at, dirfd);
    if (err) {
        fd_put(at->dir);
        name_put(&at->name);
        return err;
    }
    path_ctx_current(&at->ctx);
    return 0;
}

void at_put(struct at *at)
{
    path_ctx_put(&at->ctx);
    fd_put(at->dir);
    name_put(&at->name);
}

const struct path *at_start(const struct at *at)
{
    return at->start.dentry ? &at->start : NULL;
}

int at_lookup(struct at *at, uint32_t lookup_flags, struct path *out)
{
    return path_lookup(&at->ctx, at_start(at), at->name.s, lookup_flags, out);
}

int path_of_name(uintptr_t name, uint32_t lookup_flags, struct path *out)
{
    struct at at;
    int err = at_get(&at, AT_FDCWD, name, false);

    if (err)
        return err;
    err = at_lookup(&at, lookup_flags, out);
    at_put(&at);
    return err;
}

int buffer_get(struct uio *u, struct uio_segment *seg, uintptr_t buf, size_t len)
{
    len = MIN(len, RW_MAX);
    if (!user_range_ok(buf, len))
        return -EFAULT;
    seg->base = buf;
    seg->len = len;
    uio_init_user(u, seg, 1, len);
    return 0;
}

/* Check the segments, cut them to RW_MAX bytes in all. */
static int check_segments(struct segments *s, size_t n, bool ours)
{
    size_t total = 0;

    for (size_t i = 0; i < n; i++)
        if ((int64_t)s->seg[i].len < 0)
            return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        struct uio_segment *seg = &s->seg[i];

        if (ours && !user_range_ok(seg->base, seg->len))
            return -EFAULT;
        seg->len = MIN(seg->len, RW_MAX - total);
        total += seg->len;
    }
    uio_init_user(&s->uio, s->seg, n, total);
    return 0;
}

static int get_segments(struct segments *s, uintptr_t iov, uint64_t n, bool ours)
{
    int err;

    _Static_assert(sizeof(struct uio_segment) == sizeof(struct iovec), "same layout");
    if (n > IOV_MAX)
        return -EINVAL;
    s->seg = s->inline_seg;
    if (n > SEGMENTS_INLINE) {
        s->seg = kvmalloc(n * sizeof(*s->seg));
        if (!s->seg)
            return -ENOMEM;
    }
    err = copy_from_user(s->seg, iov, n * sizeof(*s->seg));
    if (!err)
        err = check_segments(s, n, ours);
    if (err)
        segments_put(s);
    return err;
}

int segments_get(struct segments *s, uintptr_t iov, uint64_t n)
{
    return get_segments(s, iov, n, true);
}

int segments_get_remote(struct segments *s, uintptr_t iov, uint64_t n)
{
    return get_segments(s, iov, n, false);
}

void segments_put(struct segments *s)
{
    if (s->seg != s->inline_seg)
        kvfree(s->seg);
}

int timespec_to_ns(const struct timespec *ts, uint64_t *ns)
{
    if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
        return -EINVAL;
    /* Centuries are for ever. */
    *ns = ts->tv_sec > INT64_MAX / NSEC_PER_SEC - 1
          ? (uint64_t)INT64_MAX : (uint64_t)ts->tv_sec * NSEC_PER_SEC + (uint64_t)ts->tv_nsec;
    return 0;
}

/* Whether the SIZE bytes at USER are zero: 0, -E2BIG, -EFAULT. */
static int check_zero(uintptr_t user, size_t size)
{
    for (char byte; size; user++, size--) {
        if (copy_from_user(&byte, user, 1))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return 0;
}

int struct_get(void *to, size_t ours, uintptr_t user, size_t size, size_t least)
{
    if (size > PAGE_SIZE)
        return -E2BIG;
    if (size < least)
        return -EINVAL;
    memset(to, 0, ours);
    if (copy_from_user(to, user, MIN(size, ours)))
        return -EFAULT;
    return size > ours ? check_zero(user + ours, size - ours) : 0;
}

int timespec_get(uintptr_t user, uint64_t *ns)
{
    struct timespec ts;

    return copy_from_user(&ts, user, sizeof(ts)) ? -EFAULT : timespec_to_ns(&ts, ns);
}

int timeval_to_ns(const struct timeval *tv, uint64_t *ns)
{
    if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= USEC_PER_SEC)
        return -EINVAL;
    *ns = MIN((uint64_t)tv->tv_sec, (uint64_t)INT64_MAX / NSEC_PER_SEC - 1) * NSEC_PER_SEC
          + (uint64_t)tv->tv_usec * 1000;
    return 0;
}

struct timespec ns_to_timespec(uint64_t ns)
{
    return (struct timespec){ .tv_sec = (int64_t)(ns / NSEC_PER_SEC),
                              .tv_nsec = (int64_t)(ns % NSEC_PER_SEC) };
}

int timespec_put(uintptr_t user, uint64_t ns)
{
    struct timespec ts = ns_to_timespec(ns);

    return copy_to_user(user, &ts, sizeof(ts));
}

/* SPDX-License-Identifier: MIT */
/*
 * uio.c - walk over the segments of a request and copy.
 */
#include "kernel/core/uio.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

const struct uio_ops *uio_user_ops;

static size_t kernel_to(uintptr_t addr, const void *kbuf, size_t n)
{
    memcpy((void *)addr, kbuf, n);
    return n;
}

static size_t kernel_from(void *kbuf, uintptr_t addr, size_t n)
{
    memcpy(kbuf, (const void *)addr, n);
    return n;
}

static size_t kernel_zero(uintptr_t addr, size_t n)
{
    memset((void *)addr, 0, n);
    return n;
}

static int kernel_fault_in(uintptr_t addr, size_t n, bool write)
{
    (void)addr;
    (void)n;
    (void)write;
    return 0;
}

const struct uio_ops uio_kernel_ops = {
    .to_user = kernel_to,
    .from_user = kernel_from,
    .zero_user = kernel_zero,
    .fault_in = kernel_fault_in,
};

void uio_init_kernel(struct uio *u, struct uio_segment *seg, void *buf, size_t len)
{
    *seg = (struct uio_segment){ .base = (uintptr_t)buf, .len = len };
    *u = (struct uio){ .ops = &uio_kernel_ops, .seg = seg, .nsegs = 1, .resid = len };
}

/* The bytes left in the current segment, after stepping over empty ones. */
static size_t segment_left(struct uio *u)
{
    while (u->nsegs > 1 && u->seg_off == u->seg->len) {
        u->seg++;
        u->nsegs--;
        u->seg_off = 0;
    }
    return min_u64(u->seg->len - u->seg_off, u->resid);
}

enum verb { COPY_OUT, COPY_IN, ZERO_OUT };

static size_t move(struct uio *u, enum verb verb, char *kbuf, size_t n)
{
    size_t done = 0;

    while (done < n && u->resid > 0) {
        size_t chunk = min_u64(segment_left(u), n - done), moved;
        uintptr_t addr = u->seg->base + u->seg_off;

        if (verb == COPY_OUT)
            moved = u->ops->to_user(addr, kbuf + done, chunk);
        else if (verb == COPY_IN)
            moved = u->ops->from_user(kbuf + done, addr, chunk);
        else
            moved = u->ops->zero_user(addr, chunk);
        uio_advance(u, moved);
        done += moved;
        if (moved < chunk)
            break;
    }
    return done;
}

size_t uio_copy_out_slowly(struct uio *u, const void *kbuf, size_t n)
{
    return move(u, COPY_OUT, (char *)kbuf, n);
}

size_t uio_copy_in_slowly(struct uio *u, void *kbuf, size_t n)
{
    return move(u, COPY_IN, kbuf, n);
}

size_t uio_zero_out_slowly(struct uio *u, size_t n)
{
    return move(u, ZERO_OUT, NULL, n);
}

int uio_fault_in(struct uio *u, size_t n, bool write)
{
    size_t left = min_u64(segment_left(u), n);

    if (left == 0)
        return 0;
    return u->ops->fault_in(u->seg->base + u->seg_off, left, write);
}

/* DONE of N bytes were moved: the rest, serving faults. */
static int move_rest(struct uio *u, enum verb verb, char *kbuf, size_t done, size_t n)
{
    while (done < n && u->resid > 0) {
        if (uio_fault_in(u, n - done, verb != COPY_IN) != 0)
            return -EFAULT;
        done += move(u, verb, kbuf + done, n - done);
    }
    return 0;
}

int uio_write(struct uio *u, const void *kbuf, size_t n)
{
    size_t done = uio_copy_out(u, kbuf, n);

    return done == n ? 0 : move_rest(u, COPY_OUT, (char *)kbuf, done, n);
}

int uio_read(struct uio *u, void *kbuf, size_t n)
{
    size_t done = uio_copy_in(u, kbuf, n);

    return done == n ? 0 : move_rest(u, COPY_IN, kbuf, done, n);
}

void uio_revert(struct uio *u, size_t n)
{
    u->resid += n;
    while (n > u->seg_off) {
        n -= u->seg_off;
        u->seg--;
        u->nsegs++;
        u->seg_off = u->seg->len;
    }
    u->seg_off -= n;
}

/* SPDX-License-Identifier: MIT */
/*
 * uio.h - bytes to and from whoever asked for I/O.
 *
 * A lower floor never sees a user address: it moves bytes through a uio, which
 * sys/ has filled with user segments or a kernel caller with kernel ones.
 *
 * Two verbs, because a fault cannot be served under a page lock: a copy that
 * stops short instead of faulting (legal under any lock), and a fault-in that
 * makes the next bytes present (no lock held, may sleep).  The loop around a
 * locked page: copy; if short: unlock, fault_in, lock again, retry.
 */
#pragma once
#include "kernel/port/port.h"

struct uio_segment {
    uintptr_t base;
    size_t len;
};

struct uio {
    const struct uio_ops *ops;          /* user or kernel memory               */
    const struct uio_segment *seg;      /* current segment                     */
    size_t nsegs;                       /* segments left, current one included */
    size_t seg_off;                     /* bytes of it already moved           */
    size_t resid;                       /* bytes left in all                   */
    uint32_t rwf;                       /* RWF_*: what only this call asks of the file */
    bool broken;                        /* some was written, then the readers were gone */
};

struct uio_ops {
    /* Copy up to N bytes between KBUF and address ADDR without faulting; returns bytes copied. */
    size_t (*to_user)(uintptr_t addr, const void *kbuf, size_t n);
    size_t (*from_user)(void *kbuf, uintptr_t addr, size_t n);
    /* Clear N bytes; returns bytes cleared. */
    size_t (*zero_user)(uintptr_t addr, size_t n);
    /* Make [addr, addr+n) accessible, at least its first byte.  0 or -EFAULT. May sleep. */
    int (*fault_in)(uintptr_t addr, size_t n, bool write);
};

extern const struct uio_ops uio_kernel_ops;     /* memcpy; core/uio.c          */
extern const struct uio_ops *uio_user_ops;      /* registered by vm/uaccess.c  */

/* A single kernel buffer; SEG is caller's storage and must outlive U. */
void uio_init_kernel(struct uio *u, struct uio_segment *seg, void *buf, size_t len);
/* User segments, already checked against the user half. */
static inline void uio_init_user(struct uio *u, const struct uio_segment *segs, size_t nsegs,
                                 size_t total)
{
    *u = (struct uio){ .ops = uio_user_ops, .seg = segs, .nsegs = nsegs, .resid = total };
}

/* Whether the next N bytes, not 0, lie in the current segment: nearly always, so the
 * calls below look for that without a call. */
static inline bool uio_is_plain(const struct uio *u, size_t n)
{
    return n - 1 < u->resid && n <= u->seg->len - u->seg_off;
}
/* N bytes of the current segment are done. */
static inline void uio_advance(struct uio *u, size_t n)
{
    u->seg_off += n;
    u->resid -= n;
}
size_t uio_copy_out_slowly(struct uio *u, const void *kbuf, size_t n);
size_t uio_copy_in_slowly(struct uio *u, void *kbuf, size_t n);
size_t uio_zero_out_slowly(struct uio *u, size_t n);

/* Move up to N bytes and advance; returns bytes moved: short only at the end of
 * the uio or at an address that is not present.  Never faults, never sleeps. */
static inline size_t uio_copy_out(struct uio *u, const void *kbuf, size_t n)    /* kernel -> uio */
{
    size_t moved;

    if (!uio_is_plain(u, n))
        return uio_copy_out_slowly(u, kbuf, n);
    moved = u->ops->to_user(u->seg->base + u->seg_off, kbuf, n);
    uio_advance(u, moved);
    return moved;
}
static inline size_t uio_copy_in(struct uio *u, void *kbuf, size_t n)           /* uio -> kernel */
{
    size_t moved;

    if (!uio_is_plain(u, n))
        return uio_copy_in_slowly(u, kbuf, n);
    moved = u->ops->from_user(kbuf, u->seg->base + u->seg_off, n);
    uio_advance(u, moved);
    return moved;
}
static inline size_t uio_zero_out(struct uio *u, size_t n)
{
    size_t moved;

    if (!uio_is_plain(u, n))
        return uio_zero_out_slowly(u, n);
    moved = u->ops->zero_user(u->seg->base + u->seg_off, n);
    uio_advance(u, moved);
    return moved;
}

/* Make the next bytes (at most N) present for uio_copy_out (write=true) or
 * uio_copy_in.  0 or -EFAULT.  Nothing held; may sleep. */
int uio_fault_in(struct uio *u, size_t n, bool write);

/* Copy N bytes with faults served; nothing held that a fault needs.  Returns 0
 * with all moved, or -EFAULT with those before the fault moved. */
int uio_write(struct uio *u, const void *kbuf, size_t n);   /* kernel -> uio */
int uio_read(struct uio *u, void *kbuf, size_t n);          /* uio -> kernel */

/* Take back the last N bytes moved. */
void uio_revert(struct uio *u, size_t n);

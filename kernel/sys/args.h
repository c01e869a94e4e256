/* SPDX-License-Identifier: MIT */
/*
 * args.h - what many calls have in common: names, directories, segments, times.
 */
#pragma once
#include "kernel/proc/files.h"
#include "kernel/proc/process.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"

#define PATH_MAX 4096
#define RW_MAX   0x7ffff000UL           /* most bytes of one read or write, as Linux */

/* A name from user memory.  Owned by the caller until name_put. */
struct name {
    char *s;
};
/* 0, -EFAULT, -ENAMETOOLONG, -ENOMEM; an empty name is -ENOENT unless EMPTY_OK. */
int name_get(struct name *n, uintptr_t user, bool empty_ok);
void name_put(struct name *n);

/* A name and what it is relative to: everything an ...at() call resolves with. */
struct at {
    struct name name;
    struct path_ctx ctx;
    struct path start;                  /* valid if start.dentry is not NULL    */
    struct fd_ref dir;
};
int at_get(struct at *at, int dirfd, uintptr_t name, bool empty_ok);
void at_put(struct at *at);
/* The starting point for path_...(): NULL means the working directory. */
const struct path *at_start(const struct at *at);
/* Resolve to a referenced path. */
int at_lookup(struct at *at, uint32_t lookup_flags, struct path *out);

/* Resolve the name at NAME, relative to the working directory, to a referenced path. */
int path_of_name(uintptr_t name, uint32_t lookup_flags, struct path *out);

/* Lookup flags of a call whose FLAGS may contain NOFOLLOW. */
static inline uint32_t follow_unless(uint64_t flags, uint32_t nofollow)
{
    return flags & nofollow ? 0 : LOOKUP_FOLLOW;
}

/* The segments of a vector call.  Owned until segments_put. */
#define SEGMENTS_INLINE 8
struct segments {
    struct uio_segment inline_seg[SEGMENTS_INLINE];
    struct uio_segment *seg;
    struct uio uio;
};
/* 0, -EINVAL (too many, negative sum), -EFAULT, -ENOMEM. */
int segments_get(struct segments *s, uintptr_t iov, uint64_t n);
/* The same of another address space: where they lie is not checked, and the uio only counts. */
int segments_get_remote(struct segments *s, uintptr_t iov, uint64_t n);
void segments_put(struct segments *s);
/* One buffer; cannot fail but with -EFAULT (not in the user half). */
int buffer_get(struct uio *u, struct uio_segment *seg, uintptr_t buf, size_t len);

/*
 * A structure that grew over the years: SIZE bytes at USER, as large as the program knows it, of
 * which we know OURS.  What an older program does not pass is zero.  One that knows a longer
 * structure may still call, if all bytes behind our own are zero.  0, -EFAULT, -EINVAL (less
 * than LEAST), -E2BIG.
 */
int struct_get(void *to, size_t ours, uintptr_t user, size_t size, size_t least);

/* What a write to F, or another call that makes it longer, returned.  Where nobody will read
 * it, or RLIMIT_FSIZE forbids it, the caller is told by a signal, too.  F may be NULL: no pipe
 * and no socket. */
ssize_t write_result(const struct file *f, ssize_t r);

/* A timespec as ns; -EFAULT, or -EINVAL if it is not a time. */
int timespec_to_ns(const struct timespec *ts, uint64_t *ns);
int timeval_to_ns(const struct timeval *tv, uint64_t *ns);
struct timespec ns_to_timespec(uint64_t ns);
int timespec_get(uintptr_t user, uint64_t *ns);
int timespec_put(uintptr_t user, uint64_t ns);

/*
 * Calls that wait for files, with a time limit and another signal mask meanwhile.
 */

/* A timespec from now on as a deadline; USER 0: UINT64_MAX, none.  0, -EFAULT, -EINVAL. */
int poll_get_deadline(uintptr_t user, uint64_t *deadline);
/* The mask at USER holds from now on, unless that is 0.  0, -EFAULT, -EINVAL (SIZE). */
int poll_use_mask(uintptr_t user, uint64_t size);
/* The call ends with R, and the temporary mask with it: a signal that it let in does not
 * come beside an event.  After an interruption it holds until the signal is delivered. */
int poll_drop_mask(int r);

/* futex(2)'s FUTEX_WAIT and _WAIT_BITSET with the arguments A until DEADLINE, in ns of the
 * monotonic clock; UINT64_MAX: for ever.  If it is interrupted, restart_syscall goes on. */
int64_t futex_wait_until(const uint64_t *a, uint64_t deadline);

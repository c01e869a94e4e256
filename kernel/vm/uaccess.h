/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - bytes between the kernel and the running thread's memory.
 */
#pragma once
#include "kernel/port/port.h"

/* Whether [ADDR, ADDR+N) lies in the user half. */
bool user_range_ok(uintptr_t addr, size_t n);

/* Copy without faulting: returns bytes copied, short at the first address that
 * is not accessible right now.  Legal under any lock. */
size_t copy_to_user_nofault(uintptr_t to, const void *from, size_t n);
size_t copy_from_user_nofault(void *to, uintptr_t from, size_t n);
size_t clear_user_nofault(uintptr_t to, size_t n);

/* Make the pages of [ADDR, ADDR+N) accessible, at least the first one.  0 or
 * -EFAULT.  No lock held; may sleep. */
int fault_in_user(uintptr_t addr, size_t n, bool write);

/* All N bytes with faults served; 0 or -EFAULT.  No lock held; may sleep. */
int copy_to_user(uintptr_t to, const void *from, size_t n);
int copy_from_user(void *to, uintptr_t from, size_t n);

/* Change the aligned word at ADDR from *OLD to VALUE at once; *OLD becomes what was
 * there, so it is unchanged if that was done.  0 or -EFAULT.  No lock held; may sleep. */
int cmpxchg_user(uintptr_t addr, uint32_t *old, uint32_t value);

/* A string of at most SIZE-1 characters into BUF: its length, -EFAULT, or
 * -ENAMETOOLONG if there is no NUL in SIZE bytes. */
ssize_t strncpy_from_user(char *buf, uintptr_t from, size_t size);

/*
 * The memory of MM, not necessarily the running thread's: for /proc, and for exec, whose new
 * pages may be moved or evicted already (vm/remote.h).
 * Bytes done, short at the first page that cannot be had.  No lock held; may sleep.
 */
struct mm;
size_t mm_read(struct mm *mm, uintptr_t from, void *to, size_t n);
size_t mm_write(struct mm *mm, uintptr_t to, const void *from, size_t n);
size_t mm_clear(struct mm *mm, uintptr_t to, size_t n);

void uaccess_init(void);        /* registers uio_user_ops */

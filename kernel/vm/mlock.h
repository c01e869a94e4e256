/* SPDX-License-Identifier: MIT */
/*
 * mlock.h - memory that stays, and how much of it a process may have.
 *
 * The four calls take the map lock themselves, sleep, and return the errors of the
 * system calls of the same name.
 */
#pragma once
#include "kernel/vm/mm.h"

/* Lock the pages of the range and make them present; with MLOCK_ONFAULT in FLAGS as
 * they come.  0, -EINVAL (the range wraps), -EPERM or -ENOMEM (the limit), -ENOMEM (a
 * hole: what lies before it is locked; no right to look), -EAGAIN (no memory), -EINTR
 * (the thread must end). */
int vm_mlock(struct mm *mm, vaddr_t addr, size_t len, unsigned flags);
/* 0, -EINVAL, or -ENOMEM (a hole). */
int vm_munlock(struct mm *mm, vaddr_t addr, size_t len);
/* Lock all there is, all that will be, or both: MCL_*.  0, -EINVAL -EPERM -ENOMEM. */
int vm_mlockall(struct mm *mm, unsigned flags);
void vm_munlockall(struct mm *mm);

/* Whether the running thread may lock anything. */
bool mlock_permitted(void);
/* Whether its limit has room for NPAGES more... */
bool mlock_has_room(const struct mm *mm, size_t npages);
/* ... if FLAGS are those of locked memory.  The map lock is held. */
static inline bool mlock_fits(const struct mm *mm, uint32_t flags, size_t npages)
{
    return !(flags & VM_LOCKED) || mlock_has_room(mm, npages);
}
/* VMA is not locked any more; the map lock is held for writing. */
void mlock_forget(struct vma *vma);

/* Where the running thread's limit comes from, in bytes; UINT64_MAX: it is privileged. */
void mlock_set_limit_source(uint64_t (*limit)(void));

/* SPDX-License-Identifier: MIT */
/*
 * mmap.h - changing what an address space holds.
 *
 * The calls take the map lock of MM themselves, for writing if they change mappings, and
 * may sleep.  Errors are those of the system calls of the same name.
 */
#pragma once
#include "kernel/mm/commit.h"
#include "kernel/vm/mm.h"

/* Settings of /proc/sys/vm. */
extern unsigned max_map_count;      /* VMAs of one process                            */
extern unsigned mmap_min_addr;      /* nothing new below; at least MMAP_MIN_ADDR      */

/* Map LEN bytes (rounded up) with PROT_* and MAP_* at or near ADDR; FILE NULL:
 * anonymous.  The address, or -EINVAL -ENOMEM -EEXIST -EACCES -ENODEV
 * -EOVERFLOW -EPERM -EOPNOTSUPP -EAGAIN (more locked memory than allowed). */
int64_t vm_mmap(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, unsigned flags,
                struct file *file, uint64_t offset);
/* 0, -EINVAL, or -ENOMEM (a split beyond max_map_count). */
int64_t vm_munmap(struct mm *mm, vaddr_t addr, size_t len);
/* 0, -EINVAL -EACCES, or -ENOMEM (a hole: what lies before it has changed). */
int vm_mprotect(struct mm *mm, vaddr_t addr, size_t len, unsigned prot);
/* Resize the OLD_LEN bytes at OLD to NEW_LEN, moving them to NEW_ADDR (MREMAP_FIXED; with
 * MREMAP_DONTUNMAP alone a wish) or where there is room (MREMAP_MAYMOVE) if they must.  The
 * address, or -EINVAL, -EFAULT (not within one mapping), -ENOMEM, -EPERM, -EAGAIN (more
 * locked memory than allowed).  What MREMAP_FIXED cleared stays cleared. */
int64_t vm_mremap(struct mm *mm, vaddr_t old, size_t old_len, size_t new_len, unsigned flags,
                  vaddr_t new_addr);
/* Have stores to shared files in the range reach the disk, if MS_SYNC says so.  0,
 * -EINVAL, -EBUSY (MS_INVALIDATE of locked memory), -EIO, or -ENOMEM (a hole: all
 * the rest was written).  May sleep long. */
int vm_msync(struct mm *mm, vaddr_t addr, size_t len, unsigned flags);
/* For each page of the range a byte at user address VEC: 1 if it is in memory.  0,
 * -EINVAL -EFAULT, -ENOMEM (a hole), or -EAGAIN (no memory for the answer). */
int vm_mincore(struct mm *mm, vaddr_t addr, size_t len, uintptr_t vec);
/* Do as ADVICE (MADV_*) says of the range.  0, -EINVAL, -EACCES, -EAGAIN (no memory, or too
 * many VMAs), an error of fallocate; -ENOMEM: a hole, which only MADV_POPULATE_* stops at.
 * Of these two also -EFAULT (SIGBUS) and -EINTR (the thread is to end).  May sleep long. */
int vm_madvise(struct mm *mm, vaddr_t addr, size_t len, int advice);
/* The new break, or the old one if it cannot be. */
vaddr_t vm_brk(struct mm *mm, vaddr_t brk);

/* An anonymous mapping of exactly [START, END) for exec and brk, merged with its
 * neighbour where possible; the map lock is held.  0 or -ENOMEM. */
int vm_map_anon(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t vm_flags);

/* For exec: the stack below TOP, and the page of vdso.h.  0, or -ENOMEM (no
 * memory, or the place is taken). */
int vm_map_stack(struct mm *mm, vaddr_t top);
int vm_map_vdso(struct mm *mm);

/* Grow a stack so that it contains VA; false if there is none or it may not. */
bool vm_grow_stack(struct mm *mm, vaddr_t va);

/* PROT_* to VM_*. */
uint32_t vm_flags_from_prot(unsigned prot);
/* NPAGES of a mapping with FLAGS come (or go, negative): the figures of /proc. */
static inline void vm_account(struct mm *mm, uint32_t flags, int64_t npages)
{
    mm->total_vm += npages;
    if (flags & VM_LOCKED)
        mm->locked_vm += npages;
    if (flags & VM_GROWSDOWN)
        mm->stack_vm += npages;
    else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
        mm->data_vm += npages;
    else if ((flags & (VM_WRITE | VM_EXEC)) == VM_EXEC)
        mm->exec_vm += npages;
    if (npages > 0 && mm->peak_vm < mm->total_vm)
        mm->peak_vm = mm->total_vm;
}
/* Whether a mapping with FLAGS is to be promised its memory (VM_ACCOUNT). */
static inline bool vm_is_accountable(uint32_t flags)
{
    return (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}
/* Promise NPAGES to a mapping of MM with FLAGS, if it is VM_ACCOUNT; who then cannot make
 * it returns them.  0 or -ENOMEM. */
static inline int vm_charge(const struct mm *mm, uint32_t flags, size_t npages)
{
    return flags & VM_ACCOUNT ? commit_charge(COMMIT_PRIVATE, npages, mm->total_vm) : 0;
}
static inline void vm_uncharge(uint32_t flags, size_t npages)
{
    if (flags & VM_ACCOUNT)
        commit_uncharge(COMMIT_PRIVATE, npages);
}
/* Whether NPAGES more with FLAGS stay within the process's limits. */
bool vm_within_limits(const struct mm *mm, uint32_t flags, size_t npages);
/* The highest hole of LEN bytes in the mmap area, or 0; the map lock is held. */
vaddr_t vm_find_hole(const struct mm *mm, size_t len);
/* Split VMA so that a part begins and ends inside [START, END): that part, or NULL
 * (no memory, or too many VMAs; nothing changed).  The map lock is held. */
struct vma *vm_cut(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end);
/* Remove [START, END); the map lock is held.  VMAs of files that went are moved to DOOMED,
 * empty until then, to be passed to vm_free_doomed after the lock is released.  0 or -ENOMEM. */
int vm_remove_range(struct mm *mm, vaddr_t start, vaddr_t end, struct list *doomed);
/* The same from VMA FIRST on, where no page is entered any more and there is nothing to
 * split; TOUCHED: one of the VMAs is. */
void vm_remove_empty(struct mm *mm, struct vma *first, vaddr_t start, vaddr_t end,
                     struct list *doomed, bool touched);
void vm_free_doomed(struct list *doomed);
/* [START, END) is in no VMA: free tables that were made for it.  The map lock is held. */
void vm_free_tables(struct mm *mm, vaddr_t start, vaddr_t end);

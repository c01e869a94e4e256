/* SPDX-License-Identifier: MIT */
/*
 * mmap.h - changing what an address space holds.
 *
 * All take the map lock of MM themselves.  Errors are those of the system
 * calls of the same name.
 */
#pragma once
#include "kernel/vm/mm.h"

/* Map LEN bytes (rounded up) with PROT_* and MAP_* at or near ADDR; FILE NULL:
 * anonymous.  The address, or -errno. */
int64_t vm_mmap(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, unsigned flags,
                struct file *file, uint64_t offset);
int vm_munmap(struct mm *mm, vaddr_t addr, size_t len);
int vm_mprotect(struct mm *mm, vaddr_t addr, size_t len, unsigned prot);
/* The new break, or the old one if it cannot be. */
vaddr_t vm_brk(struct mm *mm, vaddr_t brk);

/* For exec: the stack VMA below STACK_TOP, and the sigreturn page.  0 or -ENOMEM. */
int vm_map_stack(struct mm *mm);
int vm_map_sigreturn(struct mm *mm);

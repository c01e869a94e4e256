/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - contiguous kernel addresses for scattered frames or for devices,
 * each area followed by an unmapped guard page; and kernel stacks.
 */
#pragma once
#include "kernel/mm/gfp.h"
#include "kernel/port/port.h"

/* SIZE bytes (rounded up to pages), or NULL.  May sleep.  vfree may sleep; the
 * unmapping is lazy: many areas are flushed at once. */
void *vmalloc(size_t size);
void *vzalloc(size_t size);
void vfree(void *p);
/* Whether P lies where vmalloc's areas, stacks and device registers do. */
bool is_vmalloc_addr(const void *p);

/* Device registers at PA, mapped rw, not executable.  NULL if no room.  Both may sleep. */
void *ioremap(paddr_t pa, size_t size);
void iounmap(void *p);

/* Kernel stacks: KSTACK_SIZE bytes whose lowest address has bit KSTACK_SHIFT
 * set and an unmapped half below: an overflow clears that bit of sp.
 * Returns the lowest usable address; NULL if out of memory.  May sleep; the hart
 * that first switches to the stack must have forgotten what was there (sfence).
 * kstack_free never sleeps or flushes: the stack is kept for the next one. */
#define KSTACK_SHIFT 14
#define KSTACK_SIZE  (1UL << KSTACK_SHIFT)
void *kstack_alloc(void);
void kstack_free(void *stack);

/* Unmap and flush what was freed lazily, empty the stack cache. May sleep. */
void vmalloc_drain(void);

struct vmalloc_info {
    vaddr_t start, end;         /* guard page included in end */
    const char *kind;           /* "vmalloc", "ioremap", "stack" */
    size_t npages;
    paddr_t pa;                 /* ioremap */
    uintptr_t caller;
};
/* Call FN for each area in address order.  FN must not sleep. */
void vmalloc_for_each(void (*fn)(const struct vmalloc_info *info, void *arg), void *arg);
size_t vmalloc_used_pages(void);    /* frames of live areas and stacks */
size_t kstack_count(void);      /* in use, the cached ones not counted */

/* New areas are placed in the first NBYTES of the window only (tests of
 * fragmentation); 0: all of it again. */
void vmalloc_set_window(size_t nbytes);

/* Panics if an invariant is broken. */
void vmalloc_check(void);

void vmalloc_init(void);

/* SPDX-License-Identifier: MIT */
/*
 * kernel_map.h - the final page table of the kernel half.
 *
 *   text      r-x   4 KiB leaves
 *   rodata    r--
 *   all other RAM rw-, in the largest leaves that hold nothing else
 *   firmware's no-map ranges: absent
 *
 * The tables of the vmalloc window exist from boot, so that a root copied once
 * into a new address space is never out of date.
 */
#pragma once
#include "kernel/mm/memmap.h"
#include "kernel/mm/pagetable.h"

/* Build kernel_pt from the banks and no-map ranges of M, with tables from
 * memmap_early_alloc, and load it on this hart. */
void kernel_map_init(const struct memmap *m);
/* From now on tables come from alloc_page. */
void kernel_map_use_pages(void);
/* The value of satp that uses it. */
uint64_t kernel_map_satp(void);
/* Enter the kernel half into ROOT, the empty root table of an address space. */
void kernel_map_copy_root(paddr_t root);
/* Take it out again: ROOT is an empty table. */
void kernel_map_clear_root(paddr_t root);

/* A page fault of the kernel at VA: whether the entry allows the access now, so
 * that forgetting the translation is all that was needed (done already). */
bool kernel_map_is_spurious(vaddr_t va, bool write, bool exec);
/* Otherwise: what is wrong, in words, for the panic. */
const char *kernel_map_explain(vaddr_t va, bool write, bool exec);

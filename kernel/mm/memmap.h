/* SPDX-License-Identifier: MIT */
/*
 * memmap.h - what RAM the machine has, and the first to give it out.
 *
 * Boot describes memory as banks, minus what is in use already (kernel image,
 * device tree, initrd), minus what firmware keeps (no-map).  From that come the
 * page array and the zones' free memory, in this order:
 *
 *   memmap_init           the page array exists; every page is RESERVED
 *   memmap_early_alloc    memory for boot's own tables, never given back
 *   page_alloc_init       all that is left is FREE; alloc_pages works
 *
 * Boot only: one hart, no locks.
 */
#pragma once
#include "kernel/mm/page.h"

#define MEMMAP_MAX_BANKS 8
#define MEMMAP_MAX_RANGES 64

struct memmap_range {
    paddr_t start, end;
};

struct memmap {
    struct memmap_range banks[MEMMAP_MAX_BANKS];        /* RAM, any order            */
    struct memmap_range reserved[MEMMAP_MAX_RANGES];    /* in use; may overlap       */
    struct memmap_range nomap[MEMMAP_MAX_RANGES];       /* not even in the linear map */
    unsigned nbanks, nreserved, nnomap;
};

/*
 * Take over the description M (a copy is kept) and make the page array in free
 * memory.  frames.va_offset must be set, and the array must be reachable
 * through it.  Panics if there is no room.
 */
void memmap_init(const struct memmap *m);

/* SIZE zeroed bytes at a multiple of ALIGN, in whole pages, through the linear
 * map.  Panics if there is no room.  Only before page_alloc_init. */
void *memmap_early_alloc(size_t size, size_t align);

/* Call FN for each page range that is RAM and not in use, in ascending order. */
void memmap_for_each_free(void (*fn)(pfn_t start, pfn_t end, void *arg), void *arg);

/* Pages of RAM in [START, END), in use or not. */
size_t memmap_present(pfn_t start, pfn_t end);

/* What is free now belongs to the zones: no more early allocations. */
void memmap_hand_over(void);

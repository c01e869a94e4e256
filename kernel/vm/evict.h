/* SPDX-License-Identifier: MIT */
/*
 * evict.h - pages leave memory.
 *
 * A page whose turn it is comes here isolated (mm/lru.h) and locked.  Its entries are
 * taken away at once; what else is to be done waits until there are several pages, and
 * TLBs are flushed once for all of them.  Then what is clean is freed, and what has to be
 * written to swap goes into the laundry: pages under way to the disk wait there, still
 * isolated, and are freed when they are clean, if nobody wanted them back meanwhile.
 */
#pragma once
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/tlb_batch.h"

#define EVICT_BATCH 32

/* One reclaimer's work in hand.  All zero but gfp at first. */
struct eviction {
    gfp_t gfp;                          /* of the allocation it is for         */
    size_t freed, freed_anon;           /* pages; of them, of memory only      */
    size_t ndirty;                      /* pages of files that must be written first */
    struct tlb_batch tlb;               /* flushes that are due                */
    size_t n;
    struct page *pages[EVICT_BATCH];    /* locked, without entries             */
};

/* PAGE, locked, isolated and referenced by the caller, is to go.  True: E has taken it, and
 * it is not the caller's any more.  False: it cannot go now. */
bool evict_page(struct eviction *e, struct page *page);
/* PAGE, isolated, referenced and not locked by the caller, stays. */
void evict_give_back(struct page *page);
/* Flush TLBs, and finish what E has taken. */
void evict_flush(struct eviction *e);

/* Free what has come back clean from the disk; pages freed.  Never waits. */
size_t laundry_collect(void);
/* Pages in the laundry. */
size_t laundry_size(void);

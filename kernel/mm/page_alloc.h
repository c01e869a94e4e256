/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.h - get and give back page frames.
 *
 * The front door of physical memory: per-hart lists of single pages in front of
 * the zones' buddy systems, watermarks, reserves, and the hooks through which
 * memory is found again when it runs low.
 */
#pragma once
#include "kernel/mm/gfp.h"
#include "kernel/mm/page.h"

/*
 * A block of 2^ORDER pages with one reference, or NULL.  Sleeps only with
 * __GFP_RECLAIM; never returns NULL with __GFP_NOFAIL.  Compound if ORDER > 0:
 * its tails know their head.  OWNED, flags clear, content undefined without
 * __GFP_ZERO; put_page or free_pages gives it back.  Not in interrupt handlers.
 */
struct page *alloc_pages(gfp_t gfp, unsigned order);
static inline struct page *alloc_page(gfp_t gfp)
{
    return alloc_pages(gfp, 0);
}

/* Debug: panics if an allocation with GFP may not be made here, because it could
 * sleep or reclaim into a lock that is held.  Every allocator asks. */
void page_alloc_check_context(gfp_t gfp);

/* Drop the caller's reference on a block; freed if it was the last, as it should
 * be.  (Somebody who found it by pfn may hold it a moment longer.) */
void free_pages(struct page *page, unsigned order);
static inline void free_page(struct page *page)
{
    free_pages(page, 0);
}

/* The same by address in the linear map; 0 is failure. */
void *__get_free_pages(gfp_t gfp, unsigned order);
void *__get_free_page(gfp_t gfp);
void *get_zeroed_page(gfp_t gfp);
void free_pages_va(void *va, unsigned order);

/* A physically contiguous run of NPAGES pages (not rounded up), order-0 each
 * to free; NULL if there is none.  May sleep. */
struct page *alloc_pages_exact(gfp_t gfp, size_t npages);
void free_pages_exact(struct page *page, size_t npages);

/* Drop a reference on each of N pages; cheaper than one by one, and cheapest if
 * they are neighbours in ascending order.  The array's content is used up. */
void free_page_batch(struct page **pages, size_t n);

/* Every hart's lists go back to their zones (leak checks, isolation).  Any hart. */
void page_alloc_drain(void);

/*
 * Isolate a range of whole pageblocks: free pages in it, and those freed later,
 * are not given out until it is undone.  Allocated pages stay with their owners.
 */
void page_alloc_isolate(pfn_t start, pfn_t end);
void page_alloc_unisolate(pfn_t start, pfn_t end);

/* Keep a range of whole pageblocks for contiguous requests: only movable
 * requests with __GFP_CMA, and alloc_pages_exact with it, get pages from there. */
void page_alloc_set_cma(pfn_t start, pfn_t end);

/*
 * Upward calls, registered at boot by the floors above.
 */
struct reclaim_ops {
    /* Try to free NPAGES frames for an allocation with GFP; returns how many. May sleep. */
    size_t (*reclaim)(gfp_t gfp, unsigned order, size_t npages);
    /* A zone fell below its low mark: wake the pager.  Never sleeps. */
    void (*wake)(void);
    /* Reclaim found nothing: true if it is worth trying again. May sleep. */
    bool (*out_of_memory)(gfp_t gfp, unsigned order);
};
void page_alloc_set_reclaim(const struct reclaim_ops *ops);

/*
 * A cache that can give memory back.  COUNT says how many objects could go,
 * SCAN frees up to NR of them and returns how many it freed.  Both obey gfp.
 */
struct shrinker {
    const char *name;
    size_t (*count)(struct shrinker *s);
    size_t (*scan)(struct shrinker *s, size_t nr, gfp_t gfp);
    struct list link;
};
/* At boot; there is no way back. */
void shrinker_register(struct shrinker *s);
/* Ask every shrinker for its share of NR objects; returns how many went. */
size_t shrink_all(size_t nr, gfp_t gfp);

/* Figures for /proc and for policy.  Pages, a snapshot without locks. */
size_t nr_free_pages(void);         /* on buddy and hart lists           */
size_t nr_managed_pages(void);      /* all that were ever given to us    */
size_t nr_available_pages(void);    /* free above the low marks          */
size_t nr_pages_of(enum page_identity identity);    /* counts the page array: slow */

/* Events since boot, of all harts, in pages. */
struct page_alloc_events {
    uint64_t allocs[2], frees[2];   /* by enum zone_type                           */
    uint64_t zone_locks;            /* times a zone lock was taken                 */
    uint64_t direct_reclaims;       /* times an allocation had to reclaim          */
    uint64_t failures;              /* allocations that returned NULL for want of memory */
};
void page_alloc_events(struct page_alloc_events *events);

/* Check zones and lists; panics if an invariant is broken. */
void page_alloc_check(void);

/* Give all memory that boot left to the zones (memmap.h says when). */
void page_alloc_init(void);
/* Boot is done with [START, END) (an initrd): its whole pages become free. */
void free_reserved_range(paddr_t start, paddr_t end);

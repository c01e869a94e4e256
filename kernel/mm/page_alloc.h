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
 * to free; NULL if there is none.  With __GFP_CMA a long one comes from the contiguous
 * area, if there is one.  May sleep. */
struct page *alloc_pages_exact(gfp_t gfp, size_t npages);
void free_pages_exact(struct page *page, size_t npages);

/* Neighbours in memory, from FIRST to before END. */
struct page_run {
    struct page *first, *end;
};
/* Drop a reference on each page of N runs: cheaper than one by one, and the cheaper the
 * longer they are. */
void free_page_runs(const struct page_run *runs, size_t n);

/* Every hart's lists go back to their zones (leak checks, isolation).  Any hart. */
void page_alloc_drain(void);

/*
 * Isolate a range of whole pageblocks: free pages in it, and those freed later,
 * are not given out until it is undone.  Allocated pages stay with their owners.
 */
void page_alloc_isolate(pfn_t start, pfn_t end);
void page_alloc_unisolate(pfn_t start, pfn_t end);

/* Take just the frames [START, END) of one zone, as singles with one reference, content
 * undefined.  False, and nothing changed: one of them is not free.  The range may be isolated. */
bool page_alloc_take_range(pfn_t start, pfn_t end);
/* The same of up to N frames that are free there, at the tail of LIST; returns how many. */
size_t page_alloc_take_free(pfn_t start, pfn_t end, size_t n, struct list *list);

/* Keep NPAGES or a little more, whole pageblocks below 4 GiB that are free now, for
 * contiguous requests: others may borrow them for pages that can be moved.  The first
 * frame, or 0: there are none.  Boot only. */
pfn_t page_alloc_reserve_cma(size_t npages);

/*
 * Upward calls, registered at boot by the floors above.
 */
struct reclaim_ops {
    /* Try to free NPAGES frames for an allocation with GFP; returns how many. May sleep. */
    size_t (*reclaim)(gfp_t gfp, unsigned order, size_t npages);
    /* A zone fell below its low mark: wake the pager.  Never sleeps. */
    void (*wake)(void);
    /* Reclaim found nothing, for the ATTEMPT-th time (from 0): true if it is worth trying
     * again. May sleep. */
    bool (*out_of_memory)(gfp_t gfp, unsigned order, unsigned attempt);
    /* The caller is to end, and its memory is waited for: it may use the reserve. */
    bool (*is_dying)(void);
};
void page_alloc_set_reclaim(const struct reclaim_ops *ops);

/* Around reclaim by the pager, as it is around that by an allocation with GFP: debug kernels
 * panic if it allocates in a way that could reclaim again. */
void page_alloc_reclaim_begin(gfp_t gfp);
void page_alloc_reclaim_end(gfp_t gfp);

/* What moving pages to other frames can do for requests of several pages. */
struct migrate_ops {
    /* Move pages together, so that there is a block of ORDER in a zone that GFP may use; whether
     * there is one now.  May sleep, but waits for nothing that the caller may hold. */
    bool (*compact)(gfp_t gfp, unsigned order);
    /* NPAGES of the contiguous area, content undefined; NULL if they cannot be had.  May
     * sleep. */
    struct page *(*contiguous)(size_t npages);
};
void page_alloc_set_migrate(const struct migrate_ops *ops);

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

/* Whether some zone that GFP may use has more than it must leave at MARK (enum zone_mark). */
bool page_alloc_is_above(gfp_t gfp, unsigned mark);

/* Events since boot, of all harts, in pages. */
struct page_alloc_events {
    uint64_t allocs[2], frees[2];   /* by enum zone_type                           */
    uint64_t zone_locks;            /* times a zone lock was taken                 */
    uint64_t direct_reclaims[2];    /* allocations that had to reclaim, by the best zone
                                     * that they could have used                   */
    uint64_t failures;              /* allocations that returned NULL for want of memory */
};
void page_alloc_events(struct page_alloc_events *events);

/* Check zones and lists; panics if an invariant is broken. */
void page_alloc_check(void);

/* Give all memory that boot left to the zones (memmap.h says when). */
void page_alloc_init(void);
/* Boot is done with [START, END) (an initrd): its whole pages become free. */
void free_reserved_range(paddr_t start, paddr_t end);

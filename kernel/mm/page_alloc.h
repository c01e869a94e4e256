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
 * its tails know their head.
 */
struct page *alloc_pages(gfp_t gfp, unsigned order);
static inline struct page *alloc_page(gfp_t gfp)
{
    return alloc_pages(gfp, 0);
}

/* Give back a block whose only reference is the caller's. */
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

/* Every hart's lists go back to their zones (leak checks, isolation).  May sleep. */
void page_alloc_drain(void);

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
void shrinker_register(struct shrinker *s);
size_t shrink_all(size_t nr, gfp_t gfp);

/* Figures for /proc and for policy.  Pages, a snapshot without locks. */
size_t nr_free_pages(void);         /* on buddy and hart lists           */
size_t nr_managed_pages(void);      /* all that were ever given to us    */
size_t nr_available_pages(void);    /* free above the low marks          */

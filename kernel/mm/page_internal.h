/* SPDX-License-Identifier: MIT */
/*
 * page_internal.h - what the files of the page allocator share.
 *
 *   page_alloc.c   the way in: marks, reserves, reclaim
 *   page_free.c    the way out: references, batches
 *   hart_pages.c   lists of single pages in front of the zones
 *   page_poison.c  content of free pages, in debug kernels
 *   page_init.c    boot
 *   page_range.c   isolated ranges, the contiguous area
 *   page_stats.c   figures
 */
#pragma once
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/zone.h"

/* Zones in the order in which a request tries them: [0] any memory, [1] DMA32 only. */
extern struct zone *zonelists[2][ZONES + 1];

/* Counts that belong to no zone. */
extern struct page_alloc_counts {
    uint64_t direct_reclaims[ZONES];        /* by the best zone allowed        [a] */
    uint64_t failures;                      /*                                 [a] */
} page_alloc_counts;

static inline enum mobility gfp_mobility(gfp_t gfp)
{
    return gfp & __GFP_MOVABLE ? MOBILITY_MOVABLE : MOBILITY_UNMOVABLE;
}

static inline struct zone *const *gfp_zones(gfp_t gfp)
{
    return zonelists[gfp & __GFP_DMA32 ? 1 : 0];
}

/* Whether free pages of the contiguous area are free for GFP. */
static inline bool gfp_cma(gfp_t gfp)
{
    return gfp & __GFP_MOVABLE;
}

/* The best zone that GFP allows: what it falls back from. */
static inline enum zone_type gfp_class(gfp_t gfp)
{
    return gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

/* Fill the pages of a block with the free pattern; see that it is still there. */
void page_poison(struct page *page, unsigned order);
void page_check_poison(struct page *page, unsigned order);

/* Make N singles that a buddy system gave what alloc_pages promises, allocated at PC. */
void page_prepare_singles(struct page *page, size_t n, gfp_t gfp, const void *pc);

/*
 * hart_pages.c
 */

/* The newest page on list M of HP, or NULL. */
struct page *hart_pages_pop(struct hart_pages *hp, enum mobility m);
/* A page of Z from the calling hart's list, filled again if need be, leaving what
 * MARK demands; NULL if that is not possible.  FALLBACK: GFP would rather have
 * another zone. */
struct page *hart_pages_take(struct zone *z, gfp_t gfp, enum zone_mark mark, bool fallback);
/* Put N neighbours that nobody uses, from FIRST on, on HP; too many: a batch goes to the
 * zone. */
void hart_pages_push(struct hart_pages *hp, struct page *first, size_t n);

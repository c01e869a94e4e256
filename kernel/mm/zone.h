/* SPDX-License-Identifier: MIT */
/*
 * zone.h - a stretch of physical memory that some requests can use and others
 * cannot, with its buddy system, its marks and the harts' lists in front of it.
 *
 *   ZONE_DMA32    below 4 GiB: devices with 32 address lines reach it
 *   ZONE_NORMAL   the rest; empty on a machine whose RAM ends below 4 GiB
 *
 * A request that could use NORMAL but falls back to DMA32 must leave
 * lowmem_reserve above the mark, so that memory which only DMA32 requests need
 * is not used up by those that had a choice.
 *
 * Locks: [b] buddy.lock   [h] the hart list's lock   [c] constant after boot
 */
#pragma once
#include "kernel/mm/buddy.h"
#include "kernel/mm/watermark.h"

enum zone_type { ZONE_DMA32, ZONE_NORMAL, ZONES };

#define ZONE_DMA32_END_PFN ((pfn_t)1 << (32 - PAGE_SHIFT))

/* Mobilities that have hart lists.  A page of the contiguous area is movable there; one of an
 * isolated range goes to the buddy system at once. */
#define HART_MOBILITIES MOBILITY_CMA

/*
 * One hart's free single pages of a zone, newest first: the last page freed is
 * the one whose content is still in the data cache.
 */
struct hart_pages {
    struct spinlock lock;               /* RANK_HART_PAGES, see hart_lock.h    */
    uint32_t count;                     /* pages on all lists              [h] */
    uint32_t high;                      /* above it, a batch goes back     [h] */
    uint32_t batch;                     /* pages moved per zone lock       [c] */
    struct list list[HART_MOBILITIES];  /*                                 [h] */
    uint64_t nallocs;                   /* pages handed out                [h] */
    uint64_t nrefilled, ndrained;       /* pages from and to the zone      [h] */
} __attribute__((aligned(64)));

/* Pages that HP has taken back from their users. */
static inline uint64_t hart_pages_nfrees(const struct hart_pages *hp)
{
    return hp->count + hp->nallocs + hp->ndrained - hp->nrefilled;
}

struct zone {
    struct buddy buddy;
    const char *name;                   /*                                 [c] */
    size_t spanned;                     /* frames from first to last       [c] */
    size_t present;                     /* of them, RAM                    [c] */
    size_t managed;                     /* of them, ever given to us       [b] */
    size_t mark[MARKS];                 /*                                 [b] */
    size_t lowmem_reserve[ZONES];       /* by what the request could use   [b] */
    uint64_t nallocs, nfrees;           /* pages of blocks, past the lists [b] */
    struct hart_pages *harts;           /* MAX_HARTS of them               [c] */
};

extern struct zone zones[ZONES];
extern struct hart_pages hart_pages[ZONES][MAX_HARTS];

/* The zone of a frame. */
static inline enum zone_type zone_of_pfn(pfn_t pfn)
{
    return pfn < ZONE_DMA32_END_PFN ? ZONE_DMA32 : ZONE_NORMAL;
}

/* Make zone T over [FIRST_PFN, END_PFN), empty.  PRESENT frames of it are RAM. */
void zone_init(enum zone_type t, pfn_t first_pfn, pfn_t end_pfn, size_t present,
               uint8_t *labels);

/* Let the hart lists keep pages again, or not: then each page freed goes to the
 * buddy system at once (while a range is isolated).  Locks them. */
void zone_limit_hart_pages(struct zone *z, bool keep);

/* /proc/sys/vm: what the marks and reserves are worked out from.  min_free_kbytes follows the
 * size of memory unless it was chosen; lowmem_reserve_ratio[z] is what part of the memory
 * above zone z is kept free in z from those who could have taken that instead, 0: nothing. */
extern unsigned min_free_kbytes, watermark_scale_factor, lowmem_reserve_ratio[ZONES];

/* Work the marks and reserves of all zones out anew.  Takes their locks. */
void zones_set_marks(void);
/* The same, with KIB to be kept free from now on. */
void zones_choose_min_free(unsigned kib);

/* Give RESERVED pages [START, END) of one zone to it and set the marks anew. */
void zone_add_range(struct zone *z, pfn_t start, pfn_t end);

/* The number of free pages that a request with GFP, which could use zones up to
 * CLASS, must leave in Z when it looks at MARK.  Only MARK_MIN has tiers. */
size_t zone_limit(const struct zone *z, enum zone_mark mark, gfp_t gfp, enum zone_type class);

/* Pages on the harts' lists: a snapshot without locks. */
size_t zone_hart_pages(const struct zone *z);

/* Check Z's buddy system and hart lists; panics if an invariant is broken.
 * Takes the locks. */
void zone_check(struct zone *z);

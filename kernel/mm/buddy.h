/* SPDX-License-Identifier: MIT */
/*
 * buddy.h - blocks of 2^order physically contiguous pages (Knowlton 1965).
 *
 * Memory is divided into pageblocks of 2^BUDDY_MAX_ORDER pages, each labelled
 * with the mobility of what should live in it.  Pages that cannot be moved are
 * so kept together, and the rest can be made contiguous again.  A pageblock is
 * as large as the largest block: no block spans two of them, so a free block's
 * mobility is its pageblock's, and a pageblock whose pages are all free is
 * exactly one block, whatever its label.
 *
 * Invariants, checked by buddy_check():
 *   - a block of order k starts at a pfn that is a multiple of 2^k;
 *   - a free block's head is PAGE_FREE with its order, its other pages are
 *     PAGE_FREE_TAIL, and it is on the list of its order and of its
 *     pageblock's mobility;
 *   - two free buddies of the same order never coexist;
 *   - nfree[m] is the number of pages on the lists of mobility m.
 *
 * Pure: touches struct page, never the memory it describes.
 * Locks: [l] lock   [c] constant after buddy_init
 */
#pragma once
#include "kernel/mm/page.h"

#define BUDDY_MAX_ORDER 10
#define BUDDY_ORDERS (BUDDY_MAX_ORDER + 1)
#define PAGEBLOCK_PAGES (1UL << BUDDY_MAX_ORDER)

enum mobility {
    MOBILITY_UNMOVABLE,     /* page tables, slabs, metadata: stays where it is        */
    MOBILITY_MOVABLE,       /* user and file data: can be migrated or evicted         */
    MOBILITY_CMA,           /* kept for contiguous requests, lent to movable pages    */
    MOBILITY_ISOLATED,      /* nobody may allocate from it                            */
    MOBILITIES
};

struct buddy_area {
    struct list list[MOBILITIES];
    size_t nblocks[MOBILITIES];
};

struct buddy {
    struct spinlock lock;                   /* RANK_ZONE                       */
    uint64_t lock_count;                    /* times buddy_lock was called [l] */
    pfn_t first_pfn, end_pfn;               /*                             [c] */
    uint8_t *labels;                        /* one per pageblock           [l] */
    size_t nfree[MOBILITIES];               /* pages                       [l] */
    size_t nisolated;                       /* isolated pageblocks         [l] */
    struct buddy_area areas[BUDDY_ORDERS];  /*                             [l] */
};

/* Bytes that buddy_init needs for the labels of [FIRST_PFN, END_PFN). */
size_t buddy_labels_size(pfn_t first_pfn, pfn_t end_pfn);

/* Make an empty system over [FIRST_PFN, END_PFN); every pageblock starts
 * movable.  LABELS stays in use. */
void buddy_init(struct buddy *b, pfn_t first_pfn, pfn_t end_pfn, uint8_t *labels);

static inline void buddy_lock(struct buddy *b)
{
    spin_lock(&b->lock);
    b->lock_count++;
}
static inline void buddy_unlock(struct buddy *b)
{
    spin_unlock(&b->lock);
}

/*
 * All that follows is called with the lock held and never sleeps.
 */

/* Give pages [START, END), RESERVED or allocated singles, in the largest aligned
 * blocks. */
void buddy_free_range(struct buddy *b, pfn_t start, pfn_t end);
/* The same of pages that the caller has seen to be such, and made FREE_TAIL. */
void buddy_free_marked(struct buddy *b, pfn_t start, pfn_t end);

/*
 * The head of a block of 2^ORDER pages, OWNED, its order set, or NULL: then
 * nothing has changed.  MOBILITY is UNMOVABLE or MOVABLE; movable pages may come from
 * the contiguous area.  When the mobility's own lists are empty, a pageblock of
 * another one is taken over or borrowed from.
 */
struct page *buddy_alloc(struct buddy *b, unsigned order, enum mobility mobility);

/* Up to N single pages at the tail of LIST, a hart's (so they are PCP), their
 * mobility set to the one asked for; returns how many.  Pages of one block come in
 * ascending order. */
size_t buddy_alloc_singles(struct buddy *b, size_t n, enum mobility mobility,
                           struct list *list);

/* NPAGES contiguous pages, OWNED singles, that may span pageblocks; NULL if there
 * are none.  Looks only at wholly free pageblocks if one is not enough, and not at
 * the contiguous area. */
struct page *buddy_alloc_run(struct buddy *b, size_t npages, enum mobility mobility);

/* Just the pages [START, END), OWNED singles, whatever list they are on.  False, and
 * nothing changed: one of them is not free. */
bool buddy_alloc_range(struct buddy *b, pfn_t start, pfn_t end);
/* Up to N free pages of [START, END), the lowest first, as OWNED singles at the tail of LIST;
 * returns how many. */
size_t buddy_alloc_free(struct buddy *b, pfn_t start, pfn_t end, size_t n, struct list *list);

/* Give back a block that buddy_alloc gave, or a single page that is OWNED or PCP.  Panics at a
 * double free, a wrong order or a page that is not the head of such a block. */
void buddy_free(struct buddy *b, struct page *page, unsigned order);

/* Label the pageblocks of [START, END), a range of whole pageblocks. */
void buddy_set_mobility(struct buddy *b, pfn_t start, pfn_t end, enum mobility mobility);
/* Take their free pages, and those freed later, out of reach; undo that. */
void buddy_isolate(struct buddy *b, pfn_t start, pfn_t end);
void buddy_unisolate(struct buddy *b, pfn_t start, pfn_t end);

enum mobility buddy_pageblock_mobility(const struct buddy *b, pfn_t pfn);
/* Pageblocks labelled M. */
size_t buddy_pageblocks(const struct buddy *b, enum mobility m);

/* Panics if an invariant is broken.  O(pages). */
void buddy_check(struct buddy *b);

/*
 * Snapshots, with or without the lock.
 */

/* Free pages that an allocation may get; CMA counts only if it is allowed to. */
static inline size_t buddy_nfree(const struct buddy *b, bool cma)
{
    return b->nfree[MOBILITY_UNMOVABLE] + b->nfree[MOBILITY_MOVABLE]
           + (cma ? b->nfree[MOBILITY_CMA] : 0);
}
extern const char *const mobility_names[MOBILITIES];

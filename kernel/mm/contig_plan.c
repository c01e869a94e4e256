/* SPDX-License-Identifier: MIT */
/*
 * contig_plan.c - decisions about contiguous memory.
 */
#include "kernel/mm/contig_plan.h"
#include "lib/bitops.h"

#define MAX_DEFER_SHIFT 6

enum frame_use frame_use(const struct page *page)
{
    /* with page_set_identity_last: flags that are older would say that it is not locked */
    switch ((enum page_identity)__atomic_load_n(&page->identity, __ATOMIC_ACQUIRE)) {
    case PAGE_FREE:
    case PAGE_FREE_TAIL:
    case PAGE_PCP:
        return FRAME_FREE;
    case PAGE_ANON:
        return FRAME_MOVABLE;
    case PAGE_CACHE:
        return page_test(page, PG_METADATA) ? FRAME_FIXED : FRAME_MOVABLE;
    default:
        return FRAME_FIXED;
    }
}

/* The last frame of [START, END) that is of a run; END if there is none. */
static pfn_t last_taken(pfn_t start, pfn_t end)
{
    for (pfn_t pfn = end; pfn-- > start;)
        if (page_test(pfn_to_page(pfn), PG_CONTIG))
            return pfn;
    return end;
}

pfn_t contig_find(pfn_t start, pfn_t end, size_t npages, size_t align)
{
    pfn_t at = align_up(start, align), taken;

    for (; at + npages <= end; at = align_up(taken + 1, align)) {
        taken = last_taken(at, at + npages);
        if (taken == at + npages)
            return at;
    }
    return 0;
}

/* ---- the scanners ------------------------------------------------------------------------- */

static bool may_leave(const struct buddy *b, pfn_t pfn)
{
    enum mobility m = buddy_pageblock_mobility(b, pfn);

    return m == MOBILITY_UNMOVABLE || m == MOBILITY_MOVABLE;
}

static bool may_enter(const struct buddy *b, pfn_t pfn)
{
    enum mobility m = buddy_pageblock_mobility(b, pfn);

    return m == MOBILITY_MOVABLE || m == MOBILITY_CMA;
}

static bool is_worth_emptying(pfn_t start, pfn_t end)
{
    bool movable = false;

    for (pfn_t pfn = start; pfn < end; pfn++) {
        enum frame_use use = frame_use(pfn_to_page(pfn));

        if (use == FRAME_FIXED)
            return false;
        movable |= use == FRAME_MOVABLE;
    }
    return movable;
}

bool compact_next_source(struct compact_scan *s, const struct buddy *b, unsigned order,
                         pfn_t *start)
{
    pfn_t size = 1UL << order, at = align_up(s->from, size);

    for (; at + size <= s->to; at += size) {
        if (!may_leave(b, at)) {
            at = align_down(at, PAGEBLOCK_PAGES) + PAGEBLOCK_PAGES - size;
            continue;
        }
        if (is_worth_emptying(at, at + size)) {
            *start = at;
            s->from = at + size;
            return true;
        }
    }
    s->from = s->to;
    return false;
}

static bool has_free(pfn_t start, pfn_t end)
{
    for (pfn_t pfn = start; pfn < end; pfn++)
        if (pfn_to_page(pfn)->identity == PAGE_FREE)
            return true;
    return false;
}

bool compact_next_target(struct compact_scan *s, const struct buddy *b, pfn_t *start, pfn_t *end)
{
    while (s->to > s->from) {
        *end = s->to;
        *start = max_u64(align_down(s->to - 1, PAGEBLOCK_PAGES), s->from);
        s->to = *start;
        if (may_enter(b, *start) && has_free(*start, *end))
            return true;
    }
    return false;
}

/* ---- is it worth while? ------------------------------------------------------------------- */

bool compact_has_block(const struct buddy *b, unsigned order)
{
    for (; order < BUDDY_ORDERS; order++)
        if (b->areas[order].nblocks[MOBILITY_UNMOVABLE] + b->areas[order].nblocks[MOBILITY_MOVABLE])
            return true;
    return false;
}

int fragmentation_index(const struct buddy *b, unsigned order)
{
    size_t nblocks = 0;
    int index;

    if (compact_has_block(b, order))
        return -1000;
    for (unsigned k = 0; k < order; k++)
        nblocks += b->areas[k].nblocks[MOBILITY_UNMOVABLE] + b->areas[k].nblocks[MOBILITY_MOVABLE];
    if (nblocks == 0)
        return 0;
    index = 1000 - (int)((1000 + (buddy_nfree(b, false) * 1000 >> order)) / nblocks);
    return MAX(index, 0);
}

bool compact_is_worthwhile(const struct buddy *b, unsigned order, size_t limit)
{
    if (buddy_nfree(b, false) < limit + (2UL << order))
        return false;
    return fragmentation_index(b, order) > FRAGMENTED;
}

bool compact_is_deferred(struct compact_deferral *d)
{
    if (++d->considered >= 1u << d->shift) {
        d->considered = 0;
        return false;
    }
    return true;
}

void compact_note(struct compact_deferral *d, bool success)
{
    d->considered = 0;
    if (success)
        d->shift = 0;
    else if (d->shift < MAX_DEFER_SHIFT)
        d->shift++;
}

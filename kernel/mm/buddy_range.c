/* SPDX-License-Identifier: MIT */
/*
 * buddy_range.c - runs of any length, and the free pages of a given range.
 *
 * Blocks are taken whole, as singles, and what was not asked for is given back.
 */
#include "kernel/mm/buddy_impl.h"
#include "lib/bitops.h"

/* Runs */

static bool pageblock_is_free(const struct buddy *b, pfn_t pfn)
{
    const struct page *page = pfn_to_page(pfn);
    enum mobility m = buddy_pageblock_mobility(b, pfn);

    return page->identity == PAGE_FREE && page->order == BUDDY_MAX_ORDER
           && m != MOBILITY_ISOLATED && m != MOBILITY_CMA;
}

/* The start of NBLOCKS consecutive free pageblocks; end_pfn if there are none. */
static pfn_t find_pageblocks(const struct buddy *b, size_t nblocks)
{
    pfn_t pfn = align_up(b->first_pfn, PAGEBLOCK_PAGES);
    size_t run = 0;

    for (; pfn + PAGEBLOCK_PAGES <= b->end_pfn; pfn += PAGEBLOCK_PAGES) {
        run = pageblock_is_free(b, pfn) ? run + 1 : 0;
        if (run == nblocks)
            return pfn - (nblocks - 1) * PAGEBLOCK_PAGES;
    }
    return b->end_pfn;
}

/* Take NBLOCKS consecutive pageblocks; NULL if there are none. */
static struct page *take_pageblocks(struct buddy *b, size_t nblocks, enum mobility m)
{
    pfn_t start = find_pageblocks(b, nblocks);

    if (start == b->end_pfn)
        return NULL;
    for (size_t i = 0; i < nblocks; i++) {
        pfn_t pfn = start + i * PAGEBLOCK_PAGES;

        buddy_set_mobility(b, pfn, pfn + PAGEBLOCK_PAGES, m);
        remove_block(b, pfn_to_page(pfn), BUDDY_MAX_ORDER, m);
        make_singles(pfn_to_page(pfn), PAGEBLOCK_PAGES, PAGE_OWNED, m);
    }
    return pfn_to_page(start);
}

struct page *buddy_alloc_run(struct buddy *b, size_t npages, enum mobility mobility)
{
    size_t taken = npages <= PAGEBLOCK_PAGES ? round_up_pow2(npages)
                                             : align_up(npages, PAGEBLOCK_PAGES);
    struct page *page;
    pfn_t pfn;

    DEBUG_ASSERT(spin_is_mine(&b->lock));
    if (npages == 0 || npages > b->end_pfn - b->first_pfn)
        return NULL;
    if (taken <= PAGEBLOCK_PAGES)
        page = buddy_alloc(b, ilog2(taken), mobility);
    else
        page = take_pageblocks(b, taken >> BUDDY_MAX_ORDER, mobility);
    if (!page)
        return NULL;
    pfn = page_to_pfn(page);
    if (taken <= PAGEBLOCK_PAGES)
        make_singles(page, taken, PAGE_OWNED, mobility);
    buddy_free_range(b, pfn + npages, pfn + taken);
    return page;
}

/* Ranges */

/* The head of the free block that PFN is in, or NULL. */
static struct page *free_block_around(const struct buddy *b, pfn_t pfn)
{
    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        pfn_t start = align_down(pfn, 1UL << order);
        struct page *page;

        if (start < b->first_pfn)
            break;
        page = pfn_to_page(start);
        if (page->identity == PAGE_FREE)
            return page->order >= order ? page : NULL;
    }
    return NULL;
}

static pfn_t end_of_block(const struct page *page)
{
    return page_to_pfn(page) + (1UL << page->order);
}

static bool range_is_free(const struct buddy *b, pfn_t start, pfn_t end)
{
    while (start < end) {
        const struct page *page = free_block_around(b, start);

        if (!page)
            return false;
        start = end_of_block(page);
    }
    return true;
}

/* Take the free block PAGE as singles, and give back what is not in [START, END). */
static void take_part(struct buddy *b, struct page *page, pfn_t start, pfn_t end)
{
    pfn_t first = page_to_pfn(page), last = end_of_block(page);

    remove_block(b, page, page->order, buddy_pageblock_mobility(b, first));
    make_singles(page, last - first, PAGE_OWNED, MOBILITY_MOVABLE);
    if (first < start)
        buddy_free_range(b, first, start);
    if (end < last)
        buddy_free_range(b, end, last);
}

bool buddy_alloc_range(struct buddy *b, pfn_t start, pfn_t end)
{
    DEBUG_ASSERT(spin_is_mine(&b->lock));
    ASSERT(start >= b->first_pfn && end <= b->end_pfn);
    if (!range_is_free(b, start, end))
        return false;
    while (start < end) {
        struct page *page = free_block_around(b, start);
        pfn_t next = end_of_block(page);

        take_part(b, page, start, end);
        start = next;
    }
    return true;
}

size_t buddy_alloc_free(struct buddy *b, pfn_t start, pfn_t end, size_t n, struct list *list)
{
    size_t got = 0;

    DEBUG_ASSERT(spin_is_mine(&b->lock));
    ASSERT(start >= b->first_pfn && end <= b->end_pfn);
    while (start < end && got < n) {
        struct page *page = pfn_to_page(start);
        pfn_t next = start + 1, last;

        if (page->identity == PAGE_FREE) {
            next = end_of_block(page);
            last = min_u64(min_u64(next, end), start + (n - got));
            take_part(b, page, start, last);
            for (; start < last; start++, got++)
                list_insert_tail(list, &pfn_to_page(start)->link);
        }
        start = next;
    }
    return got;
}

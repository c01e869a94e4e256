/* SPDX-License-Identifier: MIT */
/*
 * page_range.c - ranges of frames: isolated, emptied, taken; the contiguous area.
 */
#include "kernel/mm/page_internal.h"
#include "lib/bitops.h"

static struct zone *zone_of_range(pfn_t start, pfn_t end)
{
    ASSERT(start < end && zone_of_pfn(start) == zone_of_pfn(end - 1));
    return &zones[zone_of_pfn(start)];
}

void page_alloc_isolate(pfn_t start, pfn_t end)
{
    struct zone *z = zone_of_range(start, end);

    buddy_lock(&z->buddy);
    buddy_isolate(&z->buddy, start, end);
    buddy_unlock(&z->buddy);
    zone_limit_hart_pages(z, false);
    page_alloc_drain();
}

void page_alloc_unisolate(pfn_t start, pfn_t end)
{
    struct zone *z = zone_of_range(start, end);
    bool more;

    buddy_lock(&z->buddy);
    buddy_unisolate(&z->buddy, start, end);
    more = z->buddy.nisolated;
    buddy_unlock(&z->buddy);
    zone_limit_hart_pages(z, !more);
}

bool page_alloc_take_range(pfn_t start, pfn_t end)
{
    struct zone *z = zone_of_range(start, end);
    bool taken;

    buddy_lock(&z->buddy);
    taken = buddy_alloc_range(&z->buddy, start, end);
    if (taken)
        z->nallocs += end - start;
    buddy_unlock(&z->buddy);
    if (taken)
        page_prepare_singles(pfn_to_page(start), end - start, 0, __builtin_return_address(0));
    return taken;
}

size_t page_alloc_take_free(pfn_t start, pfn_t end, size_t n, struct list *list)
{
    struct zone *z = zone_of_range(start, end);
    struct page *page;

    buddy_lock(&z->buddy);
    n = buddy_alloc_free(&z->buddy, start, end, n, list);
    z->nallocs += n;
    buddy_unlock(&z->buddy);
    list_for_each_entry(page, list, link)
        if (page->refcount == 0)
            page_prepare_singles(page, 1, 0, __builtin_return_address(0));
    return n;
}

/* The highest N consecutive pageblocks of Z that are free; 0: there are none. */
static pfn_t find_for_cma(const struct zone *z, size_t n)
{
    pfn_t pfn = align_down(z->buddy.end_pfn, PAGEBLOCK_PAGES);
    size_t run = 0;

    while (run < n && pfn >= z->buddy.first_pfn + PAGEBLOCK_PAGES) {
        const struct page *page = pfn_to_page(pfn -= PAGEBLOCK_PAGES);

        run = page->identity == PAGE_FREE && page->order == BUDDY_MAX_ORDER ? run + 1 : 0;
    }
    return run == n ? pfn : 0;
}

pfn_t page_alloc_reserve_cma(size_t npages)
{
    struct zone *z = &zones[ZONE_DMA32];
    size_t nblocks = div_round_up(npages, PAGEBLOCK_PAGES);
    pfn_t start;

    page_alloc_drain();
    buddy_lock(&z->buddy);
    start = find_for_cma(z, nblocks);
    if (start)
        buddy_set_mobility(&z->buddy, start, start + nblocks * PAGEBLOCK_PAGES, MOBILITY_CMA);
    buddy_unlock(&z->buddy);
    return start;
}

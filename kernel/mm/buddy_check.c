/* SPDX-License-Identifier: MIT */
/*
 * buddy_check.c - whether a buddy system is as buddy.h says.
 */
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"

static void check_block(const struct buddy *b, const struct page *page, unsigned order,
                        enum mobility m)
{
    pfn_t pfn = page_to_pfn(page), buddy = pfn ^ (1UL << order);

    ASSERT(page->identity == PAGE_FREE && page->order == order && page->mobility == m);
    ASSERT(is_aligned(pfn, 1UL << order));
    ASSERT(pfn >= b->first_pfn && pfn + (1UL << order) <= b->end_pfn);
    ASSERT(buddy_pageblock_mobility(b, pfn) == m);
    for (size_t i = 1; i < 1UL << order; i++)
        ASSERT(page[i].identity == PAGE_FREE_TAIL);
    if (order == BUDDY_MAX_ORDER || buddy < b->first_pfn || buddy + (1UL << order) > b->end_pfn)
        return;
    ASSERT(pfn_to_page(buddy)->identity != PAGE_FREE || pfn_to_page(buddy)->order != order);
}

void buddy_check(struct buddy *b)
{
    size_t on_lists = 0, heads = 0;

    DEBUG_ASSERT(spin_is_mine(&b->lock));
    for (unsigned m = 0; m < MOBILITIES; m++) {
        size_t nfree = 0;

        for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
            const struct buddy_area *area = &b->areas[order];
            const struct page *page;

            ASSERT(list_is_sound(&area->list[m]));
            ASSERT(list_length(&area->list[m]) == area->nblocks[m]);
            list_for_each_entry(page, &area->list[m], link)
                check_block(b, page, order, m);
            on_lists += area->nblocks[m];
            nfree += area->nblocks[m] << order;
        }
        ASSERT(nfree == b->nfree[m]);
    }
    for (pfn_t pfn = b->first_pfn; pfn < b->end_pfn; pfn++)
        heads += pfn_to_page(pfn)->identity == PAGE_FREE;
    ASSERT(heads == on_lists);
    ASSERT(buddy_pageblocks(b, MOBILITY_ISOLATED) == b->nisolated);
}

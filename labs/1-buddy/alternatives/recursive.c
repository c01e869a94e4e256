/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/buddy.c */
/* Merges by calling itself, and looks a range's blocks up from the smallest order. */

static void merge(struct buddy *b, struct page *page, unsigned order)
{
    pfn_t pfn = page_to_pfn(page), other = pfn ^ (1UL << order), low = pfn & other;
    enum mobility m = buddy_pageblock_mobility(b, pfn);
    bool inside = other >= b->first_pfn && other + (1UL << order) <= b->end_pfn;

    if (order == BUDDY_MAX_ORDER || !inside || pfn_to_page(other)->identity != PAGE_FREE
        || pfn_to_page(other)->order != order) {
        insert_block(b, page, order, m);
        return;
    }
    remove_block(b, pfn_to_page(other), order, m);
    pfn_to_page(other)->identity = page->identity = PAGE_FREE_TAIL;
    merge(b, pfn_to_page(low), order + 1);
}

static unsigned largest_order(pfn_t pfn, pfn_t end)
{
    unsigned order = 0;

    while (order < BUDDY_MAX_ORDER && is_aligned(pfn, 2UL << order)
           && pfn + (2UL << order) <= end)
        order++;
    return order;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 1: free memory lies about in single pages, and whoever wants
 * more searches all of it from the beginning for the first place that fits.
 */

static unsigned largest_order(pfn_t pfn, pfn_t end)
{
    (void)pfn, (void)end;
    return 0;
}

static void merge(struct buddy *b, struct page *page, unsigned order)
{
    enum mobility m = buddy_pageblock_mobility(b, page_to_pfn(page));

    for (size_t i = 0; i < 1UL << order; i++)
        insert_block(b, page + i, 0, m);
}

static struct page *take(struct buddy *b, const struct source *s, unsigned order)
{
    struct page *page = first_block(b, s);

    remove_block(b, page, s->order, s->mobility);
    for (size_t i = 1UL << order; i < 1UL << s->order; i++)
        insert_block(b, page + i, 0, s->mobility);
    page->identity = PAGE_OWNED;
    page->order = order;
    return page;
}

/* Whether page PFN is free and may serve a request that may use the area if CMA. */
static bool may_have(const struct buddy *b, pfn_t pfn, bool cma)
{
    enum page_identity is = pfn_to_page(pfn)->identity;
    enum mobility m = buddy_pageblock_mobility(b, pfn);

    return (is == PAGE_FREE || is == PAGE_FREE_TAIL) && m != MOBILITY_ISOLATED
           && (cma || m != MOBILITY_CMA);
}

/* The start of the free block that page PFN belongs to. */
static struct page *block_around(pfn_t pfn)
{
    unsigned order = 0;

    while (pfn_to_page(pfn)->identity == PAGE_FREE_TAIL)
        pfn &= ~(1UL << order++);
    return pfn_to_page(pfn);
}

/* Take [PFN, END), all of it free, out of the blocks that it lies in. */
static struct page *carve(struct buddy *b, pfn_t pfn, pfn_t end)
{
    struct page *first = pfn_to_page(pfn);

    while (pfn < end) {
        struct page *block = block_around(pfn);
        pfn_t start = page_to_pfn(block), stop = start + (1UL << block->order);
        enum mobility m = buddy_pageblock_mobility(b, start);

        remove_block(b, block, block->order, m);
        for (pfn_t p = start; p < stop; p++) {
            if (p < page_to_pfn(first) || p >= end)
                insert_block(b, pfn_to_page(p), 0, m);
            else
                pfn_to_page(p)->identity = PAGE_FREE_TAIL;
        }
        pfn = stop;
    }
    return first;
}

struct page *buddy_alloc(struct buddy *b, unsigned order, enum mobility mobility)
{
    pfn_t size = 1UL << order, run = 0, pfn = align_up(b->first_pfn, size);
    struct page *page;

    if (order > BUDDY_MAX_ORDER)
        return NULL;
    for (; pfn < b->end_pfn && run < size; pfn++) {
        if (is_aligned(pfn, size))
            run = 0;
        run += may_have(b, pfn, mobility == MOBILITY_MOVABLE);
    }
    if (run < size)
        return NULL;
    page = carve(b, pfn - size, pfn);
    page->identity = PAGE_OWNED;
    page->order = order;
    return page;
}

void buddy_free(struct buddy *b, struct page *page, unsigned order)
{
    merge(b, page, order);
}

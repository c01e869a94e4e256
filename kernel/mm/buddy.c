/* SPDX-License-Identifier: MIT */
/*
 * buddy.c - the binary buddy system, sorted by mobility.
 *
 * Allocating looks up the orders for the first list with a block, then halves
 * that block on the way back down.  Freeing merges while the buddy -- the block
 * whose pfn differs in exactly one bit -- is free and of the same size.  Both
 * touch one struct page per order.
 *
 * When a mobility has no block left it turns to the other one:
 *
 *   unmovable  takes the pageblock of the largest movable block and relabels it.
 *              One page that cannot move already spoils the pageblock for large
 *              requests; let the next ones come from there too.
 *   movable    relabels a pageblock only if at least half of it is one free
 *              block; else it borrows the smallest block that fits.  Movable
 *              pages spoil nothing, they can leave again.
 *
 * Movable pages live in the contiguous area, too: when they have no block elsewhere,
 * and already when more than half of what is free is there (Linux's rule).  Else the
 * rest would be used up first, and those who may not use the area would find nothing
 * while it lies idle.
 *
 * Relies on: struct page, list.h; every call but the init is made with the lock.
 */
#include "kernel/mm/buddy_impl.h"
#include "lib/bitops.h"

const char *const mobility_names[MOBILITIES] = {
    [MOBILITY_UNMOVABLE] = "Unmovable",
    [MOBILITY_MOVABLE] = "Movable",
    [MOBILITY_CMA] = "CMA",
    [MOBILITY_ISOLATED] = "Isolate",
};

/* A label: the mobility, and above it the one to go back to from ISOLATED. */
#define LABEL_MASK 0x0f
#define LABEL_SAVED_SHIFT 4

static pfn_t pageblock_of(pfn_t pfn)
{
    return align_down(pfn, PAGEBLOCK_PAGES);
}

static uint8_t *label_of(const struct buddy *b, pfn_t pfn)
{
    return &b->labels[(pfn >> BUDDY_MAX_ORDER) - (b->first_pfn >> BUDDY_MAX_ORDER)];
}

size_t buddy_labels_size(pfn_t first_pfn, pfn_t end_pfn)
{
    pfn_t end = align_up(end_pfn, PAGEBLOCK_PAGES);

    if (first_pfn == end_pfn)
        return 0;
    return (end - pageblock_of(first_pfn)) >> BUDDY_MAX_ORDER;
}

void buddy_init(struct buddy *b, pfn_t first_pfn, pfn_t end_pfn, uint8_t *labels)
{
    *b = (struct buddy){ .first_pfn = first_pfn, .end_pfn = end_pfn, .labels = labels };
    spin_init(&b->lock, RANK_ZONE, "zone");
    for (unsigned order = 0; order < BUDDY_ORDERS; order++)
        for (unsigned m = 0; m < MOBILITIES; m++)
            list_init(&b->areas[order].list[m]);
    for (size_t i = 0; i < buddy_labels_size(first_pfn, end_pfn); i++)
        labels[i] = MOBILITY_MOVABLE;
}

enum mobility buddy_pageblock_mobility(const struct buddy *b, pfn_t pfn)
{
    return *label_of(b, pfn) & LABEL_MASK;
}

size_t buddy_pageblocks(const struct buddy *b, enum mobility m)
{
    size_t n = 0;

    for (size_t i = 0; i < buddy_labels_size(b->first_pfn, b->end_pfn); i++)
        n += (b->labels[i] & LABEL_MASK) == m;
    return n;
}

/* Blocks on and off the lists */

static void insert_block(struct buddy *b, struct page *page, unsigned order, enum mobility m)
{
    page->identity = PAGE_FREE;
    page->order = order;
    page->mobility = m;
    list_insert_head(&b->areas[order].list[m], &page->link);
    b->areas[order].nblocks[m]++;
    b->nfree[m] += 1UL << order;
}

/* Move the free blocks of PFN's pageblock to the lists of mobility TO and label it so. */
static void relabel(struct buddy *b, pfn_t pfn, enum mobility to)
{
    enum mobility from = buddy_pageblock_mobility(b, pfn);
    pfn_t start = max_u64(pageblock_of(pfn), b->first_pfn);
    pfn_t end = min_u64(pageblock_of(pfn) + PAGEBLOCK_PAGES, b->end_pfn);

    while (start < end) {
        struct page *page = pfn_to_page(start);

        if (page->identity != PAGE_FREE) {
            start++;
            continue;
        }
        remove_block(b, page, page->order, from);
        insert_block(b, page, page->order, to);
        start += 1UL << page->order;
    }
    *label_of(b, pfn) = to;
}

/* Finding a block */

struct source {
    unsigned order;
    enum mobility mobility;
};

static bool find_smallest(const struct buddy *b, unsigned order, enum mobility m,
                          struct source *s)
{
    for (unsigned k = order; k < BUDDY_ORDERS; k++) {
        if (list_is_empty(&b->areas[k].list[m]))
            continue;
        *s = (struct source){ k, m };
        return true;
    }
    return false;
}

static bool find_largest(const struct buddy *b, unsigned order, enum mobility m,
                         struct source *s)
{
    for (unsigned k = BUDDY_ORDERS; k-- > order;) {
        if (list_is_empty(&b->areas[k].list[m]))
            continue;
        *s = (struct source){ k, m };
        return true;
    }
    return false;
}

static struct page *first_block(const struct buddy *b, const struct source *s)
{
    return list_first_entry(&b->areas[s->order].list[s->mobility], struct page, link);
}

/* Serve a request for mobility M from the other one's pageblocks. */
static bool find_elsewhere(struct buddy *b, unsigned order, enum mobility m, struct source *s)
{
    enum mobility other = m == MOBILITY_MOVABLE ? MOBILITY_UNMOVABLE : MOBILITY_MOVABLE;

    if (!find_largest(b, order, other, s))
        return false;
    if (m == MOBILITY_MOVABLE && s->order < BUDDY_MAX_ORDER - 1)
        return find_smallest(b, order, other, s);
    relabel(b, page_to_pfn(first_block(b, s)), m);
    return find_smallest(b, order, m, s);
}

static bool most_is_in_the_area(const struct buddy *b)
{
    return b->nfree[MOBILITY_CMA] > buddy_nfree(b, false);
}

static bool find_source(struct buddy *b, unsigned order, enum mobility m, struct source *s)
{
    bool cma = m == MOBILITY_MOVABLE;

    if (cma && most_is_in_the_area(b) && find_smallest(b, order, MOBILITY_CMA, s))
        return true;
    if (find_smallest(b, order, m, s))
        return true;
    if (cma && find_smallest(b, order, MOBILITY_CMA, s))
        return true;
    return find_elsewhere(b, order, m, s);
}

/* Take the block that S names off its list and give back what exceeds ORDER. */
static struct page *take(struct buddy *b, const struct source *s, unsigned order)
{
    struct page *page = first_block(b, s);

    remove_block(b, page, s->order, s->mobility);
    for (unsigned k = s->order; k-- > order;)
        insert_block(b, page + (1UL << k), k, s->mobility);
    page->identity = PAGE_OWNED;
    page->order = order;
    return page;
}

/* Allocating */

struct page *buddy_alloc(struct buddy *b, unsigned order, enum mobility mobility)
{
    struct source s;

    DEBUG_ASSERT(spin_is_mine(&b->lock));
    if (order > BUDDY_MAX_ORDER || !find_source(b, order, mobility, &s))
        return NULL;
    return take(b, &s, order);
}

size_t buddy_alloc_singles(struct buddy *b, size_t n, enum mobility mobility,
                           struct list *list)
{
    struct source s;
    size_t got = 0;

    DEBUG_ASSERT(spin_is_mine(&b->lock));
    while (got < n && find_source(b, 0, mobility, &s)) {
        unsigned order = MIN(s.order, ilog2(n - got));
        struct page *page = take(b, &s, order);

        make_singles(page, 1UL << order, PAGE_PCP, mobility);
        for (struct page *end = page + (1UL << order); page < end; page++)
            list_insert_tail(list, &page->link);
        got += 1UL << order;
    }
    return got;
}

/* Freeing */

static void merge(struct buddy *b, struct page *page, unsigned order)
{
    pfn_t pfn = page_to_pfn(page);
    enum mobility m = buddy_pageblock_mobility(b, pfn);

    while (order < BUDDY_MAX_ORDER) {
        pfn_t size = 1UL << order, buddy_pfn = pfn ^ size;
        struct page *buddy = pfn & size ? page - size : page + size;

        if (buddy_pfn < b->first_pfn || buddy_pfn + size > b->end_pfn)
            break;
        if (buddy->identity != PAGE_FREE || buddy->order != order)
            break;
        remove_block(b, buddy, order, m);
        page->identity = PAGE_FREE_TAIL;
        buddy->identity = PAGE_FREE_TAIL;
        page = pfn & size ? buddy : page;
        pfn &= ~size;
        order++;
    }
    insert_block(b, page, order, m);
}

__attribute__((noreturn, cold))
static void bad_free(const struct page *page, unsigned order)
{
    pfn_t pfn = page_to_pfn(page);

    switch (page->identity) {
    case PAGE_FREE:
        panic("double free of page %lx (order %u): it is free already", pfn, order);
    case PAGE_FREE_TAIL:
        panic("page %lx (order %u) freed: it is free already, or not the first of its block", pfn,
              order);
    case PAGE_OWNED:
    case PAGE_PCP:
        panic("page %lx freed with order %u, allocated with %u", pfn, order, page->order);
    default:
        panic("page %lx (order %u) freed while it is %s", pfn, order,
              page_identity_names[page->identity]);
    }
}

void buddy_free(struct buddy *b, struct page *page, unsigned order)
{
    pfn_t pfn = page_to_pfn(page);

    DEBUG_ASSERT(spin_is_mine(&b->lock));
    if (order > BUDDY_MAX_ORDER || !is_aligned(pfn, 1UL << order))
        panic("page %lx freed with order %u: not the start of such a block", pfn, order);
    if (pfn < b->first_pfn || pfn + (1UL << order) > b->end_pfn)
        panic("page %lx (order %u) freed into a zone it is not in", pfn, order);
    if ((page->identity != PAGE_OWNED && page->identity != PAGE_PCP) || page->order != order)
        bad_free(page, order);
    merge(b, page, order);
}

static bool is_single(const struct page *page)
{
    return (page->identity == PAGE_PCP || page->identity == PAGE_OWNED
            || page->identity == PAGE_RESERVED) && page->order == 0;
}

/* The order of the largest block that starts at PFN and ends by END. */
static unsigned largest_order(pfn_t pfn, pfn_t end)
{
    unsigned order = MIN(ctz64(pfn), (unsigned)BUDDY_MAX_ORDER);

    while (pfn + (1UL << order) > end)
        order--;
    return order;
}

void buddy_free_marked(struct buddy *b, pfn_t start, pfn_t end)
{
    DEBUG_ASSERT(spin_is_mine(&b->lock));
    ASSERT(start >= b->first_pfn && end <= b->end_pfn);
    while (start < end) {
        unsigned order = largest_order(start, end);

        merge(b, pfn_to_page(start), order);
        start += 1UL << order;
    }
}

void buddy_free_range(struct buddy *b, pfn_t start, pfn_t end)
{
    ASSERT(start >= b->first_pfn && end <= b->end_pfn);
    for (pfn_t pfn = start; pfn < end; pfn++) {
        struct page *page = pfn_to_page(pfn);

        if (!is_single(page))
            bad_free(page, 0);
        page->identity = PAGE_FREE_TAIL;
    }
    buddy_free_marked(b, start, end);
}

/* Labels */

static void check_pageblocks(const struct buddy *b, pfn_t start, pfn_t end)
{
    DEBUG_ASSERT(spin_is_mine(&b->lock));
    ASSERT(start < end && start >= pageblock_of(b->first_pfn)
           && end <= align_up(b->end_pfn, PAGEBLOCK_PAGES));
    ASSERT(is_aligned(start, PAGEBLOCK_PAGES) && is_aligned(end, PAGEBLOCK_PAGES));
}

void buddy_set_mobility(struct buddy *b, pfn_t start, pfn_t end, enum mobility mobility)
{
    check_pageblocks(b, start, end);
    ASSERT(mobility < MOBILITY_ISOLATED);
    for (; start < end; start += PAGEBLOCK_PAGES) {
        ASSERT(buddy_pageblock_mobility(b, start) != MOBILITY_ISOLATED);
        relabel(b, start, mobility);
    }
}

void buddy_isolate(struct buddy *b, pfn_t start, pfn_t end)
{
    check_pageblocks(b, start, end);
    for (; start < end; start += PAGEBLOCK_PAGES) {
        enum mobility old = buddy_pageblock_mobility(b, start);

        ASSERT(old != MOBILITY_ISOLATED);
        relabel(b, start, MOBILITY_ISOLATED);
        *label_of(b, start) |= old << LABEL_SAVED_SHIFT;
        b->nisolated++;
    }
}

void buddy_unisolate(struct buddy *b, pfn_t start, pfn_t end)
{
    check_pageblocks(b, start, end);
    for (; start < end; start += PAGEBLOCK_PAGES) {
        ASSERT(buddy_pageblock_mobility(b, start) == MOBILITY_ISOLATED);
        relabel(b, start, *label_of(b, start) >> LABEL_SAVED_SHIFT);
        b->nisolated--;
    }
}

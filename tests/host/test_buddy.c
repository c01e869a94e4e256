// sources: kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_buddy.c - the buddy system against a map of who owns each page.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define MAX_PAGES 16384
#define MAX_BLOCKS 4096

static struct buddy b;
static uint8_t labels[64];
static pfn_t first;
static size_t npages;
static struct rand rng;

/* The model: for each page the number of the block that owns it, 0 if free. */
static uint16_t owner[MAX_PAGES];
static struct block {
    struct page *page;
    unsigned order;
} blocks[MAX_BLOCKS];
static size_t nblocks;

static void make(pfn_t first_pfn, size_t n)
{
    first = first_pfn;
    npages = n;
    nblocks = 0;
    memset(owner, 0, sizeof(owner));
    rand_seed(&rng, first_pfn ^ n);
    shim_ram_create(first_pfn, n);
    buddy_init(&b, first_pfn, first_pfn + n, labels);
    buddy_lock(&b);
}

static void make_full(pfn_t first_pfn, size_t n)
{
    make(first_pfn, n);
    buddy_free_range(&b, first_pfn, first_pfn + n);
    buddy_check(&b);
}

static void unmake(void)
{
    buddy_check(&b);
    buddy_unlock(&b);
    cr_assert_eq(shim_locks_held(), 0);
    shim_ram_destroy();
}

static size_t total_free(void)
{
    return buddy_nfree(&b, true) + b.nfree[MOBILITY_ISOLATED];
}

/* Blocks of each order, whatever their mobility. */
static void count_orders(size_t n[BUDDY_ORDERS])
{
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        n[k] = 0;
        for (unsigned m = 0; m < MOBILITIES; m++)
            n[k] += b.areas[k].nblocks[m];
    }
}

static void claim(struct page *page, unsigned order)
{
    size_t index = page_to_pfn(page) - first;

    cr_assert(is_aligned(page_to_pfn(page), 1UL << order), "block of order %u misaligned", order);
    cr_assert_leq(index + (1UL << order), npages, "block reaches beyond memory");
    for (size_t i = 0; i < 1UL << order; i++) {
        cr_assert_eq(owner[index + i], 0, "page handed out twice");
        owner[index + i] = 1;
    }
    cr_assert_eq(page->identity, PAGE_OWNED);
    cr_assert_eq(page->order, order);
}

static void disown(struct page *page, unsigned order)
{
    size_t index = page_to_pfn(page) - first;

    for (size_t i = 0; i < 1UL << order; i++) {
        cr_assert_eq(owner[index + i], 1);
        owner[index + i] = 0;
    }
}

/* The smallest order that M's own lists can serve ORDER from; BUDDY_ORDERS if none. */
static unsigned best_fit(unsigned order, enum mobility m)
{
    while (order < BUDDY_ORDERS && b.areas[order].nblocks[m] == 0)
        order++;
    return order;
}

static bool step_alloc(unsigned order, enum mobility m)
{
    static struct page before_pages[MAX_PAGES];
    static struct buddy before;
    unsigned fit = best_fit(order, m);
    struct page *page;

    before = b;
    memcpy(before_pages, frames.pages, npages * sizeof(struct page));
    page = buddy_alloc(&b, order, m);
    if (!page) {
        cr_assert_eq(memcmp(&before, &b, sizeof(b)), 0, "failure changed the lists");
        cr_assert_eq(memcmp(before_pages, frames.pages, npages * sizeof(struct page)), 0,
                     "failure changed a page");
        return false;
    }
    claim(page, order);
    if (fit < BUDDY_ORDERS)
        for (unsigned k = order; k <= fit; k++)
            cr_assert_eq(b.areas[k].nblocks[m] - before.areas[k].nblocks[m],
                         fit == order || k == fit ? (size_t)-1 : 1,
                         "order %u not served from the smallest block", order);
    blocks[nblocks++] = (struct block){ page, order };
    return true;
}

static void step_free(size_t i)
{
    struct block block = blocks[i];

    disown(block.page, block.order);
    buddy_free(&b, block.page, block.order);
    blocks[i] = blocks[--nblocks];
}

/* No block of ORDER may be left anywhere that M could have had. */
static void check_refusal(unsigned order)
{
    for (unsigned k = order; k < BUDDY_ORDERS; k++)
        cr_assert_eq(b.areas[k].nblocks[MOBILITY_UNMOVABLE]
                     + b.areas[k].nblocks[MOBILITY_MOVABLE], 0,
                     "order %u refused although there is a block of order %u", order, k);
}

static void random_steps(size_t n, size_t check_every)
{
    for (size_t i = 0; i < n; i++) {
        bool grow = rand_below(&rng, 4096) < 2048 + 1500 * ((i / 700) % 2 ? 1 : -1);

        if (nblocks == 0 || (grow && nblocks < MAX_BLOCKS)) {
            unsigned order = rand_below(&rng, 5) ? rand_below(&rng, 4)
                                                 : rand_below(&rng, BUDDY_ORDERS);

            if (!step_alloc(order, rand_below(&rng, 2)))
                check_refusal(order);
        } else {
            step_free(rand_below(&rng, nblocks));
        }
        if (i % check_every == 0)
            buddy_check(&b);
    }
}

static void free_everything(void)
{
    while (nblocks)
        step_free(nblocks - 1);
}

Test(buddy, random_against_ownership_map, .timeout = 120)
{
    size_t start[BUDDY_ORDERS], end[BUDDY_ORDERS];

    make_full(0x80000, 3000);
    count_orders(start);
    random_steps(200000, 1000);
    free_everything();
    count_orders(end);
    cr_assert_eq(memcmp(start, end, sizeof(start)), 0, "memory did not coalesce completely");
    cr_assert_eq(total_free(), npages);
    unmake();
}

Test(buddy, odd_sizes_and_places, .timeout = 120)
{
    static const struct { pfn_t first; size_t n; } shapes[] = {
        { 0x80000, 1 }, { 0x80001, 1 }, { 0x80001, 2 }, { 0x803ff, 2 }, { 0x80007, 1023 },
        { 0x80000, 1024 }, { 0x80001, 1024 }, { 0x80200, 2560 }, { 0x80123, 4567 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        size_t start[BUDDY_ORDERS], end[BUDDY_ORDERS];

        make_full(shapes[i].first, shapes[i].n);
        cr_assert_eq(total_free(), shapes[i].n);
        count_orders(start);
        random_steps(5000, 50);
        free_everything();
        count_orders(end);
        cr_assert_eq(memcmp(start, end, sizeof(start)), 0, "shape %zu did not coalesce", i);
        unmake();
    }
}

Test(buddy, holes_stay_unused)
{
    make(0x80000, 4096);
    for (pfn_t pfn = first; pfn < first + npages; pfn += 64)
        buddy_free_range(&b, pfn + 3, pfn + 61);
    for (size_t i = 0; i < npages; i++)
        owner[i] = i % 64 < 3 || i % 64 >= 61 ? 9 : 0;
    buddy_check(&b);
    random_steps(20000, 200);
    free_everything();
    cr_assert_eq(total_free(), 58 * (npages / 64));
    cr_assert_null(buddy_alloc(&b, 6, MOBILITY_MOVABLE));
    unmake();
}

Test(buddy, every_page_can_be_had)
{
    size_t n = 0;

    make_full(0x80005, 4000);
    for (; step_alloc(0, n % 2); n++)
        cr_assert_lt(n, npages);
    cr_assert_eq(n, npages);
    cr_assert_eq(total_free(), 0);
    free_everything();
    cr_assert_null(buddy_alloc(&b, BUDDY_MAX_ORDER + 1, MOBILITY_MOVABLE));
    unmake();
}

Test(buddy, unmovable_pages_keep_together)
{
    struct page *page[1500];

    make_full(0x80000, 8 * PAGEBLOCK_PAGES);
    for (size_t i = 0; i < ARRAY_SIZE(page); i++) {
        page[i] = buddy_alloc(&b, 0, MOBILITY_UNMOVABLE);
        cr_assert_not_null(buddy_alloc(&b, 0, MOBILITY_MOVABLE));
    }
    for (size_t i = 0; i < ARRAY_SIZE(page); i++)
        cr_assert_eq(buddy_pageblock_mobility(&b, page_to_pfn(page[i])), MOBILITY_UNMOVABLE);
    cr_assert_eq(buddy_pageblocks(&b, MOBILITY_UNMOVABLE), 2);
    buddy_check(&b);
    unmake();
}

Test(buddy, movable_borrows_but_does_not_spoil)
{
    struct page *page;

    make_full(0x80000, PAGEBLOCK_PAGES);
    cr_assert_not_null(buddy_alloc(&b, BUDDY_MAX_ORDER - 1, MOBILITY_UNMOVABLE));
    cr_assert_not_null(buddy_alloc(&b, BUDDY_MAX_ORDER - 2, MOBILITY_UNMOVABLE));
    page = buddy_alloc(&b, 0, MOBILITY_MOVABLE);
    cr_assert_eq(buddy_pageblock_mobility(&b, page_to_pfn(page)), MOBILITY_UNMOVABLE);
    buddy_free(&b, page, 0);
    buddy_check(&b);
    unmake();
}

Test(buddy, movable_takes_over_an_empty_pageblock)
{
    struct page *page;

    make_full(0x80000, PAGEBLOCK_PAGES);
    buddy_set_mobility(&b, first, first + npages, MOBILITY_UNMOVABLE);
    page = buddy_alloc(&b, 3, MOBILITY_MOVABLE);
    cr_assert_eq(buddy_pageblock_mobility(&b, page_to_pfn(page)), MOBILITY_MOVABLE);
    unmake();
}

Test(buddy, contiguous_area_is_only_lent)
{
    struct list list = LIST_INIT(list);

    make_full(0x80000, 2 * PAGEBLOCK_PAGES);
    buddy_set_mobility(&b, first, first + PAGEBLOCK_PAGES, MOBILITY_CMA);
    buddy_check(&b);
    cr_assert_eq(buddy_nfree(&b, false), PAGEBLOCK_PAGES);
    cr_assert_eq(buddy_nfree(&b, true), 2 * PAGEBLOCK_PAGES);
    cr_assert_not_null(buddy_alloc(&b, BUDDY_MAX_ORDER, MOBILITY_UNMOVABLE));
    cr_assert_null(buddy_alloc(&b, 0, MOBILITY_UNMOVABLE));
    cr_assert_null(buddy_alloc_run(&b, 4, MOBILITY_UNMOVABLE));
    cr_assert_eq(page_to_pfn(buddy_alloc(&b, 5, MOBILITY_MOVABLE)), first);
    cr_assert_eq(buddy_alloc_singles(&b, 7, MOBILITY_UNMOVABLE, &list), 0);
    cr_assert_eq(buddy_alloc_singles(&b, 7, MOBILITY_MOVABLE, &list), 7);
    cr_assert_eq(list_first_entry(&list, struct page, link)->mobility, MOBILITY_MOVABLE,
                 "a page that is lent goes to the list of movable ones");
    buddy_check(&b);
    unmake();
}

/* Which is used first is decided anew for each block: the one of which more is free. */
Test(buddy, contiguous_area_and_the_rest_are_used_evenly)
{
    size_t area = 0;

    make_full(0x80000, 4 * PAGEBLOCK_PAGES);
    buddy_set_mobility(&b, first, first + 2 * PAGEBLOCK_PAGES, MOBILITY_CMA);
    for (size_t n = 1; n <= 4 * PAGEBLOCK_PAGES; n++) {
        area += page_to_pfn(buddy_alloc(&b, 0, MOBILITY_MOVABLE)) < first + 2 * PAGEBLOCK_PAGES;
        cr_assert(area >= n / 2 && area <= n / 2 + 1, "%zu of %zu are in the area", area, n);
    }
    cr_assert_null(buddy_alloc(&b, 0, MOBILITY_MOVABLE));
    buddy_check(&b);
    unmake();
}

/* Ranges are taken exactly, or not at all; the model says what is free. */
static bool model_is_free(pfn_t start, pfn_t end)
{
    for (pfn_t pfn = start; pfn < end; pfn++)
        if (owner[pfn - first])
            return false;
    return true;
}

static void own_range(pfn_t start, pfn_t end, uint16_t value)
{
    for (pfn_t pfn = start; pfn < end; pfn++) {
        cr_assert_neq(owner[pfn - first], value);
        owner[pfn - first] = value;
    }
}

static void step_range(void)
{
    pfn_t start = first + rand_below(&rng, npages);
    pfn_t end = start + 1 + rand_below(&rng, MIN(npages - (start - first), 1500UL));
    size_t nfree = total_free();
    bool taken = buddy_alloc_range(&b, start, end);

    cr_assert_eq(taken, model_is_free(start, end));
    cr_assert_eq(total_free(), nfree - (taken ? end - start : 0));
    if (!taken)
        return;
    own_range(start, end, 1);
    for (pfn_t pfn = start; pfn < end; pfn++)
        cr_assert(pfn_to_page(pfn)->identity == PAGE_OWNED && pfn_to_page(pfn)->order == 0);
    if (rand_one_in(&rng, 3))
        return;
    buddy_free_range(&b, start, end);
    own_range(start, end, 0);
}

static void step_free_pages(void)
{
    pfn_t start = first + rand_below(&rng, npages), at = start;
    pfn_t end = start + 1 + rand_below(&rng, npages - (start - first));
    size_t n = rand_below(&rng, 64), got, expected = 0;
    struct list list = LIST_INIT(list);

    /* Blocks that begin before the range count as little as those that are owned. */
    while (at < end) {
        const struct page *page = pfn_to_page(at);

        expected += page->identity == PAGE_FREE ? MIN(1UL << page->order, end - at) : 0;
        at += page->identity == PAGE_FREE ? 1UL << page->order : 1;
    }
    got = buddy_alloc_free(&b, start, end, n, &list);
    cr_assert_eq(list_length(&list), got);
    cr_assert_eq(got, MIN(n, expected));
    while (!list_is_empty(&list)) {
        struct page *page = list_entry(list_pop_head(&list), struct page, link);
        pfn_t pfn = page_to_pfn(page);

        cr_assert(pfn >= start && pfn < end && page->order == 0 && !owner[pfn - first]);
        buddy_free(&b, page, 0);
    }
}

Test(buddy, ranges_against_ownership_map, .timeout = 120)
{
    static const enum mobility labels_of[] = { MOBILITY_CMA, MOBILITY_UNMOVABLE, MOBILITY_MOVABLE };

    make_full(0x80321, 5 * PAGEBLOCK_PAGES + 77);
    buddy_set_mobility(&b, 0x80400, 0x80c00, MOBILITY_CMA);
    for (unsigned i = 0; i < 3000; i++) {
        pfn_t block = align_up(first, PAGEBLOCK_PAGES) + rand_below(&rng, 4) * PAGEBLOCK_PAGES;

        step_range();
        step_free_pages();
        if (rand_one_in(&rng, 4))
            buddy_set_mobility(&b, block, block + PAGEBLOCK_PAGES,
                               labels_of[rand_below(&rng, 3)]);
        if (rand_one_in(&rng, 3))
            for (pfn_t pfn = first; pfn < first + npages; pfn++)
                if (owner[pfn - first] && rand_one_in(&rng, 2)) {
                    buddy_free(&b, pfn_to_page(pfn), 0);
                    owner[pfn - first] = 0;
                }
        if (i % 20 == 0)
            buddy_check(&b);
    }
    unmake();
}

Test(buddy, isolated_pages_are_out_of_reach)
{
    struct page *page;

    make_full(0x80000, 2 * PAGEBLOCK_PAGES);
    page = buddy_alloc(&b, 4, MOBILITY_UNMOVABLE);
    cr_assert_eq(page_to_pfn(page), first + PAGEBLOCK_PAGES, "the newest block comes first");
    buddy_isolate(&b, first + PAGEBLOCK_PAGES, first + 2 * PAGEBLOCK_PAGES);
    buddy_check(&b);
    buddy_free(&b, page, 4);
    buddy_check(&b);
    cr_assert_eq(b.nfree[MOBILITY_ISOLATED], PAGEBLOCK_PAGES);
    cr_assert_not_null(buddy_alloc(&b, BUDDY_MAX_ORDER, MOBILITY_MOVABLE));
    cr_assert_null(buddy_alloc(&b, 0, MOBILITY_MOVABLE));
    cr_assert_null(buddy_alloc(&b, 0, MOBILITY_UNMOVABLE));
    buddy_unisolate(&b, first + PAGEBLOCK_PAGES, first + 2 * PAGEBLOCK_PAGES);
    cr_assert_eq(buddy_pageblock_mobility(&b, first + PAGEBLOCK_PAGES), MOBILITY_UNMOVABLE);
    cr_assert_not_null(buddy_alloc(&b, BUDDY_MAX_ORDER, MOBILITY_UNMOVABLE));
    unmake();
}

Test(buddy, singles_ascend_and_are_single)
{
    struct list list = LIST_INIT(list);
    struct page *page;
    pfn_t last = 0;
    size_t n = 0;

    make_full(0x80000, PAGEBLOCK_PAGES);
    cr_assert_eq(buddy_alloc_singles(&b, 100, MOBILITY_MOVABLE, &list), 100);
    list_for_each_entry(page, &list, link) {
        cr_assert_eq(page->identity, PAGE_PCP);
        page->identity = PAGE_OWNED;
        claim(page, 0);
        cr_assert_eq(page->mobility, MOBILITY_MOVABLE);
        n++;
    }
    cr_assert_eq(n, 100);
    buddy_check(&b);
    while (!list_is_empty(&list)) {
        page = list_first_entry(&list, struct page, link);
        cr_assert(n > 96 || page_to_pfn(page) != last + 1 || last);
        last = page_to_pfn(page);
        list_remove(&page->link);
        buddy_free(&b, page, 0);
    }
    cr_assert_eq(b.areas[BUDDY_MAX_ORDER].nblocks[MOBILITY_MOVABLE], 1);
    cr_assert_eq(buddy_alloc_singles(&b, 2000, MOBILITY_UNMOVABLE, &list), PAGEBLOCK_PAGES);
    unmake();
}

Test(buddy, runs_of_any_length)
{
    make_full(0x80000, 12 * PAGEBLOCK_PAGES + 77);
    for (size_t round = 0; round < 300; round++) {
        size_t n = 1 + rand_below(&rng, round % 3 ? 3000 : 40);
        size_t nfree = total_free();
        struct page *page = buddy_alloc_run(&b, n, rand_below(&rng, 2));

        buddy_check(&b);
        if (!page)
            continue;
        cr_assert_eq(total_free(), nfree - n);
        for (size_t i = 0; i < n; i++)
            claim(page + i, 0);
        for (size_t i = 0; i < n; i++) {
            disown(page + i, 0);
            buddy_free(&b, page + i, 0);
        }
    }
    cr_assert_null(buddy_alloc_run(&b, 0, MOBILITY_MOVABLE));
    cr_assert_null(buddy_alloc_run(&b, 12 * PAGEBLOCK_PAGES + 1, MOBILITY_MOVABLE));
    cr_assert_not_null(buddy_alloc_run(&b, 12 * PAGEBLOCK_PAGES, MOBILITY_MOVABLE));
    unmake();
}

Test(buddy, pages_of_two_systems_do_not_merge)
{
    static struct buddy upper;
    static uint8_t upper_labels[4];

    shim_ram_create(0x80000, 1024);
    buddy_init(&b, 0x80000, 0x80200, labels);
    buddy_init(&upper, 0x80200, 0x80400, upper_labels);
    buddy_lock(&b);
    buddy_free_range(&b, 0x80000, 0x80200);
    buddy_unlock(&b);
    buddy_lock(&upper);
    buddy_free_range(&upper, 0x80200, 0x80400);
    buddy_check(&upper);
    buddy_unlock(&upper);
    buddy_lock(&b);
    buddy_check(&b);
    cr_assert_eq(b.areas[9].nblocks[MOBILITY_MOVABLE], 1);
    cr_assert_null(buddy_alloc(&b, 10, MOBILITY_MOVABLE));
    buddy_unlock(&b);
    shim_ram_destroy();
}

/* Deaths that must happen */

static struct page *one_block(unsigned order)
{
    cr_redirect_stderr();
    make_full(0x80000, PAGEBLOCK_PAGES);
    return buddy_alloc(&b, order, MOBILITY_MOVABLE);
}

Test(buddy_death, double_free, .signal = SIGABRT)
{
    struct page *page = one_block(2);

    buddy_free(&b, page, 2);
    buddy_free(&b, page, 2);
}

Test(buddy_death, double_free_of_a_merged_page, .signal = SIGABRT)
{
    struct page *page = one_block(0);
    struct page *next = buddy_alloc(&b, 0, MOBILITY_MOVABLE);

    buddy_free(&b, page, 0);
    buddy_free(&b, next, 0);
    buddy_free(&b, next, 0);
}

Test(buddy_death, wrong_order, .signal = SIGABRT)
{
    buddy_free(&b, one_block(3), 2);
}

Test(buddy_death, larger_order, .signal = SIGABRT)
{
    buddy_free(&b, one_block(2), 3);
}

Test(buddy_death, misaligned, .signal = SIGABRT)
{
    struct page *page = one_block(3);

    page[1].identity = PAGE_OWNED;
    page[1].order = 3;
    buddy_free(&b, page + 1, 3);
}

Test(buddy_death, middle_of_a_block, .signal = SIGABRT)
{
    buddy_free(&b, one_block(3) + 1, 0);
}

Test(buddy_death, still_in_use, .signal = SIGABRT)
{
    struct page *page = one_block(0);

    page_set_identity(page, PAGE_SLAB);
    buddy_free(&b, page, 0);
}

Test(buddy_death, range_given_twice, .signal = SIGABRT)
{
    one_block(0);
    buddy_free_range(&b, first, first + 8);
}

Test(buddy_death, without_the_lock, .signal = SIGABRT)
{
    struct page *page = one_block(0);

    buddy_unlock(&b);
    buddy_free(&b, page, 0);
}

Test(buddy_death, illegal_identity, .signal = SIGABRT)
{
    struct page *page = one_block(0);

    page_set_identity(page, PAGE_SLAB);
    page_set_identity(page, PAGE_ANON);
}

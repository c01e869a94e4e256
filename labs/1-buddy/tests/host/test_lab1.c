// sources: kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_lab1.c - the buddy system, step by step.
 *
 * Each test is one line of the table of points.  They look at the lists from
 * outside: which blocks lie on them, not which of several right ones you chose.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "tests/host/shim.h"

#define START 0x80000           /* a multiple of every block's size */

static struct buddy b;
static uint8_t labels[16];

/* An empty system over N pages from FIRST on. */
static void make(pfn_t first, size_t n)
{
    shim_ram_create(first, n);
    buddy_init(&b, first, first + n, labels);
    buddy_lock(&b);
}

static void unmake(void)
{
    buddy_check(&b);
    buddy_unlock(&b);
    shim_ram_destroy();
}

static size_t blocks(unsigned order)
{
    return b.areas[order].nblocks[MOBILITY_MOVABLE];
}

/* The lists hold exactly one block of each order whose bit is set in ORDERS, and no other. */
static void expect_one_of_each(unsigned orders)
{
    for (unsigned k = 0; k < BUDDY_ORDERS; k++)
        cr_expect_eq(blocks(k), orders >> k & 1, "order %u: %zu blocks, not %u", k, blocks(k),
                     orders >> k & 1);
}

static struct page *alloc(unsigned order)
{
    struct page *page = buddy_alloc(&b, order, MOBILITY_MOVABLE);

    cr_assert_not_null(page, "no block of order %u", order);
    cr_assert(is_aligned(page_to_pfn(page), 1UL << order), "block of order %u at pfn %lx", order,
              page_to_pfn(page));
    cr_assert_eq(page->identity, PAGE_OWNED);
    cr_assert_eq(page->order, order);
    return page;
}

/* Step 1 */

/* Pages 3 to 60 of 64: 3, 4-7, 8-15, 16-31, 32-47, 48-55, 56-59, 60. */
Test(lab1, range_in_largest_blocks)
{
    make(START, 64);
    buddy_free_range(&b, START + 3, START + 61);
    cr_expect_eq(blocks(0), 2);
    cr_expect_eq(blocks(1), 0);
    cr_expect_eq(blocks(2), 2);
    cr_expect_eq(blocks(3), 2);
    cr_expect_eq(blocks(4), 2, "a range is given in the largest aligned blocks that fit");
    unmake();
}

Test(lab1, no_block_beyond_the_largest_order)
{
    make(START, 3 * PAGEBLOCK_PAGES);
    buddy_free_range(&b, START, START + 3 * PAGEBLOCK_PAGES);
    cr_expect_eq(blocks(BUDDY_MAX_ORDER), 3);
    unmake();
}

/* Step 2 */

Test(lab1, two_singles_make_a_pair)
{
    make(START, 16);
    buddy_free_range(&b, START + 4, START + 5);
    expect_one_of_each(1 << 0);
    buddy_free_range(&b, START + 5, START + 6);
    expect_one_of_each(1 << 1);
    unmake();
}

Test(lab1, neighbours_are_not_always_buddies)
{
    make(START, 16);
    buddy_free_range(&b, START + 5, START + 6);
    buddy_free_range(&b, START + 6, START + 7);
    cr_expect_eq(blocks(0), 2, "pages 5 and 6 are neighbours, but 5's buddy is 4");
    unmake();
}

Test(lab1, the_lower_half_is_the_head)
{
    make(START, 16);
    buddy_free_range(&b, START + 9, START + 10);
    buddy_free_range(&b, START + 8, START + 9);
    cr_expect_eq(pfn_to_page(START + 8)->identity, PAGE_FREE);
    cr_expect_eq(pfn_to_page(START + 8)->order, 1);
    cr_expect_eq(pfn_to_page(START + 9)->identity, PAGE_FREE_TAIL);
    unmake();
}

Test(lab1, only_equals_merge)
{
    make(START, 16);
    buddy_free_range(&b, START + 2, START + 4);
    buddy_free_range(&b, START + 0, START + 1);
    expect_one_of_each(1 << 0 | 1 << 1);
    buddy_free_range(&b, START + 1, START + 2);
    expect_one_of_each(1 << 2);
    unmake();
}

/* Pages 0 and 1 are a pair; page 2, free alone, is the first of what would be their buddy. */
Test(lab1, half_a_buddy_is_none)
{
    make(START, 16);
    buddy_free_range(&b, START + 2, START + 3);
    buddy_free_range(&b, START + 0, START + 2);
    expect_one_of_each(1 << 0 | 1 << 1);
    unmake();
}

Test(lab1, merging_stops_where_memory_ends)
{
    make(START + 1, 14);
    buddy_free_range(&b, START + 1, START + 15);
    for (unsigned k = 0; k < 3; k++)
        cr_expect_eq(blocks(k), 2, "1, 2-3, 4-7, 8-11, 12-13 and 14 have no buddies");
    unmake();
}

Test(lab1, merging_stops_at_the_largest_order)
{
    make(START, 2 * PAGEBLOCK_PAGES);
    for (pfn_t pfn = START; pfn < START + 2 * PAGEBLOCK_PAGES; pfn++)
        buddy_free_range(&b, pfn, pfn + 1);
    cr_expect_eq(blocks(BUDDY_MAX_ORDER), 2);
    unmake();
}

/* Step 3 */

/* The one block of order 10 becomes a page and one block of each order below. */
Test(lab1, halves_lie_on_their_lists)
{
    make(START, PAGEBLOCK_PAGES);
    buddy_free_range(&b, START, START + PAGEBLOCK_PAGES);
    alloc(0);
    expect_one_of_each((1 << BUDDY_MAX_ORDER) - 1);
    unmake();
}

Test(lab1, what_fits_is_not_halved)
{
    make(START, 64);
    buddy_free_range(&b, START + 16, START + 32);
    alloc(4);
    expect_one_of_each(0);
    unmake();
}

Test(lab1, the_smallest_that_suffices)
{
    make(START, 64);
    buddy_free_range(&b, START + 4, START + 8);
    buddy_free_range(&b, START + 32, START + 64);
    alloc(1);
    expect_one_of_each(1 << 1 | 1 << 5);
    unmake();
}

/* Step 4 */

Test(lab1, refusal_changes_nothing)
{
    static struct page before[64];
    static struct buddy was;

    make(START, 64);
    buddy_free_range(&b, START + 1, START + 40);
    memcpy(before, frames.pages, sizeof(before));
    was = b;
    cr_expect_null(buddy_alloc(&b, 6, MOBILITY_MOVABLE));
    cr_expect_null(buddy_alloc(&b, BUDDY_MAX_ORDER + 1, MOBILITY_MOVABLE));
    cr_expect_eq(memcmp(&was, &b, sizeof(b)), 0, "a refusal changed the lists");
    cr_expect_eq(memcmp(before, frames.pages, sizeof(before)), 0, "a refusal changed a page");
    unmake();
}

Test(lab1, all_and_back_again)
{
    static struct page *pages[PAGEBLOCK_PAGES];

    make(START, PAGEBLOCK_PAGES);
    buddy_free_range(&b, START, START + PAGEBLOCK_PAGES);
    for (size_t i = 0; i < PAGEBLOCK_PAGES; i++)
        pages[i] = alloc(0);
    cr_expect_eq(buddy_nfree(&b, true), 0);
    for (size_t i = 0; i < PAGEBLOCK_PAGES; i++)
        buddy_free(&b, pages[i * 7 % PAGEBLOCK_PAGES], 0);
    expect_one_of_each(1 << BUDDY_MAX_ORDER);
    unmake();
}

/* Step 5 */

/* A hart keeps some single pages for itself; what it has too many of comes back as they are. */
Test(lab1, singles_of_a_hart_come_back)
{
    struct list singles = LIST_INIT(singles);

    make(START, 64);
    buddy_free_range(&b, START, START + 64);
    cr_assert_eq(buddy_alloc_singles(&b, 5, MOBILITY_MOVABLE, &singles), 5);
    while (!list_is_empty(&singles)) {
        struct page *page = list_first_entry(&singles, struct page, link);

        cr_assert_eq(page->identity, PAGE_PCP);
        list_remove(&page->link);
        buddy_free(&b, page, 0);
    }
    expect_one_of_each(1 << 6);
    unmake();
}

static void make_taken(void)
{
    make(START, 64);
    buddy_free_range(&b, START, START + 64);
}

Test(lab1_death, given_back_twice, .signal = SIGABRT, .init = make_taken)
{
    struct page *page = alloc(3);

    buddy_free(&b, page, 3);
    buddy_free(&b, page, 3);
}

Test(lab1_death, given_back_twice_after_merging, .signal = SIGABRT, .init = make_taken)
{
    struct page *one = alloc(0), *other = alloc(0);

    buddy_free(&b, one, 0);
    buddy_free(&b, other, 0);
    buddy_free(&b, other, 0);
}

Test(lab1_death, given_back_as_larger, .signal = SIGABRT, .init = make_taken)
{
    buddy_free(&b, alloc(2), 3);
}

Test(lab1_death, given_back_as_smaller, .signal = SIGABRT, .init = make_taken)
{
    buddy_free(&b, alloc(2), 1);
}

Test(lab1_death, given_back_from_the_middle, .signal = SIGABRT, .init = make_taken)
{
    buddy_free(&b, alloc(3) + 1, 0);
}

Test(lab1_death, given_back_to_another_zone, .signal = SIGABRT, .init = make_taken)
{
    struct page *page;

    do
        page = alloc(0);
    while (page_to_pfn(page) < START + 32);
    b.end_pfn = START + 32;
    buddy_free(&b, page, 0);
}

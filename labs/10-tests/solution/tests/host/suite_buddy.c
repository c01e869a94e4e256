/* SPDX-License-Identifier: MIT */
/*
 * suite_buddy.c - does the page allocator do what kernel/mm/buddy.h says?
 */
#include <criterion/criterion.h>
#include <signal.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define START 0x80000           /* a multiple of every block's size */
#define MOST 4096

static struct buddy b;
static uint8_t labels[16];

/* An empty system over N pages from FIRST on; its lock is held. */
static void make(pfn_t first, size_t n)
{
    shim_ram_create(first, n);
    buddy_init(&b, first, first + n, labels);
    buddy_lock(&b);
}

/* The same, and all is free. */
static void make_free(pfn_t first, size_t n)
{
    make(first, n);
    buddy_free_range(&b, first, first + n);
}

static void unmake(void)
{
    buddy_check(&b);
    buddy_unlock(&b);
    shim_ram_destroy();
}

/* Who has each page, for what buddy_check() cannot know: that nobody has it twice. */
static bool taken[MOST];

static struct page *alloc(unsigned order)
{
    struct page *page = buddy_alloc(&b, order, MOBILITY_MOVABLE);

    if (!page)
        return NULL;
    cr_assert(is_aligned(page_to_pfn(page), 1UL << order));
    cr_assert(page->identity == PAGE_OWNED && page->order == order);
    for (size_t i = 0; i < 1UL << order; i++) {
        bool *mine = &taken[page_to_pfn(page) + i - b.first_pfn];

        cr_assert_not(*mine, "page %lx is handed out twice", page_to_pfn(page) + i);
        *mine = true;
    }
    return page;
}

static void give_back(struct page *page)
{
    unsigned order = page->order;

    for (size_t i = 0; i < 1UL << order; i++)
        taken[page_to_pfn(page) + i - b.first_pfn] = false;
    buddy_free(&b, page, order);
}

/* Blocks of ORDER that are free. */
static size_t blocks(unsigned order)
{
    return b.areas[order].nblocks[MOBILITY_MOVABLE];
}

Test(buddy, a_range_becomes_the_largest_aligned_blocks)
{
    make(START, 64);
    buddy_free_range(&b, START + 3, START + 61);
    cr_assert(blocks(0) == 2 && blocks(1) == 0 && blocks(2) == 2 && blocks(3) == 2
              && blocks(4) == 2);
    unmake();
}

Test(buddy, what_is_not_needed_of_a_block_stays_free)
{
    make_free(START, 64);
    cr_assert_not_null(alloc(2));
    cr_assert(blocks(2) == 1 && blocks(3) == 1 && blocks(4) == 1 && blocks(5) == 1);
    cr_assert_eq(buddy_nfree(&b, true), 60);
    unmake();
}

/* Pages in every order that 0 to 7 can be given back in: always one block in the end. */
Test(buddy, all_pieces_come_together_again)
{
    for (size_t step = 1; step < 8; step += 2) {
        struct page *pages[8];

        make_free(START, 8);
        for (size_t i = 0; i < 8; i++)
            pages[i] = alloc(0);
        cr_assert_null(alloc(0));
        for (size_t i = 0; i < 8; i++) {
            give_back(pages[i * step % 8]);
            buddy_check(&b);
        }
        cr_assert_eq(blocks(3), 1);
        unmake();
    }
}

Test(buddy, a_refusal_changes_nothing)
{
    make_free(START, 48);
    cr_assert_null(buddy_alloc(&b, 6, MOBILITY_MOVABLE));
    cr_assert_null(buddy_alloc(&b, BUDDY_MAX_ORDER + 1, MOBILITY_MOVABLE));
    cr_assert(blocks(5) == 1 && blocks(4) == 1);
    unmake();
}

/* Memory begins and ends where no large block does. */
Test(buddy, memory_may_end_anywhere)
{
    make_free(START + 5, 22);
    for (int round = 0; round < 3; round++) {
        struct page *pages[22];

        for (size_t i = 0; i < 22; i++)
            cr_assert_not_null(pages[i] = alloc(0));
        cr_assert_null(alloc(0));
        for (size_t i = 0; i < 22; i++)
            give_back(pages[(i * 7 + (size_t)round) % 22]);
        buddy_check(&b);
    }
    unmake();
}

/* Two systems side by side, the border in the middle of a block. */
Test(buddy, nothing_is_merged_across_a_border)
{
    make(START, 64);
    b.end_pfn = START + 32;
    for (pfn_t pfn = START + 32; pfn < START + 64; pfn++)
        pfn_to_page(pfn)->identity = PAGE_FREE_TAIL;
    pfn_to_page(START + 32)->identity = PAGE_FREE;
    pfn_to_page(START + 32)->order = 5;
    list_init(&pfn_to_page(START + 32)->link);
    buddy_free_range(&b, START, START + 32);
    cr_assert(blocks(5) == 1 && blocks(6) == 0);
    unmake();
}

Test(buddy, a_long_life)
{
    static struct page *owned[200];
    struct rand rng;

    rand_seed(&rng, 10);
    make_free(START + 7, 3000);
    for (int i = 0; i < 4000; i++) {
        struct page **place = &owned[rand_below(&rng, 200)];

        if (*place) {
            give_back(*place);
            *place = NULL;
        } else {
            *place = alloc(rand_below(&rng, 6));
        }
        if (i % 64 == 0)
            buddy_check(&b);
    }
    for (size_t i = 0; i < 200; i++)
        if (owned[i])
            give_back(owned[i]);
    cr_assert_eq(buddy_nfree(&b, true), 3000);
    unmake();
}

/* What must panic */

Test(buddy, given_back_twice, .signal = SIGABRT)
{
    struct page *page;

    make_free(START, 64);
    page = alloc(3);
    buddy_free(&b, page, 3);
    buddy_free(&b, page, 3);
}

Test(buddy, given_back_as_smaller, .signal = SIGABRT)
{
    make_free(START, 64);
    buddy_free(&b, alloc(3), 2);
}

Test(buddy, given_back_as_larger, .signal = SIGABRT)
{
    struct page *page;

    make_free(START, 64);
    do
        page = alloc(2);
    while (!is_aligned(page_to_pfn(page), 8));
    buddy_free(&b, page, 3);
}

Test(buddy, given_back_to_another, .signal = SIGABRT)
{
    struct page *page;

    make_free(START, 64);
    do
        page = alloc(0);
    while (page_to_pfn(page) < START + 32);
    b.end_pfn = START + 32;
    buddy_free(&b, page, 0);
}

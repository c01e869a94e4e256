/* SPDX-License-Identifier: MIT */
/*
 * suite_buddy.c - does the page allocator do what kernel/mm/buddy.h says?
 */
#include <criterion/criterion.h>
#include <signal.h>
#include "kernel/mm/buddy.h"
#include "tests/host/shim.h"

#define START 0x80000           /* a multiple of every block's size */

static struct buddy b;
static uint8_t labels[16];

/* An empty system over N pages from FIRST on; its lock is held. */
static void make(pfn_t first, size_t n)
{
    shim_ram_create(first, n);
    buddy_init(&b, first, first + n, labels);
    buddy_lock(&b);
}

static void unmake(void)
{
    buddy_unlock(&b);
    shim_ram_destroy();
}

/* An example.  Does it find anything? */
Test(buddy, what_is_given_is_free)
{
    make(START, PAGEBLOCK_PAGES);
    buddy_free_range(&b, START, START + PAGEBLOCK_PAGES);
    cr_assert_eq(buddy_nfree(&b, true), PAGEBLOCK_PAGES);
    cr_assert_not_null(buddy_alloc(&b, 0, MOBILITY_MOVABLE));
    unmake();
}

/* An example of what must panic. */
Test(buddy, a_block_begins_where_one_can, .signal = SIGABRT)
{
    struct page *page;

    make(START, PAGEBLOCK_PAGES);
    buddy_free_range(&b, START, START + PAGEBLOCK_PAGES);
    page = buddy_alloc(&b, 3, MOBILITY_MOVABLE);
    buddy_free(&b, page + 1, 3);
}

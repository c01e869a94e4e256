/* SPDX-License-Identifier: MIT */
/*
 * misuse.c - deaths that must happen, and requests that are fine anywhere.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include "tests/host/test_page_alloc/pages.h"

static struct page *victim(unsigned order)
{
    cr_redirect_stderr();
    mm_setup(1024);
    return alloc_pages(GFP_KERNEL, order);
}

Test(page_alloc_death, double_free, .signal = SIGABRT)
{
    struct page *page = victim(0);

    free_page(page);
    free_page(page);
}

Test(page_alloc_death, double_free_of_a_block, .signal = SIGABRT)
{
    struct page *page = victim(3);

    free_pages(page, 3);
    free_pages(page, 3);
}

Test(page_alloc_death, tail_freed, .signal = SIGABRT)
{
    free_pages(victim(3) + 1, 0);
}

Test(page_alloc_death, wrong_order, .signal = SIGABRT)
{
    free_pages(victim(3), 2);
}

Test(page_alloc_death, on_a_list_of_evictable_pages, .signal = SIGABRT)
{
    struct page *page = victim(0);

    page_set(page, PG_LRU);
    free_page(page);
}

Test(page_alloc_death, still_mapped, .signal = SIGABRT)
{
    struct page *page = victim(0);

    page->mapcount = 1;
    free_page(page);
}

Test(page_alloc_death, still_a_page_table, .signal = SIGABRT)
{
    struct page *page = victim(0);

    page_set_identity(page, PAGE_TABLE);
    free_page(page);
}

Test(page_alloc_death, written_to_while_free, .signal = SIGABRT)
{
    struct page *page = victim(0);
    char *p = page_address(page);

    free_page(page);
    p[100] = 1;
    alloc_page(GFP_KERNEL);
}

Test(page_alloc_death, sleeping_while_atomic, .signal = SIGABRT)
{
    shim_set_interrupt(victim(0) != NULL);
    alloc_page(GFP_KERNEL);
}

Test(page_alloc_death, reclaim_into_a_lock_that_is_held, .signal = SIGABRT)
{
    victim(0);
    rank_acquire(RANK_RECLAIM_FS, "reclaim");
    alloc_page(GFP_KERNEL);
}

Test(page_alloc, atomic_requests_are_fine_anywhere)
{
    struct spinlock l;

    mm_setup(1024);
    spin_init(&l, RANK_RMAP, "outer");
    spin_lock(&l);
    cr_assert_not_null(alloc_page(GFP_ATOMIC));
    cr_assert_not_null(alloc_page(GFP_NOWAIT));
    spin_unlock(&l);
    rank_acquire(RANK_RECLAIM_FS, "reclaim");
    cr_assert_not_null(alloc_page(GFP_NOFS));
    rank_release(RANK_RECLAIM_FS, "reclaim");
    mm_teardown();
}

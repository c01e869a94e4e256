/* SPDX-License-Identifier: MIT */
// sources: kernel/cache/swap_cache.c kernel/cache/swap_scarce.c kernel/cache/swap_map.c kernel/mm/page.c lib/bitmap.c
/*
 * test_swap_cache.c - pages that belong to slots, against a model of their states.
 */
#include "tests/host/test_swap_cache/model.h"

#define RUNS 60
#define STEPS 3000                      /* of a run */

static void random_step(void)
{
    uint64_t what = rand_below(&rng, 100);

    if (what < 45)
        owner_step(rand_below(&rng, NOWNERS));
    else if (what < 70)
        reclaim_step();
    else if (what < 95)
        disk_step();
    else
        rare_step();
}

TestSuite(swap_cache, .init = model_create, .fini = model_destroy);

/* When all have left and reclaim has gone over what remains, nothing does. */
static void end_run(void)
{
    for (size_t i = 0; i < NOWNERS; i++)
        leave(i);
    for (int step = 0; step < STEPS; step++) {
        reclaim_step();
        disk_step();
        check_all();
    }
    for (size_t f = 0; f < NFRAMES; f++)
        cr_assert_eq(frame[f].state, FREE, "frame %zu is in state %d", f, frame[f].state);
    cr_assert_eq(nr_free_swap_pages(), nr_swap_pages());
}

Test(swap_cache, random_steps)
{
    for (uint64_t run = 1; run <= RUNS; run++) {
        rand_seed(&rng, run);
        for (int step = 0; step < STEPS; step++) {
            random_step();
            check_all();
        }
        end_run();
        model_destroy();
        model_create();
    }
}

/* A page of a file in memory: its slot has one user, the file, while the page is away, too. */
Test(swap_cache, page_of_a_file)
{
    struct page *page = page_of(0), *again = page_of(1);
    uint64_t entry;

    for (size_t f = 0; f < 2; f++) {
        page_of(f)->refcount = 2;               /* the tree's and ours */
        page_set_identity(page_of(f), PAGE_CACHE);
    }
    lock(page);
    cr_assert(swap_cache_add(page));
    entry = page->swap;
    cr_assert_eq(swap_users(entry), 1);
    cr_assert_eq(page->refcount, 2);
    cr_assert(page_test(page, PG_DIRTY));
    page_clear(page, PG_DIRTY);                 /* it is written, and leaves memory */
    swap_cache_unbind(page);
    cr_assert(!page_test(page, PG_SWAPCACHE) && !swap_cache_lacks(entry));
    cr_assert_null(swap_cache_get(entry));
    cr_assert_eq(swap_users(entry), 1);
    cr_assert_eq(nr_swap_cache_pages(), 0);
    lock(again);
    swap_cache_bind(again, entry);
    cr_assert_eq(swap_map_page(&area.map, swap_entry_slot(entry)), again);
    cr_assert_eq(nr_swap_cache_pages(), 1);
    swap_cache_remove(again);                   /* somebody stores to it */
    cr_assert(page_test(again, PG_DIRTY));
    cr_assert_eq(again->refcount, 2);
    cr_assert_eq(swap_users(entry), 0);
    cr_assert_eq(nr_free_swap_pages(), nr_swap_pages());
}

/* Somebody else was faster, or took the entry away. */
Test(swap_cache, a_page_that_cannot_enter_stays_as_it_is)
{
    struct page *page = page_of(0);

    page->refcount = 1;
    cr_assert(!swap_cache_enter(page, swap_entry(0, 1)));
    cr_assert_eq(page->identity, PAGE_OWNED);
    cr_assert_eq(page->flags, 0);
    cr_assert_eq(page->refcount, 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * load.c - many requests: how often the zone lock is taken, and that no page has two owners.
 */
#include <pthread.h>
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/test_page_alloc/pages.h"

Test(page_alloc, zone_lock_is_rarely_taken)
{
    static struct page *pages[1000];
    struct page_alloc_events before, after;
    struct rand rng;
    size_t allocs = 0, live = 0;

    mm_setup(32768);
    rand_seed(&rng, 3);
    page_alloc_events(&before);
    for (unsigned i = 0; i < 100000; i++) {
        if (live == 0 || (live < 1000 && rand_below(&rng, 2))) {
            pages[live++] = alloc_page(i % 2 ? GFP_KERNEL : GFP_USER_MOVABLE);
            allocs++;
        } else {
            free_page(pages[--live]);
        }
    }
    page_alloc_events(&after);
    cr_assert_eq(after.allocs[0] - before.allocs[0], allocs);
    cr_assert_lt((after.zone_locks - before.zone_locks) * 8, allocs);

    /* The worst case: a long wave of allocations, then one of frees. */
    page_alloc_events(&before);
    for (unsigned round = 0; round < 50; round++) {
        while (live < 1000)
            pages[live++] = alloc_page(GFP_KERNEL);
        while (live)
            free_page(pages[--live]);
    }
    page_alloc_events(&after);
    cr_assert_lt((after.zone_locks - before.zone_locks) * 8, after.allocs[0] - before.allocs[0]);
    mm_teardown();
}

#define MODEL_PAGES 4096
static uint8_t owner[MODEL_PAGES];

Test(page_alloc, random_against_ownership_map, .timeout = 120)
{
    static struct { struct page *page; unsigned order; } blocks[1500];
    struct rand rng;
    size_t n = 0;

    mm_setup_at(GIB4_PFN - MODEL_PAGES / 2, MODEL_PAGES);
    rand_seed(&rng, 5);
    for (unsigned step = 0; step < 60000; step++) {
        shim_set_hart(rand_below(&rng, NHARTS));
        if (n < ARRAY_SIZE(blocks) && rand_below(&rng, 100) < ((step / 3000) % 2 ? 30u : 60u)) {
            static const gfp_t extra[] = { 0, __GFP_DMA32, __GFP_MOVABLE, __GFP_HIGH };
            unsigned order = rand_below(&rng, 4) ? 0 : rand_below(&rng, 6);
            struct page *page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN
                                            | extra[rand_below(&rng, 4)], order);

            if (!page)
                continue;
            for (size_t i = 0; i < 1UL << order; i++)
                cr_assert_eq(owner[page_to_pfn(page) - frames.first_pfn + i]++, 0);
            blocks[n].page = page;
            blocks[n++].order = order;
        } else if (n) {
            size_t k = rand_below(&rng, n);

            for (size_t i = 0; i < 1UL << blocks[k].order; i++)
                owner[page_to_pfn(blocks[k].page) - frames.first_pfn + i]--;
            if (rand_below(&rng, 2))
                free_pages(blocks[k].page, blocks[k].order);
            else
                free_page_runs(&(struct page_run){ blocks[k].page, blocks[k].page + 1 }, 1);
            blocks[k] = blocks[--n];
        }
        if (step % 2000 == 0)
            page_alloc_check();
    }
    while (n--)
        free_pages(blocks[n].page, blocks[n].order);
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

static void *hammer(void *arg)
{
    unsigned hart = (unsigned)(uintptr_t)arg;
    struct page *pages[64] = { NULL };
    struct rand rng;

    shim_set_hart(hart);
    rand_seed(&rng, hart);
    for (unsigned i = 0; i < 20000; i++) {
        unsigned k = rand_below(&rng, 64), order = k % 8 ? 0 : 2;

        if (pages[k]) {
            if (*(unsigned *)page_address(pages[k]) != hart)
                panic("page shared by two harts");
            free_pages(pages[k], order);
            pages[k] = NULL;
        } else if ((pages[k] = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, order))) {
            *(unsigned *)page_address(pages[k]) = hart;
        }
        if (hart == 0 && i % 300 == 0)
            page_alloc_drain();
    }
    for (unsigned k = 0; k < 64; k++)
        if (pages[k])
            free_pages(pages[k], k % 8 ? 0 : 2);
    return NULL;
}

Test(page_alloc, harts_at_once, .timeout = 120)
{
    pthread_t t[NHARTS];

    mm_setup(1024);
    for (uintptr_t i = 0; i < NHARTS; i++)
        pthread_create(&t[i], NULL, hammer, (void *)i);
    for (unsigned i = 0; i < NHARTS; i++)
        pthread_join(t[i], NULL);
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

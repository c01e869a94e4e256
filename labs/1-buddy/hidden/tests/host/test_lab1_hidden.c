// sources: kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_lab1_hidden.c - random blocks in memory of random shape, from the grader's seed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define MAX_PAGES 6000
#define SHAPES 40
#define STEPS 3000

static struct buddy b;
static uint8_t labels[16];
static struct rand rng;
static bool taken[MAX_PAGES];
static struct page *blocks[MAX_PAGES];
static size_t nblocks, first, npages;

static void own(struct page *page, bool owned)
{
    size_t start = page_to_pfn(page) - first;

    cr_assert(is_aligned(page_to_pfn(page), 1UL << page->order));
    for (size_t i = start; i < start + (1UL << page->order); i++) {
        cr_assert_lt(i, npages, "a block reaches beyond memory");
        cr_assert_neq(taken[i], owned, "a page belongs to two");
        taken[i] = owned;
    }
}

static void step(void)
{
    bool more = nblocks == 0 || (rand_below(&rng, 5) < 3 && nblocks < MAX_PAGES);
    size_t i = more ? 0 : rand_below(&rng, nblocks);

    if (more) {
        struct page *page = buddy_alloc(&b, rand_below(&rng, 6), rand_below(&rng, 2));

        if (!page)
            return;
        own(page, true);
        blocks[nblocks++] = page;
        return;
    }
    own(blocks[i], false);
    buddy_free(&b, blocks[i], blocks[i]->order);
    blocks[i] = blocks[--nblocks];
}

/* The lists of a system whose pages are all free. */
static void expect_whole(const size_t whole[BUDDY_ORDERS])
{
    for (unsigned k = 0; k < BUDDY_ORDERS; k++)
        cr_assert_eq(b.areas[k].nblocks[0] + b.areas[k].nblocks[1], whole[k],
                     "order %u: not all is merged again", k);
}

Test(lab1_hidden, shapes_of_the_seed, .timeout = 120)
{
    const char *seed = getenv("GRADE_SEED");

    rand_seed(&rng, seed ? strtoul(seed, NULL, 0) : 1);
    for (int shape = 0; shape < SHAPES; shape++) {
        size_t whole[BUDDY_ORDERS];

        first = 0x80000 + rand_below(&rng, 2000);
        npages = 1 + rand_below(&rng, MAX_PAGES - 1);
        memset(taken, 0, sizeof(taken));
        nblocks = 0;
        shim_ram_create(first, npages);
        buddy_init(&b, first, first + npages, labels);
        buddy_lock(&b);
        buddy_free_range(&b, first, first + npages);
        for (unsigned k = 0; k < BUDDY_ORDERS; k++)
            whole[k] = b.areas[k].nblocks[0] + b.areas[k].nblocks[1];
        for (int i = 0; i < STEPS; i++)
            step();
        buddy_check(&b);
        while (nblocks > 0) {
            own(blocks[--nblocks], false);
            buddy_free(&b, blocks[nblocks], blocks[nblocks]->order);
        }
        buddy_check(&b);
        cr_assert_eq(buddy_nfree(&b, true), npages);
        expect_whole(whole);
        buddy_unlock(&b);
        shim_ram_destroy();
    }
}

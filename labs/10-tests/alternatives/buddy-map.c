/* SPDX-License-Identifier: MIT */
/* instead of: tests/host/suite_buddy.c */
/*
 * A long life at several places, with a map of who has what, and the free blocks
 * looked at from outside instead of by buddy_check().
 */
#include <criterion/criterion.h>
#include <signal.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define START 0x80000
#define SLOTS 64

static struct buddy b;
static uint8_t labels[4];
static struct page *slot[SLOTS];

static void make_free(pfn_t first, size_t n)
{
    shim_ram_create(first, n);
    buddy_init(&b, first, first + n, labels);
    buddy_lock(&b);
    buddy_free_range(&b, first, first + n);
}

/* Every page is in one block, free or somebody's, and in no other. */
static void expect_each_page_once(void)
{
    static uint8_t seen[4096];
    size_t n = b.end_pfn - b.first_pfn;

    for (size_t i = 0; i < n; i++)
        seen[i] = 0;
    for (unsigned k = 0; k < BUDDY_ORDERS; k++) {
        const struct page *page;

        list_for_each_entry(page, &b.areas[k].list[MOBILITY_MOVABLE], link) {
            pfn_t pfn = page_to_pfn(page), other = pfn ^ (1UL << k);

            cr_assert(is_aligned(pfn, 1UL << k) && page->order == k);
            for (size_t i = 0; i < 1UL << k; i++)
                seen[pfn + i - b.first_pfn]++;
            if (k == BUDDY_MAX_ORDER || other < b.first_pfn || other + (1UL << k) > b.end_pfn)
                continue;
            cr_assert(pfn_to_page(other)->identity != PAGE_FREE
                      || pfn_to_page(other)->order != k, "two buddies are free");
        }
    }
    for (size_t s = 0; s < SLOTS; s++)
        for (size_t i = 0; slot[s] && i < 1UL << slot[s]->order; i++)
            seen[page_to_pfn(slot[s]) + i - b.first_pfn]++;
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(seen[i], 1, "page %zu of %zu is in %u blocks", i, n, seen[i]);
}

static void live(struct rand *rng, int steps)
{
    for (int i = 0; i < steps; i++) {
        struct page **p = &slot[rand_below(rng, SLOTS)];
        unsigned order = rand_below(rng, BUDDY_ORDERS + 2);

        if (*p) {
            buddy_free(&b, *p, (*p)->order);
            *p = NULL;
        } else {
            *p = buddy_alloc(&b, order, MOBILITY_MOVABLE);
            cr_assert(!*p || ((*p)->order == order && (*p)->identity == PAGE_OWNED));
        }
        expect_each_page_once();
    }
}

Test(buddy, lives_anywhere)
{
    static const struct { pfn_t first; size_t n; } places[] = {
        { START, 1 }, { START, 64 }, { START + 1, 62 }, { START + 21, 300 }, { START + 1000, 1100 },
    };
    struct rand rng;

    rand_seed(&rng, 3);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        make_free(places[i].first, places[i].n);
        expect_each_page_once();
        live(&rng, 300);
        for (size_t s = 0; s < SLOTS; s++) {
            if (slot[s])
                buddy_free(&b, slot[s], slot[s]->order);
            slot[s] = NULL;
        }
        cr_assert_eq(buddy_nfree(&b, true), places[i].n);
        buddy_unlock(&b);
        shim_ram_destroy();
    }
}

/* One that was allocated, and belongs to the neighbour from now on. */
static struct page *page_behind_the_border(void)
{
    struct page *page;

    make_free(START, 64);
    do
        page = buddy_alloc(&b, 1, MOBILITY_MOVABLE);
    while (page_to_pfn(page) < START + 32);
    b.end_pfn = START + 32;
    return page;
}

static struct page *a_block(unsigned order)
{
    make_free(START, 64);
    return buddy_alloc(&b, order, MOBILITY_MOVABLE);
}

Test(buddy, no_block_of_a_neighbour, .signal = SIGABRT)
{
    buddy_free(&b, page_behind_the_border(), 1);
}

Test(buddy, not_as_smaller, .signal = SIGABRT)
{
    buddy_free(&b, a_block(4), 3);
}

Test(buddy, not_twice, .signal = SIGABRT)
{
    struct page *page = a_block(2);

    buddy_free(&b, page, 2);
    buddy_free(&b, page, 2);
}

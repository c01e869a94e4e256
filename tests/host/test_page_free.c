// sources: kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c kernel/mm/lru.c kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_clock2.c kernel/mm/policy_random.c lib/string.c lib/strutil.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_page_free.c - references on runs of pages are dropped: what nobody holds is free
 * and on no list, all else is as it was.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/mm_setup.h"

#define NPAGES    1500
#define RAM_PAGES 4096

/* What a page is, and so what becomes of it. */
enum kind { ANON, ANON_DIRTY, ANON_ACTIVE, UNLISTED, KERNEL, BLOCK, KINDS };

static struct page *pages[NPAGES];
static bool held[NPAGES];
static struct rand rng;

/* Half of memory on each side of where zones meet. */
static void create(void)
{
    mm_setup_at(ZONE_DMA32_END_PFN - RAM_PAGES / 2, RAM_PAGES);
    lru_init();
    rand_seed(&rng, 5);
}

TestSuite(page_free, .init = create, .fini = mm_teardown);

static struct page *make(enum kind kind)
{
    gfp_t zone = rand_below(&rng, 3) ? 0 : __GFP_DMA32;
    struct page *page = alloc_pages(GFP_KERNEL | __GFP_MOVABLE | zone, kind == BLOCK ? 2 : 0);

    cr_assert(page);
    if (kind >= KERNEL)
        return page;
    page_set_identity(page, PAGE_ANON);
    page_set(page, PG_SWAPBACKED);
    if (kind == UNLISTED)
        return page;
    if (kind == ANON_DIRTY)
        page_set(page, PG_DIRTY);
    lru_add(page);
    if (kind == ANON_ACTIVE) {
        cr_assert(lru_isolate_page(page));
        lru_judge(page, true);
        put_page(page);
    }
    return page;
}

static size_t listed(void)
{
    struct lru_figures f = lru_figures();

    return f.active[KIND_ANON] + f.inactive[KIND_ANON];
}

static void shuffle(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = rand_below(&rng, n);
        struct page *page = pages[i];

        pages[i] = pages[k];
        pages[k] = page;
    }
}

/* The runs of the N pages in their order, as whoever clears entries finds them. */
static size_t gather(struct page_run *runs, size_t n)
{
    size_t nruns = 0;

    for (size_t i = 0; i < n; i++) {
        struct page_run *run = &runs[nruns];

        if (nruns && pages[i] == run[-1].end)
            run[-1].end++;
        else if (nruns && pages[i] + 1 == run[-1].first)
            run[-1].first--;
        else
            runs[nruns++] = (struct page_run){ pages[i], pages[i] + 1 };
    }
    return nruns;
}

/* All that was allocated is free again. */
static void check_all_free(void)
{
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    cr_assert_eq(listed(), 0);
}

/* N pages, of mixed kinds if MIXED, some of them held, in the order of SHUFFLED. */
static void round_trip(size_t n, bool mixed, bool shuffled, unsigned held_of_100)
{
    static struct page_run runs[NPAGES];
    size_t nlisted = 0;

    for (size_t i = 0; i < n; i++)
        pages[i] = make(mixed && !rand_below(&rng, 8) ? rand_below(&rng, KINDS) : ANON);
    if (shuffled)
        shuffle(n);
    for (size_t i = 0; i < n; i++) {
        held[i] = rand_below(&rng, 100) < held_of_100;
        if (held[i]) {
            get_page(pages[i]);
            nlisted += page_test(pages[i], PG_LRU);
        }
    }
    free_page_runs(runs, gather(runs, n));
    cr_assert_eq(listed(), nlisted, "what is held stays on its list");
    for (size_t i = 0; i < n; i++)
        if (held[i]) {
            cr_assert_eq(pages[i]->refcount, 1);
            put_page(pages[i]);
        }
    check_all_free();
}

Test(page_free, neighbours_that_are_alike)
{
    round_trip(NPAGES, false, false, 0);
}

Test(page_free, mixed_and_held)
{
    for (unsigned round = 0; round < 20; round++)
        round_trip(1 + rand_below(&rng, NPAGES / 2), true, round % 2, round % 3 ? 5 : 0);
}

/* A run may reach from one zone into the next. */
Test(page_free, run_over_the_end_of_a_zone)
{
    static struct page *all[RAM_PAGES];
    struct page *border = pfn_to_page(ZONE_DMA32_END_PFN);
    struct page_run run = { border - 20, border + 20 };
    size_t n = 0;

    while ((all[n] = alloc_page(GFP_NOWAIT | __GFP_NOWARN | __GFP_MEMALLOC)))
        n++;
    for (size_t i = 0; i < n; i++) {
        if (all[i] < run.first || all[i] >= run.end)
            continue;
        page_set_identity(all[i], PAGE_ANON);
        page_set(all[i], PG_SWAPBACKED);
        lru_add(all[i]);
    }
    cr_assert_eq(listed(), 40, "all of memory was had");
    free_page_runs(&run, 1);
    for (size_t i = 0; i < n; i++)
        if (all[i] < run.first || all[i] >= run.end)
            put_page(all[i]);
    check_all_free();
}

static void prepare_bad(struct page_run *run)
{
    *run = (struct page_run){ .first = make(ANON) };
    run->end = run->first + 1;
}

Test(page_free, mapped_page, .signal = SIGABRT)
{
    struct page_run run;

    prepare_bad(&run);
    run.first->mapcount = 1;
    free_page_runs(&run, 1);
}

Test(page_free, page_in_use, .signal = SIGABRT)
{
    struct page_run run;

    prepare_bad(&run);
    page_set(run.first, PG_LOCKED);
    free_page_runs(&run, 1);
}

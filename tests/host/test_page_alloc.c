// sources: kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_page_alloc.c - memory map, zones, marks, gfp flags, hart lists, references.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/mm_setup.h"

#define NHARTS 4
#define GIB4_PFN ZONE_DMA32_END_PFN

static struct zone *const dma32 = &zones[ZONE_DMA32], *const normal = &zones[ZONE_NORMAL];

/* Hooks that note what they were asked. */
static unsigned nwakes, nreclaims, nooms;
static struct list pool = LIST_INIT(pool);      /* pages that reclaim can free */
static size_t npool;
static bool oom_helps;

static size_t test_reclaim(gfp_t gfp, unsigned order, size_t npages)
{
    size_t freed = 0;

    (void)gfp;
    (void)order;
    nreclaims++;
    while (freed < npages && npool) {
        struct page *page = list_first_entry(&pool, struct page, link);

        list_remove(&page->link);
        npool--;
        freed++;
        free_page(page);
    }
    return freed;
}

static void test_wake(void)
{
    nwakes++;
}

static bool test_oom(gfp_t gfp, unsigned order, unsigned attempt)
{
    (void)gfp;
    (void)order;
    (void)attempt;
    nooms++;
    if (oom_helps && npool == 0)
        return false;
    return oom_helps;
}

/* The caller is a victim of the killer. */
static bool is_victim;

static bool test_is_dying(void)
{
    return is_victim;
}

static const struct reclaim_ops test_ops = {
    .reclaim = test_reclaim, .wake = test_wake, .out_of_memory = test_oom, .is_dying = test_is_dying,
};

/* Allocate single pages with GFP until it fails; they are chained on LIST. */
static size_t exhaust(gfp_t gfp, struct list *list)
{
    struct page *page;
    size_t n = 0;

    while ((page = alloc_page(gfp | __GFP_NOWARN))) {
        list_insert_tail(list, &page->link);
        n++;
    }
    return n;
}

static void free_list(struct list *list)
{
    while (!list_is_empty(list)) {
        struct page *page = list_first_entry(list, struct page, link);

        list_remove(&page->link);
        free_page(page);
    }
}

/* The memory map */

static void collect(pfn_t start, pfn_t end, void *arg)
{
    uint8_t *map = arg;

    cr_assert_lt(start, end);
    memset(map + start - 0x80000, 1, end - start);
}

Test(memmap, banks_minus_what_is_used)
{
    static uint8_t map[4096];
    struct memmap m = {
        .banks = { { 0x80800000, 0x80ffffff }, { 0x80000800, 0x80400000 } },
        .nbanks = 2,
        .reserved = { { 0x80200123, 0x80210456 }, { 0x80100000, 0x80180000 },
                      { 0x80178000, 0x80179000 }, { 0x80fff000, 0x81000000 },
                      { 0x70000000, 0x70001000 } },
        .nreserved = 5,
        .nomap = { { 0x80000000, 0x80040000 } },
        .nnomap = 1,
    };

    shim_ram_create(0x80000, 4096);
    mm_setup_shim_pages = frames.pages;
    memmap_init(&m);
    memmap_for_each_free(collect, map);
    for (size_t i = 0; i < 4096; i++) {
        paddr_t pa = (0x80000 + i) << PAGE_SHIFT;
        bool bank = (pa >= 0x80001000 && pa < 0x80400000) || (pa >= 0x80800000 && pa < 0x80fff000);
        bool taken = pa < 0x80040000 || (pa >= 0x80100000 && pa < 0x80180000)
                     || (pa >= 0x80200000 && pa < 0x80211000)
                     || (pa >= virt_to_phys(frames.pages)
                         && pa < virt_to_phys(frames.pages + (frames.end_pfn - frames.first_pfn)));

        cr_assert_eq(map[i], bank && !taken, "page %lx", pa);
    }
    cr_assert_eq(frames.first_pfn, 0x80001);
    cr_assert_eq(frames.end_pfn, 0x80fff);
    cr_assert_eq(memmap_present(0, 0x100000), 0x3ff + 0x7ff);
    cr_assert(is_aligned((uintptr_t)memmap_early_alloc(100, 0x10000), 0x10000));
    page_alloc_init();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    cr_assert_eq(nr_pages_of(PAGE_FREE) + nr_pages_of(PAGE_FREE_TAIL), nr_free_pages());
    free_reserved_range(0x80100000, 0x80180000);
    page_alloc_check();
    cr_assert_eq(nr_pages_of(PAGE_FREE) + nr_pages_of(PAGE_FREE_TAIL), nr_free_pages());
    cr_assert_eq(phys_to_page(0x80140000)->identity, PAGE_FREE_TAIL);
    mm_teardown();
}

Test(memmap_death, no_room, .signal = SIGABRT)
{
    cr_redirect_stderr();
    mm_setup_at(0x80000, 64);
    memmap_init(&(struct memmap){ .banks = { { 0x80000000, 0x80040000 } }, .nbanks = 1 });
    memmap_early_alloc(64 * PAGE_SIZE, 0);
}

/* Zones and marks */

Test(page_alloc, two_zones_and_their_order)
{
    struct list list = LIST_INIT(list);
    struct page *page;
    size_t n;

    mm_setup_at(GIB4_PFN - 4096, 12288);
    cr_assert_eq(dma32->spanned, 4096);
    cr_assert_eq(normal->spanned, 8192);
    cr_assert_eq(dma32->lowmem_reserve[ZONE_NORMAL], normal->managed / 256);
    cr_assert_eq(dma32->lowmem_reserve[ZONE_DMA32], 0);
    cr_assert_lt(dma32->mark[MARK_MIN], dma32->mark[MARK_LOW]);
    cr_assert_lt(dma32->mark[MARK_LOW], dma32->mark[MARK_HIGH]);

    cr_assert_geq(page_to_pfn(alloc_page(GFP_KERNEL)), GIB4_PFN);
    cr_assert_lt(page_to_pfn(alloc_page(GFP_KERNEL | __GFP_DMA32)), GIB4_PFN);
    cr_assert_lt(page_to_pfn(alloc_pages(GFP_NOWAIT | __GFP_DMA32, 3)), GIB4_PFN);

    n = exhaust(GFP_NOWAIT, &list);
    cr_assert_gt(n, normal->managed, "it falls back to DMA32");
    cr_assert_leq(buddy_nfree(&normal->buddy, true), normal->mark[MARK_MIN]);
    cr_assert_geq(buddy_nfree(&dma32->buddy, true),
                  dma32->mark[MARK_MIN] + dma32->lowmem_reserve[ZONE_NORMAL]);
    cr_assert_not_null(page = alloc_page(GFP_NOWAIT | __GFP_DMA32), "what was kept for it");
    free_page(page);
    free_list(&list);

    n = exhaust(GFP_NOWAIT | __GFP_DMA32, &list);
    cr_assert_leq(n, dma32->managed);
    list_for_each_entry(page, &list, link)
        cr_assert_lt(page_to_pfn(page), GIB4_PFN, "never the other way");
    cr_assert_not_null(alloc_page(GFP_NOWAIT));
    free_list(&list);
    page_alloc_check();
    mm_teardown();
}

Test(page_alloc, reserves_come_in_tiers)
{
    struct list ordinary = LIST_INIT(ordinary), atomic = LIST_INIT(atomic);
    struct list reclaim = LIST_INIT(reclaim);
    size_t min, n;

    mm_setup(8192);
    min = dma32->mark[MARK_MIN];
    cr_assert_gt(min, 16);
    exhaust(GFP_NOWAIT, &ordinary);
    cr_assert_eq(nr_free_pages(), min);
    cr_assert_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 2));
    n = exhaust(GFP_ATOMIC, &atomic);
    cr_assert_eq(n, min - min / 2);
    cr_assert_null(alloc_page(GFP_NOWAIT | __GFP_NOWARN), "not from what ATOMIC fetched");
    cr_assert_eq(exhaust(GFP_ATOMIC | __GFP_MEMALLOC, &reclaim), min / 2);
    cr_assert_eq(nr_free_pages(), 0);
    free_list(&reclaim);
    free_list(&atomic);
    free_list(&ordinary);
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

Test(page_alloc, other_harts_lists_are_not_lost_memory)
{
    struct list list = LIST_INIT(list);

    mm_setup(2048);
    for (unsigned i = 0; i < NHARTS; i++) {
        shim_set_hart(i);
        free_page(alloc_page(GFP_NOWAIT));
    }
    cr_assert_gt(zone_hart_pages(dma32), NHARTS);
    shim_set_hart(0);
    exhaust(GFP_NOWAIT, &list);
    cr_assert_eq(nr_free_pages(), dma32->mark[MARK_MIN]);
    cr_assert_eq(zone_hart_pages(dma32), 0);
    mm_teardown();
}

Test(page_alloc, the_pager_is_woken_below_low)
{
    struct list list = LIST_INIT(list);

    mm_setup(4096);
    page_alloc_set_reclaim(&test_ops);
    while (nr_free_pages() > dma32->mark[MARK_LOW] + dma32->harts[0].batch) {
        struct page *page = alloc_page(GFP_NOWAIT);

        list_insert_tail(&list, &page->link);
    }
    cr_assert_eq(nwakes, 0);
    exhaust(GFP_NOWAIT & ~__GFP_KSWAPD, &list);
    cr_assert_eq(nwakes, 0, "not if the request says so");
    free_page(list_first_entry(&list, struct page, link));
    exhaust(GFP_NOWAIT, &list);
    cr_assert_gt(nwakes, 0);
    cr_assert_eq(nreclaims, 0);
    mm_teardown();
}

static void fill_pool(size_t n)
{
    for (; npool < n; npool++) {
        struct page *page = alloc_page(GFP_NOWAIT);

        list_insert_tail(&pool, &page->link);
    }
}

Test(page_alloc, direct_reclaim_then_out_of_memory)
{
    struct list list = LIST_INIT(list);
    struct page_alloc_events events;
    size_t n;

    mm_setup(4096);
    page_alloc_set_reclaim(&test_ops);
    fill_pool(500);
    exhaust(GFP_NOWAIT, &list);
    n = exhaust(GFP_KERNEL, &list);
    cr_assert_eq(n, 500, "all that could be reclaimed was had: %zu", n);
    cr_assert_eq(nooms, 1);
    page_alloc_events(&events);
    cr_assert_eq(events.direct_reclaims[ZONE_NORMAL], nreclaims);
    cr_assert_null(alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN));
    cr_assert_eq(nooms, 1, "NORETRY kills nobody");
    cr_assert_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 6));
    cr_assert_eq(nooms, 1, "nor does a costly order");
    cr_assert_eq(shim_locks_held(), 0);
    mm_teardown();
}

static bool oom_frees_one(gfp_t gfp, unsigned order, unsigned attempt)
{
    (void)gfp;
    (void)order;
    cr_assert_eq(attempt, nooms);
    if (++nooms < 3)
        return false;
    free_page(list_first_entry(&pool, struct page, link));
    return true;
}

Test(page_alloc, nofail_waits_as_long_as_it_takes)
{
    static const struct reclaim_ops ops = {
        .reclaim = test_reclaim, .wake = test_wake, .out_of_memory = oom_frees_one,
        .is_dying = test_is_dying,
    };
    struct list list = LIST_INIT(list);

    mm_setup(2048);
    page_alloc_set_reclaim(&ops);
    fill_pool(1);
    npool = 0;
    exhaust(GFP_NOWAIT, &list);
    cr_assert_not_null(alloc_page(GFP_KERNEL | __GFP_NOFAIL));
    cr_assert_eq(nooms, 3);
    shim_fail_nth(FAIL_PAGE, 1);
    free_page(list_first_entry(&list, struct page, link));
    cr_assert_not_null(alloc_page(GFP_KERNEL | __GFP_NOFAIL), "injected failures pass it by");
    mm_teardown();
}

/* Who is to die gets what GFP_ATOMIC does not, and does not look for more. */
Test(page_alloc, victims_use_a_part_of_the_reserve)
{
    struct list list = LIST_INIT(list);

    mm_setup(4096);
    page_alloc_set_reclaim(&test_ops);
    exhaust(GFP_ATOMIC, &list);
    cr_assert_eq(nr_free_pages(), dma32->mark[MARK_MIN] / 2);
    is_victim = true;
    cr_assert_gt(exhaust(GFP_KERNEL, &list), 0);
    cr_assert_eq(nr_free_pages(), dma32->mark[MARK_MIN] / 4);
    cr_assert_eq(nreclaims, 0);
    cr_assert_eq(nooms, 0);
    cr_assert_gt(exhaust(__GFP_MEMALLOC, &list), 0);
    cr_assert_eq(nr_free_pages(), 0);
    mm_teardown();
}

static gfp_t nested;

static size_t allocate_in_reclaim(gfp_t gfp, unsigned order, size_t npages)
{
    (void)gfp;
    (void)order;
    free_page(alloc_page(nested));
    return npages;
}

static void reclaim_within_reclaim(gfp_t outer, gfp_t inner)
{
    static const struct reclaim_ops ops = {
        .reclaim = allocate_in_reclaim, .wake = test_wake, .out_of_memory = test_oom,
        .is_dying = test_is_dying,
    };
    struct list list = LIST_INIT(list);

    mm_setup(2048);
    page_alloc_set_reclaim(&ops);
    exhaust(GFP_NOWAIT, &list);
    nested = inner;
    alloc_page(outer);
}

Test(page_alloc, reclaim_does_not_reclaim, .signal = SIGABRT)
{
    reclaim_within_reclaim(GFP_KERNEL, GFP_KERNEL);
}

Test(page_alloc, nor_does_a_weaker_one, .signal = SIGABRT)
{
    reclaim_within_reclaim(GFP_NOIO, GFP_KERNEL);
}

Test(page_alloc, nor_asks_for_a_weaker_one, .signal = SIGABRT)
{
    reclaim_within_reclaim(GFP_KERNEL, GFP_NOIO);
}

Test(page_alloc, reclaim_may_use_the_reserve)
{
    reclaim_within_reclaim(GFP_KERNEL | __GFP_NORETRY, __GFP_MEMALLOC);
    mm_teardown();
}

Test(page_alloc, shrinkers_share_the_work)
{
    mm_setup(1024);
    cr_assert_eq(shrink_all(100, GFP_KERNEL), 0);
    mm_teardown();
}

/* What a page looks like */

Test(page_alloc, fresh_pages_are_as_promised)
{
    static const gfp_t kinds[] = {
        GFP_KERNEL, GFP_USER_MOVABLE, GFP_ATOMIC, GFP_KERNEL | __GFP_DMA32,
    };

    mm_setup(4096);
    for (unsigned i = 0; i < 400; i++) {
        unsigned order = i % 4 ? 0 : i / 4 % 6;
        struct page *page = alloc_pages(kinds[i / 3 % 4] | __GFP_ZERO, order);
        const uint64_t *p = page_address(page);

        cr_assert_eq(page->refcount, 1);
        cr_assert_eq(page->mapcount, 0);
        cr_assert_eq(page->flags, order ? 1u << PG_HEAD : 0);
        cr_assert_eq(page->identity, PAGE_OWNED);
        cr_assert_eq(page->order, order);
        cr_assert_neq(page->alloc_pc, 0);
        for (size_t k = 1; k < 1UL << order; k++)
            cr_assert_eq(compound_head(page + k), page);
        for (size_t k = 0; k < (PAGE_SIZE << order) / 8; k++)
            cr_assert_eq(p[k], 0);
        memset(page_address(page), 0xee, PAGE_SIZE << order);
        if (order && i % 8 == 0)
            put_page(page + 1);
        else
            free_pages(page, order);
    }
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

Test(page_alloc, by_address)
{
    uint64_t *p;

    mm_setup(1024);
    p = get_zeroed_page(GFP_KERNEL);
    cr_assert_eq(p[511], 0);
    free_pages_va(p, 0);
    p = __get_free_pages(GFP_KERNEL, 4);
    cr_assert(is_aligned((uintptr_t)p, 16 * PAGE_SIZE));
    cr_assert_eq(page_address(virt_to_page(p)), p);
    free_pages_va(p, 4);
    free_pages_va(NULL, 0);
    shim_fail_nth(FAIL_PAGE, 1);
    cr_assert_null(__get_free_page(GFP_KERNEL));
    page_alloc_drain();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

Test(page_alloc, references)
{
    struct page *page;

    mm_setup(1024);
    page = alloc_page(GFP_KERNEL);
    get_page(page);
    cr_assert(get_page_unless_zero(page));
    cr_assert_eq(page->refcount, 3);
    free_page(page);
    put_page(page);
    cr_assert_eq(page->identity, PAGE_OWNED);
    put_page(page);
    cr_assert_eq(page->identity, PAGE_PCP);
    cr_assert_not(get_page_unless_zero(page), "nobody may take hold of a free page");
    mm_teardown();
}

Test(page_alloc, last_reference_to_an_anonymous_page)
{
    struct page *page;

    mm_setup(1024);
    page = alloc_page(GFP_USER_MOVABLE);
    page_set_identity(page, PAGE_ANON);
    page->anon_vma = (struct anon_vma *)page;
    put_page(page);
    cr_assert_eq(page->identity, PAGE_PCP);
    cr_assert_eq(alloc_page(GFP_USER_MOVABLE), page, "the last one freed is the next");
    cr_assert_null(page->anon_vma);
    mm_teardown();
}

/* Runs, isolation, the contiguous area */

Test(page_alloc, runs_of_exact_length)
{
    static const size_t lengths[] = { 1, 3, 17, 1000, 1025, 2500 };

    mm_setup(8192);
    for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
        size_t n = lengths[i], before = nr_free_pages();
        struct page *page = alloc_pages_exact(GFP_KERNEL | __GFP_ZERO, n);

        cr_assert_not_null(page);
        cr_assert_eq(nr_free_pages(), before - n);
        for (size_t k = 0; k < n; k++) {
            cr_assert_eq(page[k].refcount, 1);
            cr_assert_eq(page[k].order, 0);
        }
        free_pages_exact(page, n);
        page_alloc_check();
    }
    cr_assert_null(alloc_pages_exact(GFP_KERNEL | __GFP_NOWARN, 8192));
    cr_assert_null(alloc_pages_exact(GFP_KERNEL, 0));
    page_alloc_drain();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

Test(page_alloc, isolated_ranges_dry_out)
{
    struct list list = LIST_INIT(list);
    pfn_t start = MM_SETUP_FIRST_PFN + 2048, end = start + 2048;
    struct page *page, *held[16];

    mm_setup(8192);
    for (unsigned i = 0; i < 16; i++)
        held[i] = alloc_page(GFP_USER_MOVABLE);
    page_alloc_isolate(start, end);
    exhaust(GFP_NOWAIT, &list);
    exhaust(GFP_USER_MOVABLE & ~__GFP_RECLAIM, &list);
    list_for_each_entry(page, &list, link)
        cr_assert(page_to_pfn(page) < start || page_to_pfn(page) >= end);
    for (unsigned i = 0; i < 16; i++)
        free_page(held[i]);
    cr_assert_eq(zone_hart_pages(dma32), 0, "pages go to the zone while a range is isolated");
    page_alloc_check();
    page_alloc_unisolate(start, end);
    free_list(&list);
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), nr_managed_pages());
    mm_teardown();
}

Test(page_alloc, contiguous_area)
{
    struct list list = LIST_INIT(list), lent = LIST_INIT(lent);
    struct page *page, *ours;
    pfn_t start, end;
    size_t n;

    mm_setup(8192);
    start = page_alloc_reserve_cma(1025);
    end = start + 2048;
    cr_assert_gt(start, MM_SETUP_FIRST_PFN);
    cr_assert_eq(nr_free_pages(), nr_managed_pages(), "what is lent is free");
    exhaust(GFP_NOWAIT, &list);
    list_for_each_entry(page, &list, link)
        cr_assert(page_to_pfn(page) < start || page_to_pfn(page) >= end);
    cr_assert_eq(dma32->buddy.nfree[MOBILITY_CMA], 2048);
    cr_assert_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 1), "not one is left for the kernel");
    n = exhaust(GFP_NOWAIT | __GFP_MOVABLE, &lent);
    cr_assert_gt(n, 1900);
    list_for_each_entry(page, &lent, link)
        cr_assert(page_to_pfn(page) >= start && page_to_pfn(page) < end);

    ours = list_first_entry(&lent, struct page, link);
    page_alloc_isolate(start, end);
    cr_assert(!page_alloc_take_range(start, end), "they are in use");
    free_list(&lent);
    cr_assert(page_alloc_take_range(start, end));
    page_alloc_unisolate(start, end);
    cr_assert_eq(ours->refcount, 1);
    cr_assert_eq(exhaust(GFP_NOWAIT | __GFP_MOVABLE, &lent), 0);
    free_pages_exact(pfn_to_page(start), 2048);
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(dma32->buddy.nfree[MOBILITY_CMA], 2048);
    free_list(&list);
    mm_teardown();
}

/* Load */

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

/* Deaths that must happen */

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

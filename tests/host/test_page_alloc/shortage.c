/* SPDX-License-Identifier: MIT */
/*
 * shortage.c - who is asked when memory is short, and who may use the reserve.
 */
#include <signal.h>
#include "tests/host/test_page_alloc/pages.h"

static struct zone *const dma32 = &zones[ZONE_DMA32];

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

/* Memory of NPAGES pages, for which OPS are asked when it is short. */
static void setup_with(size_t npages, const struct reclaim_ops *ops)
{
    mm_setup(npages);
    page_alloc_set_reclaim(ops);
}

Test(page_alloc, the_pager_is_woken_below_low)
{
    struct list list = LIST_INIT(list);

    setup_with(4096, &test_ops);
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

    setup_with(4096, &test_ops);
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

    setup_with(2048, &ops);
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

    setup_with(4096, &test_ops);
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

    setup_with(2048, &ops);
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

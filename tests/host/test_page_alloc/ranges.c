/* SPDX-License-Identifier: MIT */
/*
 * ranges.c - runs of exact length, isolation, the contiguous area.
 */
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "tests/host/test_page_alloc/pages.h"

static struct zone *const dma32 = &zones[ZONE_DMA32];

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

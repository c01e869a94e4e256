// sources: kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_page_alloc.c - zones, marks, what a page looks like, references.
 */
#include <string.h>
#include "kernel/mm/buddy.h"
#include "lib/bitops.h"
#include "tests/host/test_page_alloc/pages.h"

static struct zone *const dma32 = &zones[ZONE_DMA32], *const normal = &zones[ZONE_NORMAL];

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

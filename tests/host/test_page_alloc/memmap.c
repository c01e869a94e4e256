/* SPDX-License-Identifier: MIT */
/*
 * memmap.c - the memory map: banks minus what is used.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <string.h>
#include "lib/bitops.h"
#include "tests/host/test_page_alloc/pages.h"

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

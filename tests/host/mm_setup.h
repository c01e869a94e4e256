/* SPDX-License-Identifier: MIT */
/*
 * mm_setup.h - simulated RAM with the real page allocator on top, for host tests.
 */
#pragma once
#include "kernel/mm/memmap.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/zone.h"
#include "tests/host/shim.h"

#define MM_SETUP_FIRST_PFN 0x80000

/* The shim's own page array; memmap makes another one inside the simulated RAM. */
static struct page *mm_setup_shim_pages;

static inline void mm_setup_at(pfn_t first_pfn, size_t npages)
{
    struct memmap m = {
        .banks = { { first_pfn << PAGE_SHIFT, (first_pfn + npages) << PAGE_SHIFT } },
        .nbanks = 1,
    };

    shim_ram_create(first_pfn, npages);
    mm_setup_shim_pages = frames.pages;
    memmap_init(&m);
    page_alloc_init();
}

static inline void mm_setup(size_t npages)
{
    mm_setup_at(MM_SETUP_FIRST_PFN, npages);
}

static inline void mm_teardown(void)
{
    frames.pages = mm_setup_shim_pages;
    shim_ram_destroy();
}

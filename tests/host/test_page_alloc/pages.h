/* SPDX-License-Identifier: MIT */
/*
 * pages.h - what the files of test_page_alloc share.
 */
#pragma once
#include <criterion/criterion.h>
#include "tests/host/mm_setup.h"

#define NHARTS 4
#define GIB4_PFN ZONE_DMA32_END_PFN

/* Allocate single pages with GFP until it fails; they are chained on LIST. */
static inline size_t exhaust(gfp_t gfp, struct list *list)
{
    struct page *page;
    size_t n = 0;

    while ((page = alloc_page(gfp | __GFP_NOWARN))) {
        list_insert_tail(list, &page->link);
        n++;
    }
    return n;
}

static inline void free_list(struct list *list)
{
    while (!list_is_empty(list)) {
        struct page *page = list_first_entry(list, struct page, link);

        list_remove(&page->link);
        free_page(page);
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * page_poison.c - fill free pages with a pattern, so that a late write is
 * noticed when the page is handed out again (debug kernels).
 *
 * PG_POISONED says which pages have it: nothing is poisoned at boot.
 */
#include "kernel/mm/page_internal.h"
#include "lib/string.h"

#define POISON_WORD 0xb5b5b5b5b5b5b5b5UL

void page_poison(struct page *page, unsigned order)
{
    for (struct page *end = page + (1UL << order); page < end; page++) {
        memset(page_address(page), POISON_WORD & 0xff, PAGE_SIZE);
        page_set(page, PG_POISONED);
    }
}

void page_check_poison(struct page *page, unsigned order)
{
    for (struct page *end = page + (1UL << order); page < end; page++) {
        const uint64_t *word = page_address(page);

        if (!page_test_and_clear(page, PG_POISONED))
            continue;
        for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
            if (word[i] != POISON_WORD)
                panic("page %lx was written to while free: %lx at offset %lx, last owner's pc %x",
                      page_to_pfn(page), word[i], i * sizeof(*word), page->alloc_pc);
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * buddy_impl.h - what the files of the buddy system share.  The lock is held.
 */
#pragma once
#include "kernel/mm/buddy.h"

/* The free block PAGE leaves its list; who takes it gives it another identity. */
static inline void remove_block(struct buddy *b, struct page *page, unsigned order,
                                enum mobility m)
{
    list_remove(&page->link);
    b->areas[order].nblocks[m]--;
    b->nfree[m] -= 1UL << order;
}

/* Make N pages from PAGE on single pages of mobility M. */
static inline void make_singles(struct page *page, size_t n, enum page_identity identity,
                                enum mobility m)
{
    for (struct page *end = page + n; page < end; page++) {
        page->identity = identity;
        page->order = 0;
        page->mobility = m;
        list_init(&page->link);
    }
}

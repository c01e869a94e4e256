/* SPDX-License-Identifier: MIT */
/*
 * page.c - what a page may become, and references found by pfn.
 */
#include "kernel/mm/page.h"

const char *const page_identity_names[PAGE_IDENTITIES] = {
    [PAGE_RESERVED] = "reserved",
    [PAGE_FREE] = "free",
    [PAGE_FREE_TAIL] = "inside a free block",
    [PAGE_PCP] = "on a hart's list",
    [PAGE_OWNED] = "owned",
    [PAGE_TAIL] = "inside a compound block",
    [PAGE_SLAB] = "a slab",
    [PAGE_TABLE] = "a page table",
    [PAGE_ANON] = "anonymous memory",
    [PAGE_CACHE] = "in the page cache",
};

#define TO(identity) (1u << (identity))
const uint16_t page_next_identities[PAGE_IDENTITIES] = {
    [PAGE_OWNED] = TO(PAGE_SLAB) | TO(PAGE_TABLE) | TO(PAGE_ANON) | TO(PAGE_CACHE),
    [PAGE_SLAB] = TO(PAGE_OWNED),
    [PAGE_TABLE] = TO(PAGE_OWNED),
    [PAGE_ANON] = TO(PAGE_OWNED),
    [PAGE_CACHE] = TO(PAGE_OWNED),
};

void page_bad_identity(const struct page *page, enum page_identity identity)
{
    panic("page %lx cannot turn from '%s' into '%s'", page_to_pfn(page),
          page_identity_names[page->identity], page_identity_names[identity]);
}

bool get_page_unless_zero(struct page *page)
{
    int32_t old = __atomic_load_n(&page->refcount, __ATOMIC_RELAXED);

    while (old > 0)
        if (__atomic_compare_exchange_n(&page->refcount, &old, old + 1, true,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

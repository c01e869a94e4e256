/* SPDX-License-Identifier: MIT */
/*
 * page_map.h - the one place where a page's map count changes.
 *
 * Keeps the machine's totals of mapped pages beside it: a page counts when its
 * first entry appears and until its last one goes.
 */
#pragma once
#include "kernel/core/hart.h"
#include "kernel/mm/page.h"

/* Pages with at least one entry, by what they are; per hart, so that only the
 * sum over all harts means anything. */
struct mapped_pages {
    int64_t anon, file;
} __attribute__((aligned(64)));
extern struct mapped_pages mapped_pages[MAX_HARTS];

static inline void page_map_total(struct page *page, int64_t change)
{
    struct mapped_pages *m = &mapped_pages[this_hart()->index];

    if (page->identity == PAGE_ANON)
        m->anon += change;
    else
        m->file += change;
}

/* An entry for PAGE was made, or cleared.  A page-table lock is held. */
static inline void page_map_get(struct page *page)
{
    if (__atomic_fetch_add(&page->mapcount, 1, __ATOMIC_RELAXED) == 0)
        page_map_total(page, 1);
}
static inline void page_map_put(struct page *page)
{
    if (__atomic_sub_fetch(&page->mapcount, 1, __ATOMIC_RELAXED) == 0)
        page_map_total(page, -1);
}

size_t nr_anon_pages(void);
size_t nr_mapped_file_pages(void);

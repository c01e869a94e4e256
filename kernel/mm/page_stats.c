/* SPDX-License-Identifier: MIT */
/*
 * page_stats.c - how much memory there is and what became of it.
 */
#include "kernel/mm/page_internal.h"

size_t nr_free_pages(void)
{
    size_t n = 0;

    for (unsigned t = 0; t < ZONES; t++)
        n += buddy_nfree(&zones[t].buddy, true) + zone_hart_pages(&zones[t]);
    return n;
}

size_t nr_managed_pages(void)
{
    return zones[ZONE_DMA32].managed + zones[ZONE_NORMAL].managed;
}

size_t nr_available_pages(void)
{
    size_t n = 0;

    for (unsigned t = 0; t < ZONES; t++) {
        size_t nfree = buddy_nfree(&zones[t].buddy, true) + zone_hart_pages(&zones[t]);

        n += nfree > zones[t].mark[MARK_LOW] ? nfree - zones[t].mark[MARK_LOW] : 0;
    }
    return n;
}

size_t nr_pages_of(enum page_identity identity)
{
    size_t n = 0;

    for (pfn_t pfn = frames.first_pfn; pfn < frames.end_pfn; pfn++)
        n += pfn_to_page(pfn)->identity == identity;
    return n;
}

void page_alloc_events(struct page_alloc_events *events)
{
    *events = (struct page_alloc_events){
        .failures = page_alloc_counts.failures,
    };
    for (unsigned t = 0; t < ZONES; t++) {
        const struct zone *z = &zones[t];

        events->direct_reclaims[t] = page_alloc_counts.direct_reclaims[t];
        events->allocs[t] = z->nallocs;
        events->frees[t] = z->nfrees;
        events->zone_locks += z->buddy.lock_count;
        for (unsigned i = 0; i < MAX_HARTS; i++) {
            events->allocs[t] += z->harts[i].nallocs;
            events->frees[t] += hart_pages_nfrees(&z->harts[i]);
        }
    }
}

void page_alloc_check(void)
{
    for (unsigned t = 0; t < ZONES; t++)
        zone_check(&zones[t]);
}

/* SPDX-License-Identifier: MIT */
/*
 * page_init.c - memory as boot hands it over.
 */
#include "kernel/mm/memmap.h"
#include "kernel/mm/page_internal.h"
#include "lib/bitops.h"

struct zone *zonelists[2][ZONES + 1];

static void make_zone(enum zone_type t, pfn_t start, pfn_t end)
{
    size_t size = buddy_labels_size(start, end);
    uint8_t *labels = size ? memmap_early_alloc(size, PAGE_SIZE) : NULL;

    zone_init(t, start, end, memmap_present(start, end), labels);
}

static void add_range(pfn_t start, pfn_t end, void *arg)
{
    (void)arg;
    if (start < ZONE_DMA32_END_PFN)
        zone_add_range(&zones[ZONE_DMA32], start, min_u64(end, ZONE_DMA32_END_PFN));
    if (end > ZONE_DMA32_END_PFN)
        zone_add_range(&zones[ZONE_NORMAL], max_u64(start, ZONE_DMA32_END_PFN), end);
}

/* Empty zones are on no list, except that a list is never empty. */
static void make_zonelists(void)
{
    struct zone *normal = &zones[ZONE_NORMAL], *dma32 = &zones[ZONE_DMA32];

    zonelists[0][0] = normal->managed ? normal : dma32;
    zonelists[0][1] = normal->managed && dma32->managed ? dma32 : NULL;
    zonelists[1][0] = dma32;
}

void page_alloc_init(void)
{
    pfn_t first = frames.first_pfn, end = frames.end_pfn;
    pfn_t border = max_u64(first, min_u64(ZONE_DMA32_END_PFN, end));

    make_zone(ZONE_DMA32, first, border);
    make_zone(ZONE_NORMAL, border, end);
    memmap_hand_over();
    memmap_for_each_free(add_range, NULL);
    make_zonelists();
}

void free_reserved_range(paddr_t start, paddr_t end)
{
    pfn_t first = align_up(start, PAGE_SIZE) >> PAGE_SHIFT;

    end >>= PAGE_SHIFT;
    if (first < end)
        add_range(first, end, NULL);
    make_zonelists();
}

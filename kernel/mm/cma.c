/* SPDX-License-Identifier: MIT */
/*
 * cma.c - the contiguous area.
 */
#include "kernel/core/bootargs.h"
#include "kernel/mm/cma.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/zone.h"
#include "lib/bitops.h"

BOOTARG(cma, "size of the area for contiguous requests; 0 (default): none");

/* The kernel's own pages must find room outside. */
#define MAX_SHARE 2                     /* half of memory at most */

struct cma cma_area;

size_t cma_free_pages(void)
{
    return zones[ZONE_DMA32].buddy.nfree[MOBILITY_CMA];
}

bool cma_has_most_free(void)
{
    return cma_free_pages() > buddy_nfree(&zones[ZONE_DMA32].buddy, false);
}

void cma_init(void)
{
    size_t npages = align_up(bootarg_size("cma", 0) >> PAGE_SHIFT, PAGEBLOCK_PAGES);

    if (npages == 0)
        return;
    if (npages <= nr_managed_pages() / MAX_SHARE)
        cma_area.start = page_alloc_reserve_cma(npages);
    if (cma_area.start)
        cma_area.end = cma_area.start + npages;
    else
        printk("cma: there is no room for %lu MiB in one piece\n", npages >> (20 - PAGE_SHIFT));
}

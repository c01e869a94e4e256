/* SPDX-License-Identifier: MIT */
/*
 * cma.h - the contiguous area: pageblocks kept for large requests.
 *
 * A device that needs 8 MB in one piece would never get it on a machine that has run for
 * a while.  So a part of memory is set apart at boot (boot argument cma=16M).  It is not
 * idle: pages that can be moved live there, and leave when a contiguous request comes.
 *
 * Mechanism and figures are here; who moves the pages out is vm/contig.h.
 */
#pragma once
#include "kernel/mm/page.h"

struct cma {
    pfn_t start, end;               /* whole pageblocks; equal: there is no area   [c] */
};
extern struct cma cma_area;

static inline size_t cma_total_pages(void)
{
    return cma_area.end - cma_area.start;
}
static inline bool pfn_is_cma(pfn_t pfn)
{
    return pfn >= cma_area.start && pfn < cma_area.end;
}
/* Pages of it on free lists: a snapshot without locks. */
size_t cma_free_pages(void);
/* Whether more of it is free than of the rest of its zone, likewise. */
bool cma_has_most_free(void);

/* Set it apart.  Boot only, before pages are in use all over memory. */
void cma_init(void);

/* SPDX-License-Identifier: MIT */
/*
 * contig.h - physically contiguous memory, made by moving pages out of the way.
 */
#pragma once
#include "kernel/mm/page.h"
#include "kernel/sched/mutex.h"

/*
 * NPAGES frames of the contiguous area (mm/cma.h), the first at a multiple of ALIGN, a power of
 * two: singles with one reference each, content undefined.  Pages that live there move
 * elsewhere; those of files that are clean and mapped by nobody are dropped.  NULL: there is no
 * area, or no such range can be emptied now.  May sleep; no page lock is held.
 */
struct page *cma_alloc(size_t npages, size_t align);
/* Give them back, or part of them. */
void cma_release(struct page *page, size_t npages);

/* One at a time isolates ranges or moves pages together. */
extern struct mutex contig_lock;        /* RANK_CONTIG */

void contig_init(void);                 /* registers with the page allocator */

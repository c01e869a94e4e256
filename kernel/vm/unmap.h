/* SPDX-License-Identifier: MIT */
/*
 * unmap.h - a page's entries, wherever they are: asked whether they were used, and
 * taken away.  For reclaim; the page is locked all the time.
 */
#pragma once
#include "kernel/mm/page.h"
#include "kernel/mm/tlb_batch.h"

/* Whether PAGE was used since the last call, through an entry or by read(2), write(2).  TLBs are to
 * be flushed by TLB: only then new uses are seen. */
bool page_test_used(struct page *page, struct tlb_batch *tlb);

/*
 * Take away all entries that map PAGE: of a page in the swap cache they become swap
 * entries, others go.  False if some are left: the page is locked in memory, or a fork
 * made one meanwhile.  Until TLB is flushed, programs may still store to the page.
 */
bool page_unmap(struct page *page, struct tlb_batch *tlb);

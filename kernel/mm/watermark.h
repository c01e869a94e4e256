/* SPDX-License-Identifier: MIT */
/*
 * watermark.h - how much of a zone must stay free, for whom, and who acts when
 * it does not.  The policy, nothing else.
 *
 *   free pages
 *     |   nobody does anything
 *   high ----  the pager, if it works, rests again
 *     |
 *   low  ----  the pager, if it rests, is woken
 *     |        (a request has just been refused at this mark)
 *   min  ----  requests that may sleep reclaim for themselves
 *     |        GFP_ATOMIC goes on
 *   min/2 ---  GFP_ATOMIC fails
 *     |        a process that dies to give memory goes on
 *   min/4 ---  it fails
 *     |        what is left is for reclaim itself (MEMALLOC)
 *     0
 *
 * The least, min, grows with the square root of memory: what must be at hand
 * grows with the rate of allocation, not with the size of memory.  The rule and
 * its bounds are Linux's, as administrators know them: 4 * sqrt(KiB), and between
 * the marks a quarter of min, or watermark_scale_factor 1/10000 of the zone if
 * that is more.
 *
 * Pure: numbers in, numbers out.
 */
#pragma once
#include "kernel/mm/gfp.h"

enum zone_mark { MARK_MIN, MARK_LOW, MARK_HIGH, MARKS };

/* /proc/sys/vm/watermark_scale_factor: 1 to 3000. */
#define WATERMARK_SCALE_MAX 3000

/* The min_free_kbytes of a machine with MANAGED_KIB of memory. */
uint64_t watermark_default_kib(uint64_t managed_kib);

/* The marks, in pages, of a zone of MANAGED pages out of TOTAL, of which MIN_FREE are to
 * stay free; SCALE is watermark_scale_factor. */
void watermark_set(size_t mark[MARKS], size_t managed, size_t total, size_t min_free,
                   unsigned scale);

/* Free pages that a request with GFP must leave at mark WHICH; only MARK_MIN has tiers. */
size_t watermark_limit(const size_t mark[MARKS], enum zone_mark which, gfp_t gfp);

/* Pages that a pager at work has still to free in a zone with NFREE free ones; 0: it rests. */
size_t watermark_lack(const size_t mark[MARKS], size_t nfree);

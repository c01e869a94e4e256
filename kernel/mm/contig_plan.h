/* SPDX-License-Identifier: MIT */
/*
 * contig_plan.h - decisions about contiguous memory: which frames could be emptied for a
 * run, which pages compaction moves next and where to, and whether it is worth while.
 *
 * Frames are looked at without locks: what is said of them was true a moment ago.
 *
 * Compaction lets two scanners run towards each other (Linux's design):
 *
 *     from ->                                           <- to
 *     [ pages that can be moved ...     ... frames that are free ]
 *
 * Pages below move to free frames above, until the scanners meet.
 *
 * Pure.
 */
#pragma once
#include "kernel/mm/buddy.h"

enum frame_use {
    FRAME_FREE,             /* on a free list, a zone's or a hart's        */
    FRAME_MOVABLE,          /* its page can be given another frame         */
    FRAME_FIXED,            /* the kernel's: stays, as far as one can see  */
};
enum frame_use frame_use(const struct page *page);

/* The first multiple of ALIGN, a power of two, from which NPAGES frames of [START, END), a part
 * of the contiguous area, are not of a run; 0 if there is none.  Pages of the kernel do not live
 * in the area: what looks FIXED there, a page that is new or being freed, does so for a moment. */
pfn_t contig_find(pfn_t start, pfn_t end, size_t npages, size_t align);

struct compact_scan {
    pfn_t from;             /* below it all has been looked at          */
    pfn_t to;               /* free frames from here on have been used  */
};

/* The next 2^ORDER frames, aligned, that would be a free block if their pages were moved: some
 * are MOVABLE, none is FIXED or of the contiguous area.  False: the scanners have met. */
bool compact_next_source(struct compact_scan *s, const struct buddy *b, unsigned order,
                         pfn_t *start);
/* The next range of a pageblock, downwards, with free frames where movable pages may live.
 * False: the scanners have met. */
bool compact_next_target(struct compact_scan *s, const struct buddy *b, pfn_t *start, pfn_t *end);

/* Whether there is a free block of ORDER or larger that any request may have. */
bool compact_has_block(const struct buddy *b, unsigned order);

/*
 * Why is there no free block of ORDER?  Towards 1000: memory is free, but in small pieces;
 * towards 0: there is not enough of it.  -1000: there is one.  (Gorman's index: 1000 times
 * one minus the number of blocks that the free memory would make if it were in blocks of
 * 2^ORDER, and one more, for each of the blocks that it is in.)
 */
int fragmentation_index(const struct buddy *b, unsigned order);
#define FRAGMENTED 500

/* Whether compaction for ORDER can help where LIMIT pages must stay free: not if memory is short
 * rather than in pieces.  A few free frames more than the block are needed, to move to. */
bool compact_is_worthwhile(const struct buddy *b, unsigned order, size_t limit);

/*
 * Where it has failed it would fail again.  After each failure in a row twice as many requests
 * go by, up to 64, before it is tried anew.
 */
struct compact_deferral {
    unsigned considered, shift;
};
bool compact_is_deferred(struct compact_deferral *d);
void compact_note(struct compact_deferral *d, bool success);

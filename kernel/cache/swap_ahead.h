/* SPDX-License-Identifier: MIT */
/*
 * swap_ahead.h - how much to read around a slot that is wanted: the policy, nothing else.
 *
 * To read a neighbour pays if it will be used before it goes again.  Neighbours in a swap
 * area were evicted together, so what is known of one tells about the others: an area is
 * divided into regions of 256 slots, and each remembers at which interval it has been used
 * lately.  Time is counted in faults that had to read.  A page that comes in now goes, if
 * nobody uses it, when about as many others have come in as are free or may be evicted.  So:
 *
 *     interval x slots of a region  <  such pages:   the region will have been gone through
 *                                      by then; each fault reads twice as much as the one
 *                                      before
 *     otherwise                        the page alone
 *
 * A fault uses its region, and so does a page that was read ahead when somebody comes for
 * it.  A run through the area has interval 0 or 1, and passes its window on from region to
 * region, in either direction.  A program that jumps about gets the single page, and one
 * that jumps about in a small part of its memory soon has that part whole.
 *
 * Pure: numbers in, numbers out.
 */
#pragma once
#include "lib/types.h"

#define SWAP_AHEAD_MAX    32        /* slots: 128 KiB, one full-size request */
#define SWAP_AHEAD_REGION 256       /* slots                                 */

struct swap_region {
    uint32_t last;                  /* when it was used; 0: not yet               */
    uint16_t interval;              /* between uses, an average, in 1/16          */
    uint16_t window;                /* of the last fault; 0: it has no history    */
};

/* One area's history.  Locks: the owner's. */
struct swap_ahead {
    struct swap_region *regions;
    size_t nslots;
    uint32_t now;                   /* faults that had to read */
};

/* What to read: slots [first, first + n), of which the wanted one is one. */
struct swap_ahead_plan {
    size_t first, n;
};

/* Bytes of memory for the history of NSLOTS. */
size_t swap_ahead_size(size_t nslots);
/* MEM, zeroed, becomes A's. */
void swap_ahead_init(struct swap_ahead *a, void *mem, size_t nslots);

/* A fault wants SLOT, which has to be read; ROOM pages are free or may be evicted. */
struct swap_ahead_plan swap_ahead_on_miss(struct swap_ahead *a, size_t slot, size_t room);
/* A fault wants SLOT, which was read ahead and not wanted yet. */
void swap_ahead_on_hit(struct swap_ahead *a, size_t slot, size_t room);

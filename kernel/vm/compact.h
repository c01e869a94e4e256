/* SPDX-License-Identifier: MIT */
/*
 * compact.h - free memory that is in pieces becomes blocks: pages move together.
 */
#pragma once
#include "kernel/mm/gfp.h"
#include "lib/types.h"

/* Make a block of 2^ORDER pages that an allocation with GFP may have; whether there is one now.
 * It is not tried if there was one before, memory is short rather than in pieces, it failed
 * lately, or somebody else is at it.  Sleeps only at reschedule points: whatever the caller may
 * hold is left alone. */
bool compact_for(gfp_t gfp, unsigned order);

/* Move all pages that can be moved together, in every zone.  May sleep. */
void compact_memory(void);

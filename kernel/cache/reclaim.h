/* SPDX-License-Identifier: MIT */
/*
 * reclaim.h - what happens when memory is short, as far as caches can help: clean
 * pages of files nobody uses are dropped, dirty ones written, unused names, inodes
 * and slabs given back.  Anonymous memory is not touched.
 */
#pragma once

/* Registers with the page allocator and starts the pager, "kswapd". */
void reclaim_init(void);

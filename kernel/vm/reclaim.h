/* SPDX-License-Identifier: MIT */
/*
 * reclaim.h - what happens when memory is short.
 *
 * Pages whose content is elsewhere, or can be carried there, are evicted: those of
 * files to their disk, anonymous ones to swap.  Which, the replacement policy says
 * (mm/policy.h).  Caches that are not pages give their share (shrinkers).
 */
#pragma once
#include "kernel/mm/page_alloc.h"

/* /proc/sys/vm/swappiness: 0 to 200, how dear a page of a file is, compared with an
 * anonymous one: 100 is equal, 0 spares anonymous pages while there are others. */
extern unsigned swappiness;

/* drop.c */
/* Drop every clean page of a file that nobody uses, whatever the policy says; writes
 * nothing.  Pages dropped.  May sleep. */
size_t reclaim_drop_caches(void);

/* Evict PAGE now, whatever the policy says, and drop the caller's reference.  0: it has gone or
 * is on its way to swap; -EBUSY: it is in use, in writeback, locked in memory, or dirty without
 * a way out; -EINVAL: such a page cannot be evicted.  May sleep. */
int reclaim_page(struct page *page);

/* reclaim.c */
/* Wait until pages that were written to swap have gone.  May sleep. */
void reclaim_settle(void);
/* The same when the pager has come to rest, if that takes no more than a second.  For checks of
 * what is left.  May sleep. */
void reclaim_rest(void);
/* Boot argument policy=; registers with the page allocator and starts the pager, "kswapd". */
void reclaim_init(void);

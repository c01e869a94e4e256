/* SPDX-License-Identifier: MIT */
/*
 * table_stock.h - frames for page tables, some of them kept ready.
 */
#pragma once
#include "kernel/mm/pagetable.h"

/* A frame for a table of PT, all zero, of identity PAGE_TABLE; 0: no memory.  Belongs
 * to the caller until table_stock_give.  May sleep. */
paddr_t table_stock_take(struct pagetable *pt);
/* TABLE goes back; all its entries are none.  Never sleeps. */
void table_stock_give(struct pagetable *pt, paddr_t table);

/* Frames in all stocks: free for whoever wants a table. */
size_t table_stock_count(void);
/* Every hart's stock goes back to the page allocator (leak checks); returns how many frames. */
size_t table_stock_drain(void);

void table_stock_init(void);    /* registers the shrinker */

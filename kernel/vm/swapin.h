/* SPDX-License-Identifier: MIT */
/*
 * swapin.h - from a swap entry back to a page.
 */
#pragma once
#include "kernel/vm/fault.h"

/* F's entry is one of swap: find or read its page.  FAULT_OK with f->page set, locked as
 * f->cache_page; FAULT_RETRY: the entry has changed; FAULT_OOM; FAULT_SIGBUS: it could not be
 * read.  Sleeps. */
enum fault_result swap_fault(struct fault *f);
/* F's page has taken the place of the swap entry f->old. */
void swap_fault_entered(struct fault *f);

/* Before a store to PAGE, referenced: let it leave the swap cache if nobody else uses its
 * slot.  Sleeps. */
void swap_leave_before_store(struct page *page);

/* SPDX-License-Identifier: MIT */
/*
 * migrate.h - give a page another frame, and nobody notices.
 */
#pragma once
#include "kernel/mm/page.h"
#include "kernel/mm/pagetable.h"

/*
 * Move the content of PAGE, on which the caller has a reference, to a new frame, and let
 * every entry that maps it map that.  The caller must hold no lock; the old frame is free
 * once the caller has dropped its reference.  0, -EINVAL (neither anonymous memory nor data
 * of a file), -ENOMEM, or -EBUSY: somebody else refers to it just now.  May sleep.
 */
int page_migrate(struct page *page);

/* The same to NEW, of which the caller has the only reference, and drops it in any case.
 * Without WAIT nothing is waited for: -EBUSY if PAGE is locked or in writeback. */
int page_migrate_to(struct page *page, struct page *new, bool wait);

/* Sleep until the entry at PTE is no longer OLD, whose page is being moved.  The map lock
 * is held. */
void migration_wait(const struct pte *pte, struct pte old);

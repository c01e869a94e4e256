/* SPDX-License-Identifier: MIT */
/*
 * anon.h - anonymous memory: pages that belong to a process and to no file.
 */
#pragma once
#include "kernel/vm/fault.h"

/* The page of zeroes that every read of untouched memory sees.  In no count,
 * no list and no reverse map: entries that point to it carry PTE_SPECIAL. */
extern struct page *zero_page;

/* A fresh page for F's address, not yet entered: cleared, or with unspecified
 * content.  FAULT_OK with f->page set, or FAULT_OOM.  May sleep. */
enum fault_result anon_new_page(struct fault *f, bool zeroed);

/* PAGE, locked, which has come back from swap and which nobody maps, will be looked for where F's
 * address space stands; or, unless EXCLUSIVE, anywhere in its family, where others have entries
 * for it. */
void anon_set_owner(const struct fault *f, struct page *page, bool exclusive);

/* A store to a page that others may see.  If nobody else is left, F's mm gets the page itself,
 * and may write to it on return; otherwise f->page is a copy, to be entered.  May sleep. */
enum fault_result anon_copy_on_write(struct fault *f);

/* Whether entry E, present, is all that refers to an anonymous page: then its owner
 * may write to it.  The page-table lock is held. */
static inline bool anon_is_alone(struct pte e)
{
    const struct page *page = pfn_to_page(pte_pfn(e));

    return !(e.bits & PTE_SPECIAL) && page->identity == PAGE_ANON
           && __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE) == 1;
}

void anon_init(void);

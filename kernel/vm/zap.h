/* SPDX-License-Identifier: MIT */
/*
 * zap.h - take pages out of an address space: clear, flush, only then free.
 */
#pragma once
#include "kernel/vm/mm.h"

/* Remove the entries of [START, END) that map pages of MAPPING (NULL: of whatever);
 * private copies, which are anonymous pages, stay unless PRIVATE_TOO.  Dirty bits
 * reach the pages; frames are released after the flush.  The map lock is held, or
 * the VMA's mapping locked.  Never sleeps. */
void zap_range_of(struct mm *mm, vaddr_t start, vaddr_t end, struct address_space *mapping,
                  bool private_too);
/* Remove every entry of [START, END). */
static inline void zap_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    zap_range_of(mm, start, end, NULL, true);
}
/* Remove the entries of [START, END) that are all that refers to an anonymous page, whose
 * content is lost; otherwise the same. */
void zap_lone_pages(struct mm *mm, vaddr_t start, vaddr_t end);

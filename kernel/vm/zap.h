/* SPDX-License-Identifier: MIT */
/*
 * zap.h - take pages out of an address space: clear, flush, only then free.
 */
#pragma once
#include "kernel/vm/mm.h"

/* Remove the entries of [START, END), part of VMA, that map pages of its mapping;
 * private copies, which are anonymous pages, stay unless PRIVATE_TOO.  Dirty bits
 * reach the pages; frames are released after the flush.  The VMA's mapping is
 * locked.  Never sleeps. */
void zap_file_pages(const struct vma *vma, vaddr_t start, vaddr_t end, bool private_too);
/* Remove every entry of [START, END), in the same way.  The map lock is held. */
void zap_range(struct mm *mm, vaddr_t start, vaddr_t end);
/* Those that are all that refers to an anonymous page, whose content is lost; no VMA of
 * the range is locked.  Otherwise the same. */
void zap_lone_pages(struct mm *mm, vaddr_t start, vaddr_t end);

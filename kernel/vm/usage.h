/* SPDX-License-Identifier: MIT */
/*
 * usage.h - what an address space has in memory, and whom it shares it with.
 *
 * Read from the page tables, which are the facts, each time that somebody asks.  What
 * carries PTE_SPECIAL (the zero page, the kernel's own) belongs to nobody and is in no sum.
 */
#pragma once
#include "kernel/vm/mm.h"

#define USAGE_SHARE_SHIFT 12            /* shares are exact to 1/4096 byte */

/* Sums over present pages. */
struct usage {
    size_t rss, referenced, anon;                           /* pages */
    size_t shared_clean, shared_dirty, private_clean, private_dirty;
    /* Shares: each page divided by the entries that map it; bytes << USAGE_SHARE_SHIFT. */
    uint64_t share, share_dirty, share_anon, share_file, share_shmem, share_locked;
    uint64_t swap, share_swap;  /* swap entries, and their share of slots   */
};

/* Add the pages of VMA to U, which the caller has cleared.  The map lock is held. */
void usage_add_vma(struct usage *u, const struct vma *vma);

/* One page of an address space. */
struct usage_page {
    bool present;               /* else nothing below means anything        */
    bool is_file;               /* of a file, or shared memory              */
    bool exclusive;             /* this entry is the only one that maps it  */
    pfn_t pfn;
    bool swapped;               /* not present: its page is in swap, as ... */
    uint64_t entry;
};

/* Describe the N pages of MM from VA on.  Takes the map lock. */
void usage_look(struct mm *mm, vaddr_t va, size_t n, struct usage_page *out);

/* Forget that pages of MM were used: anonymous ones, those of files, or both.  Takes the
 * map lock.  An access to them from now on is noted anew. */
void usage_forget(struct mm *mm, bool anon, bool file);

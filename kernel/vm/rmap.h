/* SPDX-License-Identifier: MIT */
/*
 * rmap.h - from a page to the entries that map it.
 *
 * Every VMA of a file stands in mapping->mmap_tree, by page offset, guarded by
 * mapping->mmap_lock.  It leaves the tree before its page tables may be freed, so a
 * walker that holds the lock may look into foreign page tables.  Anonymous pages, as
 * private copies of file pages are, are found by vm/anon_vma.h.
 */
#pragma once
#include "kernel/cache/page_cache.h"
#include "kernel/vm/anon_vma.h"

/* Enter VMA into its mapping's tree; nothing if it has none. */
void rmap_link_mapping(struct vma *vma);
static inline void rmap_link(struct vma *vma)
{
    if (vma->mapping)
        rmap_link_mapping(vma);
}
/* Take it out again, and off its span. */
void rmap_unlink_mapping(struct vma *vma);
static inline void rmap_unlink(struct vma *vma)
{
    if (vma->mapping)
        rmap_unlink_mapping(vma);
    if (vma->span)
        anon_span_leave(vma);
}

/* Start, end or pgoff of VMA, which has a mapping, change: its place in the tree, too. */
void rmap_before_change(struct vma *vma);
void rmap_after_change(struct vma *vma);

/* Keep walkers out while entries of VMA move, and let them in again. */
void rmap_lock(const struct vma *vma);
void rmap_unlock(const struct vma *vma);

/* Call FN for every VMA of AS that maps a page of [FIRST, LAST], mmap_lock held. */
void rmap_for_each(struct address_space *as, uint64_t first, uint64_t last,
                   void (*fn)(struct interval *in_mapping, void *arg), void *arg);

/* Call FN for each place where PAGE, a file's (locked) or an anonymous one of A, may be
 * mapped; some may come twice.  FN runs with the reverse map locked, and looks at the place
 * under MM's page-table lock.  It returns whether there may be others: an anonymous page is
 * looked for no further then.  False if FN has ended the walk, and no entry was copied by a
 * fork meanwhile. */
bool rmap_walk(const struct page *page, struct anon_vma *a,
               bool (*fn)(struct mm *mm, vaddr_t va, void *arg), void *arg);

void rmap_init(void);           /* registers mapping_ops */

/* SPDX-License-Identifier: MIT */
/*
 * rmap.h - from a page of a file to the entries that map it.
 *
 * Every VMA of a mapping stands in mapping->mmap_tree, an interval tree by page
 * offset, guarded by mapping->mmap_lock.  A VMA leaves it before its page
 * tables may be freed, so a walker that holds the lock may look into foreign
 * page tables.
 */
#pragma once
#include "kernel/cache/page_cache.h"
#include "kernel/vm/vma.h"

/* Enter VMA into its mapping's tree and take it out; nothing for anonymous ones. */
void rmap_link_mapping(struct vma *vma);
void rmap_unlink_mapping(struct vma *vma);
static inline void rmap_link(struct vma *vma)
{
    if (vma->mapping)
        rmap_link_mapping(vma);
}
static inline void rmap_unlink(struct vma *vma)
{
    if (vma->mapping)
        rmap_unlink_mapping(vma);
}

/* Keep walkers out while entries move from one VMA of an object to another. */
static inline void rmap_lock(const struct vma *vma)
{
    if (vma->mapping)
        spin_lock(&vma->mapping->mmap_lock);
}
static inline void rmap_unlock(const struct vma *vma)
{
    if (vma->mapping)
        spin_unlock(&vma->mapping->mmap_lock);
}

/* Around a change of start, end or pgoff: locks and unlinks; links and unlocks. */
void rmap_before_change(struct vma *vma);
void rmap_after_change(struct vma *vma);

/* Call FN for every VMA of AS that maps a page of [FIRST, LAST], mmap_lock held. */
void rmap_for_each(struct address_space *as, uint64_t first, uint64_t last,
                   void (*fn)(struct vma *vma, void *arg), void *arg);

void rmap_init(void);           /* registers mapping_ops */

/* SPDX-License-Identifier: MIT */
/*
 * vmaset.h - the VMAs of one address space: an address-ordered list to walk, and
 * a red-black tree augmented with the largest gap to find and to place.  Pure.
 *
 * Invariants, checked by vmaset_check():
 *   - VMAs are not empty, page aligned, inside [base, limit), and do not overlap;
 *   - list and tree hold the same VMAs in the same order;
 *   - a VMA's own gap is the hole between its predecessor's end (or base) and its
 *     start; max_gap is the largest own gap in its subtree;
 *   - total is the number of pages in all of them.
 *
 * Locks: the owner's map lock.
 */
#pragma once
#include "kernel/vm/vma.h"

/*
 * What the set asks of its owner: memory, and to keep the reverse map true.  A
 * walker of the reverse map must never miss a page, so an upper part is linked
 * before the lower one shrinks, and unlinked after the lower one has grown.
 */
struct vmaset_ops {
    struct vma *(*alloc)(struct vma *like);     /* copy of LIKE with references taken, or NULL */
    void (*link)(struct vma *vma);              /* enter it into the reverse map               */
    void (*free)(struct vma *vma);              /* unlink, drop references and memory          */
    void (*adopt)(struct vma *lower, const struct vma *upper);    /* LOWER, which had no span,
                                                 * uses UPPER's                                */
    /* Of a VMA with mapping: */
    void (*before_change)(struct vma *vma);     /* start, end or pgoff change: lock            */
    void (*after_change)(struct vma *vma);      /* they have: enter it anew and unlock         */
    /* Of one with a span: */
    void (*cover)(struct vma *vma);             /* it has grown out of it                      */
};

struct vma_set {
    struct rb_root tree;
    struct list list;
    struct vma *hint;               /* last one found or entered               */
    size_t count;
    size_t total;                   /* pages                                   */
    vaddr_t base, limit;            /* where VMAs may lie                  [c] */
    const struct vmaset_ops *ops;   /*                                     [c] */
};

void vmaset_init(struct vma_set *s, vaddr_t base, vaddr_t limit, const struct vmaset_ops *ops);

/* The VMA that contains VA, or NULL. */
struct vma *vmaset_find(struct vma_set *s, vaddr_t va);
/* The first VMA that ends above VA, or NULL. */
struct vma *vmaset_find_from(const struct vma_set *s, vaddr_t va);
/* The first VMA that intersects [START, END), or NULL. */
struct vma *vmaset_find_range(const struct vma_set *s, vaddr_t start, vaddr_t end);
/* Pages of [START, END) in VMAs that have one of FLAGS; in all VMAs if FLAGS is 0. */
size_t vmaset_count(const struct vma_set *s, vaddr_t start, vaddr_t end, uint32_t flags);
struct vma *vmaset_first(const struct vma_set *s);
static inline struct vma *vmaset_next(const struct vma_set *s, const struct vma *vma)
{
    return vma->link.next == &s->list ? NULL : list_entry(vma->link.next, struct vma, link);
}
/* The one before VMA; before NULL: the last one. */
static inline struct vma *vmaset_prev(const struct vma_set *s, const struct vma *vma)
{
    struct list *before = vma ? vma->link.prev : s->list.prev;

    return before == &s->list ? NULL : list_entry(before, struct vma, link);
}

/* The highest LEN bytes in [LOW, HIGH) that are free: where they start, or 0 if
 * there is no such hole.  O(log n). */
vaddr_t vmaset_find_gap(const struct vma_set *s, size_t len, vaddr_t low, vaddr_t high);

/* Enter VMA, whose range must be free, in front of NEXT (NULL: behind all). */
void vmaset_insert(struct vma_set *s, struct vma *vma, struct vma *next);
/* Take VMA out; the caller owns it. */
void vmaset_remove(struct vma_set *s, struct vma *vma);
/* Take [START, END), which meets VMA, out of it: true if it is shortened (at one border;
 * it may not cross both), false if it went and is the caller's. */
bool vmaset_clear(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end);
/* Move the borders of VMA; must not meet its neighbours.  pgoff follows START. */
void vmaset_resize(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end);

/* Let VMA, which has no mapping, be [START, END): free, or its own.  pgoff stays. */
void vmaset_move(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end);

/* Divide VMA at VA (strictly inside): VMA keeps the lower part, the new upper
 * part is entered and returned; NULL if out of memory, nothing changed. */
struct vma *vmaset_split(struct vma_set *s, struct vma *vma, vaddr_t va);
/* Undo it: VMA takes back the range of UPPER, which goes.  Cannot fail. */
void vmaset_unsplit(struct vma_set *s, struct vma *vma, struct vma *upper);

/* Whether A and B, adjacent in this order, could be one. */
bool vma_can_merge(const struct vma *a, const struct vma *b);
/* Merge VMA with its neighbours where that is possible; returns the one that is left. */
struct vma *vmaset_merge(struct vma_set *s, struct vma *vma);
/* Extend a neighbour over PROTO's range, which is free and in front of NEXT (NULL:
 * behind all), if it could be one with PROTO; returns the extended one, or NULL. */
struct vma *vmaset_extend(struct vma_set *s, const struct vma *proto, struct vma *next);

/* Panics if an invariant is broken. */
void vmaset_check(const struct vma_set *s);

/* SPDX-License-Identifier: MIT */
/*
 * anon_vma.h - from an anonymous page to the entries that map it.
 *
 * An anon_vma stands for the anonymous pages that one address space made.  (Linux,
 * from which we have the name, has one for each VMA.)  A forked child shows its
 * parent's pages, so it joins the parent's anon_vma; once the child makes pages, it
 * gets an anon_vma of its own, below the parent's:
 *
 *     A: parent's pages             a page of A may be in the parent, c1, c2, c3
 *     |-- C1: pages made by c1      a page of C1 only in c1 and its children
 *     `-- C2: pages made by c2      c3 has made none yet: it still stands in A
 *
 * So the page that one of 1,000 children wrote is found in one step.
 *
 * Where page INDEX of an anon_vma is to be looked for in an address space, a span
 * says: at base + INDEX pages.  One span, whose base is 0, serves all that stayed
 * where it was born; there a page's index is its virtual page number.  Others come
 * from mremap alone: memory that moved up by D has a span with base D.
 *
 * Invariants:
 *   - a page's anon_vma is that of an address space which shows it, or of a
 *     forefather; its index and the span of each VMA that shows it give the address;
 *   - a span's interval covers what its VMAs show, and perhaps more: who looks at a
 *     place must compare what is there with the page;
 *   - an anon_vma lives while an address space stands in it, or one below it lives,
 *     or somebody holds a reference; pages hold none.  So page->anon_vma may be
 *     followed only while the page is mapped, which anon_vma_of() takes care of.
 *
 * Locks: one lock for a whole family, in its root (RANK_ANON_VMA).  Who holds it may
 * look into the page tables of every address space that stands there, under their
 * page-table locks: spans go before tables do, and single tables go under that lock.
 */
#pragma once
#include "kernel/core/spinlock.h"
#include "kernel/mm/page.h"
#include "kernel/vm/vma.h"

struct anon_vma {
    struct spinlock lock;           /* of the family; only the root's is used      */
    struct anon_vma *root;          /* the eldest                              [c] */
    struct anon_vma *parent;        /* referenced, or NULL                     [c] */
    struct list children, sibling;  /*                                      [lock] */
    struct rb_root spans;           /* intervals: span->pages               [lock] */
    size_t nmms;                    /* address spaces that stand here       [lock] */
    int32_t refcount;               /* these, children, holders                [a] */
    uint32_t nforks;                /* the root's: under way in the family; one
                                     * begins with the lock held               [a] */
};

/* An address space's part in all this. */
struct anon_space {
    struct spinlock lock;           /* RANK_ANON_MAKE: making the first page       */
    struct anon_vma *anon_vma;      /* where it stands; NULL: no page yet [m, lock] */
    bool is_own;                    /* and new pages are that one's            [a] */
    struct anon_span home;          /* of base 0                                   */
    struct list moved;              /* spans of other bases                    [m] */
};

void anon_space_init(struct mm *mm);
/* CHILD, empty until now, stands where PARENT does, and entries are going to be copied
 * until anon_space_forked(PARENT). */
void anon_space_fork(struct mm *child, struct mm *parent);
void anon_space_forked(struct mm *parent);
/* MM's last VMA is gone. */
void anon_space_leave(struct mm *mm);

/* See that VMA has a span, and its mm an anon_vma that is its own, for a new page.
 * The map lock is held.  0, or -ENOMEM.  May sleep. */
int anon_vma_prepare(struct vma *vma);

/* VMA, which has no span, uses that of OF, in the same mm.  The map lock is held. */
void anon_span_share(struct vma *vma, const struct vma *of);
/* VMA, without span, shows in another mm what OF does in one that is being forked. */
int anon_span_fork(struct vma *vma, const struct vma *of);
/* VMA, without span, will show at its place what OF, which has one, shows now.  0, or
 * -ENOMEM.  May sleep. */
int anon_span_move(struct vma *vma, const struct vma *of);
/* VMA's range has grown: see that its span covers it. */
void anon_span_cover(struct vma *vma);
/* VMA goes. */
void anon_span_leave(struct vma *vma);

static inline void anon_vma_lock(const struct anon_vma *a)
{
    spin_lock(&a->root->lock);
}
static inline void anon_vma_unlock(const struct anon_vma *a)
{
    spin_unlock(&a->root->lock);
}

/* The anon_vma of PAGE, referenced; NULL if nobody maps it (any more). */
struct anon_vma *anon_vma_of(const struct page *page);
void anon_vma_put(struct anon_vma *a);

/* Call FN for each place where page INDEX of A may be mapped, until it says that there are
 * no others; some may come twice.  First comes who made the page, then the latest children:
 * they show most of it.  True if there may be others still, which nobody asked, or which a
 * fork is just making.  The lock is held. */
bool anon_vma_for_each(struct anon_vma *a, uint64_t index,
                       bool (*fn)(struct mm *mm, vaddr_t va, void *arg), void *arg);

void anon_vma_init(void);

/* SPDX-License-Identifier: MIT */
/*
 * vma.h - a virtual memory area: a run of pages that share one rule.
 *
 * VMAs say what is allowed and where content comes from; the page table says
 * what is there.  (Mach and BSD call this a map entry.)
 */
#pragma once
#include "kernel/mm/pagetable.h"
#include "lib/interval.h"
#include "lib/list.h"

struct mm;
struct file;
struct address_space;
struct anon_span;
struct fault;
struct vma;

/* Rights and nature of a VMA. */
#define VM_READ      0x0001u
#define VM_WRITE     0x0002u
#define VM_EXEC      0x0004u
#define VM_SHARED    0x0008u        /* stores reach the object                      */
#define VM_MAYREAD   0x0010u        /* what mprotect may grant                      */
#define VM_MAYWRITE  0x0020u
#define VM_MAYEXEC   0x0040u
#define VM_LOCKONFAULT 0x0080u      /* with VM_LOCKED: pages stay once they are there */
#define VM_GROWSDOWN 0x0100u        /* a stack                                      */
#define VM_LOCKED    0x0200u        /* its pages stay in memory                     */
#define VM_NORESERVE 0x0400u
#define VM_ACCOUNT   0x0800u        /* counted as committed memory                  */
#define VM_PFNMAP    0x1000u        /* frames without struct page counts            */
#define VM_DONTCOPY  0x2000u        /* not inherited by fork                        */
#define VM_SPECIAL   0x4000u        /* made by the kernel (vDSO)                    */
#define VM_WIPEONFORK 0x8000u       /* a child of fork finds it empty               */
#define VM_RAND_READ 0x10000u       /* read at random: nothing ahead, nothing around */
#define VM_SEQ_READ  0x20000u       /* read in order: far ahead                     */
#define VM_ACCESS    (VM_READ | VM_WRITE | VM_EXEC)
#define VM_LOCKS     (VM_LOCKED | VM_LOCKONFAULT)

enum fault_result {
    FAULT_OK,               /* the access will succeed now                     */
    FAULT_RETRY,            /* the world changed while we slept: start over    */
    FAULT_MAPERR,           /* SIGSEGV: no VMA                                 */
    FAULT_ACCERR,           /* SIGSEGV: VMA, but no right                      */
    FAULT_SIGBUS,           /* beyond the end of the object, or its I/O failed */
    FAULT_DEVICE,           /* no right is missing, but what is there is no memory */
    FAULT_OOM               /* no memory                                       */
};

/*
 * One table per kind of mapping, one file per kind.  No member is NULL.
 */
struct vma_ops {
    const char *name;
    /* The page for F (entry none): sets f->page (referenced), or says why not. */
    enum fault_result (*fault)(struct fault *f);
    /* A store to a page that is present without W (entry f->old): a copy in f->page, or
     * the right to write given to the entry itself, or why not. */
    enum fault_result (*make_writable)(struct fault *f);
    /* Map neighbours that are ready, after a read fault; may do nothing. */
    void (*fault_around)(struct fault *f);
};

/*
 * Locks: [m] the mm's map lock, written to change, read to look
 *        [r] the mapping's mmap_lock  [a] atomic
 */
struct vma {
    /* What it is: */
    vaddr_t start, end;             /* page aligned, end exclusive             [m] */
    uint32_t flags;                 /* VM_*                                    [m] */
    bool touched;                   /* somebody has used it: each last-level table covers a
                                     * page of such a VMA                      [a] */
    struct mm *mm;                  /*                                         [c] */
    const struct vma_ops *ops;      /*                                         [c] */
    struct file *file;              /* referenced, or NULL                     [c] */
    struct address_space *mapping;  /* of the object, or NULL                  [c] */
    uint64_t pgoff;                 /* page of the object at START; anonymous:
                                     * START >> PAGE_SHIFT at birth            [m] */
    struct anon_span *span;         /* where the reverse map looks for anonymous pages;
                                     * NULL: there has been none yet           [a] */
    /* Its places, from here to the end: */
    struct rb_node node;            /* in the set, by address                  [m] */
    struct list link;               /* in the set, by address                  [m] */
    uint64_t gap;                   /* hole between the predecessor and START  [m] */
    uint64_t max_gap;               /* largest gap in the subtree              [m] */
    struct interval in_mapping;     /* in mapping->mmap_tree: pages of pgoff   [r] */
};

/* Where the anonymous pages of some VMAs of one mm are: page INDEX at base + INDEX pages.
 * (vm/anon_vma.h)  [m] the map lock, written to change  [n] the anon_vma's lock */
struct anon_span {
    struct interval pages;          /* in anon_vma->spans: all that they show  [n] */
    struct mm *mm;                  /*                                         [c] */
    vaddr_t base;                   /* wraps around                            [c] */
    size_t nvmas;                   /* that use it                             [m] */
    struct list link;               /* in mm->anon.moved                       [m] */
    struct anon_span *copy;         /* the child's, while a fork goes on       [m] */
};

/* Say what VMA is, all but its range.  Anonymous unless the caller adds an object. */
static inline void vma_init(struct vma *vma, struct mm *mm, const struct vma_ops *ops,
                            uint32_t flags)
{
    vma->flags = flags;
    vma->touched = false;
    vma->mm = mm;
    vma->ops = ops;
    vma->file = NULL;
    vma->mapping = NULL;
    vma->pgoff = 0;
    vma->span = NULL;
}

/* Tables for pages of VMA are going to be made. */
static inline void vma_touch(struct vma *vma)
{
    if (!__atomic_load_n(&vma->touched, __ATOMIC_RELAXED))
        __atomic_store_n(&vma->touched, true, __ATOMIC_RELAXED);
}

static inline size_t vma_npages(const struct vma *vma)
{
    return (vma->end - vma->start) >> PAGE_SHIFT;
}
/* Whether the pages of VMA's object may be written through it, now or after mprotect. */
static inline bool vma_may_store(const struct vma *vma)
{
    return (vma->flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}
/* Page of the object at VA. */
static inline uint64_t vma_pgoff(const struct vma *vma, vaddr_t va)
{
    return vma->pgoff + ((va - vma->start) >> PAGE_SHIFT);
}

/* Index of the anonymous page at VA; VMA has a span. */
static inline uint64_t anon_index(const struct vma *vma, vaddr_t va)
{
    return (va - vma->span->base) >> PAGE_SHIFT;
}
static inline bool anon_span_covers(const struct vma *vma)
{
    const struct interval *pages = &vma->span->pages;

    return pages->first <= anon_index(vma, vma->start) && anon_index(vma, vma->end - 1) <= pages->last;
}

void vma_op_nothing_around(struct fault *f);    /* for kinds without neighbours that are ready */

extern const struct vma_ops anon_vma_ops;       /* vm/anon.c    */
extern const struct vma_ops file_vma_ops;       /* vm/filemap.c */

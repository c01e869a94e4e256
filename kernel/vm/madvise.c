/* SPDX-License-Identifier: MIT */
/*
 * madvise.c - what a program says about its use of a range.
 *
 * Every advice is a row of the table below.  Some change flags of the VMAs, which are
 * split and merged (the map lock is held for writing); the others work on the pages
 * (for reading).  The range is worked off VMA by VMA.  A hole makes the result -ENOMEM
 * but is passed over; a VMA that refuses ends the call.  What may sleep long lets go of
 * the map lock, and the walk goes on behind the VMA it was at.
 *
 * MADV_FREE, which on Linux waits until memory is short, frees at once; MADV_COLD and
 * MADV_PAGEOUT make the pages look unused.
 */
#include "kernel/fs/file.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/populate.h"
#include "kernel/vm/zap.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

struct advice {
    /* Do it to [START, END) of VMA.  The map lock is held, and again at the end. */
    int (*apply)(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end);
    uint32_t refused;           /* VM_* of which none may be there              */
    bool private_anon;          /* for private memory without a file only       */
    bool stops_at_hole;
    uint32_t set, clear;        /* change_flags: VM_*                           */
    enum access access;         /* populate                                     */
    uint32_t need;              /* populate: the right for it                   */
};

static int change_flags(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    uint32_t flags = (vma->flags & ~a->clear) | a->set;

    if (flags == vma->flags)
        return 0;
    vma = vm_cut(vma->mm, vma, start, end);
    if (!vma)
        return -EAGAIN;
    vma->flags = flags;
    vmaset_merge(&vma->mm->vmas, vma);
    return 0;
}

static int take_note(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    (void)a, (void)vma, (void)start, (void)end;
    return 0;
}

static int drop(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    (void)a;
    zap_range(vma->mm, start, end);
    return 0;
}

/* What others share stays: they, too, would have to say that they do not need it. */
static int drop_lone(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    (void)a;
    zap_lone_pages(vma->mm, start, end);
    return 0;
}

/* Start reading what the file has there. */
static int will_need(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct address_space *as = vma->mapping;
    uint64_t first = vma_pgoff(vma, start);
    struct file *file = vma->file;
    struct mm *mm = vma->mm;

    (void)a;
    if (!as)                            /* no file, or a device */
        return 0;
    file_get(file);
    rwsem_read_unlock(&mm->lock);
    page_cache_will_need(as, first, (end - start) >> PAGE_SHIFT);
    file_put(file);
    rwsem_read_lock(&mm->lock);
    return 0;
}

/* Make a hole in the file. */
static int punch(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    uint64_t first = vma_pgoff(vma, start) << PAGE_SHIFT;
    struct file *file = vma->file;
    struct mm *mm = vma->mm;
    int err;

    (void)a;
    if (!file)
        return -EINVAL;
    if (!vma_may_store(vma))
        return -EACCES;
    file_get(file);
    rwsem_read_unlock(&mm->lock);
    err = file_allocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first, end - start);
    file_put(file);
    rwsem_read_lock(&mm->lock);
    return err;
}

/* Forget that the pages under N entries were used, as far as nobody else maps them. */
static void cool_run(struct pte *run, size_t n)
{
    for (struct pte *p = run; p < run + n; p++) {
        struct page *page = pte_counted_page(pte_read(p));

        if (page && page->mapcount == 1)
            page_map_forget_use(page, p);
    }
}

static int cool(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct mm *mm = vma->mm;
    struct pte *run;
    size_t n;

    (void)a;
    for (vaddr_t va = start; (run = pt_next_run(&mm->ctx.pt, &va, end, &n)); va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        cool_run(run, n);
        spin_unlock(&mm->pt_lock);
    }
    tlb_flush_range(&mm->ctx, start, end);
    return 0;
}

static int populate_error(enum fault_result r)
{
    switch (r) {
    case FAULT_OK:
        return 0;
    case FAULT_RETRY:
        return -EINTR;
    case FAULT_ACCERR:
        return -EINVAL;
    case FAULT_SIGBUS:
        return -EFAULT;
    default:
        return -ENOMEM;         /* no memory; or no VMA since we looked */
    }
}

/* Serve the faults that an access to each page would raise. */
static int populate(const struct advice *a, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct mm *mm = vma->mm;
    enum fault_result r;

    if (!(vma->flags & a->need))
        return -EINVAL;
    rwsem_read_unlock(&mm->lock);
    r = populate_pages(mm, start, end, a->access);
    rwsem_read_lock(&mm->lock);
    return populate_error(r);
}

static const struct advice advices[] = {
    [MADV_NORMAL] = { .apply = change_flags, .clear = VM_RAND_READ | VM_SEQ_READ },
    [MADV_RANDOM] = { .apply = change_flags, .clear = VM_SEQ_READ, .set = VM_RAND_READ },
    [MADV_SEQUENTIAL] = { .apply = change_flags, .clear = VM_RAND_READ, .set = VM_SEQ_READ },
    [MADV_WILLNEED] = { .apply = will_need },
    [MADV_DONTNEED] = { .apply = drop, .refused = VM_LOCKED | VM_PFNMAP },
    [MADV_DONTNEED_LOCKED] = { .apply = drop, .refused = VM_PFNMAP },
    [MADV_FREE] = { .apply = drop_lone, .refused = VM_LOCKED | VM_PFNMAP, .private_anon = true },
    [MADV_REMOVE] = { .apply = punch, .refused = VM_LOCKED },
    [MADV_DONTFORK] = { .apply = change_flags, .set = VM_DONTCOPY },
    [MADV_DOFORK] = { .apply = change_flags, .refused = VM_PFNMAP, .clear = VM_DONTCOPY },
    [MADV_WIPEONFORK] = { .apply = change_flags, .private_anon = true, .set = VM_WIPEONFORK },
    [MADV_KEEPONFORK] = { .apply = change_flags, .clear = VM_WIPEONFORK },
    [MADV_COLD] = { .apply = cool, .refused = VM_LOCKED | VM_PFNMAP },
    [MADV_PAGEOUT] = { .apply = cool, .refused = VM_LOCKED | VM_PFNMAP },
    [MADV_POPULATE_READ] = { .apply = populate, .refused = VM_PFNMAP, .stops_at_hole = true,
                             .access = ACCESS_READ, .need = VM_READ },
    [MADV_POPULATE_WRITE] = { .apply = populate, .refused = VM_PFNMAP, .stops_at_hole = true,
                              .access = ACCESS_WRITE, .need = VM_WRITE },
    /* Equal pages are not merged, large ones not made, and memory not dumped. */
    [MADV_MERGEABLE] = { .apply = take_note },
    [MADV_UNMERGEABLE] = { .apply = take_note },
    [MADV_HUGEPAGE] = { .apply = take_note },
    [MADV_NOHUGEPAGE] = { .apply = take_note },
    [MADV_DONTDUMP] = { .apply = take_note },
    [MADV_DODUMP] = { .apply = take_note, .refused = VM_PFNMAP },
};

static const struct advice *find_advice(int advice)
{
    if (advice < 0 || (size_t)advice >= ARRAY_SIZE(advices) || !advices[advice].apply)
        return NULL;
    return &advices[advice];
}

static bool refuses(const struct vma *vma, const struct advice *a)
{
    return (vma->flags & a->refused) || (a->private_anon && vma->ops != &anon_vma_ops);
}

/* The map lock is held as A wants it. */
static int advise_range(struct mm *mm, vaddr_t at, vaddr_t end, const struct advice *a)
{
    int err = 0, hole = 0;

    while (!err && at < end) {
        struct vma *vma = vmaset_find_range(&mm->vmas, at, end);
        vaddr_t stop;

        if (!vma || vma->start > at)
            hole = -ENOMEM;
        if (!vma || (hole && a->stops_at_hole))
            break;
        at = MAX(at, vma->start);
        stop = MIN(end, vma->end);
        err = refuses(vma, a) ? -EINVAL : a->apply(a, vma, at, stop);
        at = stop;
    }
    return err ? err : hole;
}

int vm_madvise(struct mm *mm, vaddr_t addr, size_t len, int advice)
{
    const struct advice *a = find_advice(advice);
    vaddr_t end = addr + align_up(len, PAGE_SIZE);
    int err;

    if (!a || (addr & ~PAGE_MASK) || end < addr || (len && end == addr))
        return -EINVAL;
    if (!len)
        return 0;
    if (a->set | a->clear) {
        rwsem_write_lock(&mm->lock);
        err = advise_range(mm, addr, end, a);
        rwsem_write_unlock(&mm->lock);
    } else {
        rwsem_read_lock(&mm->lock);
        err = advise_range(mm, addr, end, a);
        rwsem_read_unlock(&mm->lock);
    }
    return err;
}

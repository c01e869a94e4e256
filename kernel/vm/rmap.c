/* SPDX-License-Identifier: MIT */
/*
 * rmap.c - from a page of a file to the entries that map it.
 */
#include "kernel/core/counters.h"
#include "kernel/vm/mm.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/rmap.h"
#include "kernel/vm/zap.h"
#include "lib/bitops.h"

static uint64_t last_page(const struct vma *vma)
{
    return vma->pgoff + vma_npages(vma) - 1;
}

void rmap_link_mapping(struct vma *vma)
{
    struct address_space *as = vma->mapping;

    spin_lock(&as->mmap_lock);
    interval_insert(&as->mmap_tree, &vma->in_mapping, vma->pgoff, last_page(vma));
    as->nwritable_shared += vma_may_store(vma);
    spin_unlock(&as->mmap_lock);
}

void rmap_unlink_mapping(struct vma *vma)
{
    struct address_space *as = vma->mapping;

    spin_lock(&as->mmap_lock);
    interval_remove(&as->mmap_tree, &vma->in_mapping);
    as->nwritable_shared -= vma_may_store(vma);
    spin_unlock(&as->mmap_lock);
}

void rmap_before_change(struct vma *vma)
{
    spin_lock(&vma->mapping->mmap_lock);
}

void rmap_after_change(struct vma *vma)
{
    struct address_space *as = vma->mapping;

    interval_change(&as->mmap_tree, &vma->in_mapping, vma->pgoff, last_page(vma));
    spin_unlock(&as->mmap_lock);
}

void rmap_lock(const struct vma *vma)
{
    if (vma->mapping)
        spin_lock(&vma->mapping->mmap_lock);
    if (vma->span)
        anon_vma_lock(vma->mm->anon.anon_vma);
}

void rmap_unlock(const struct vma *vma)
{
    if (vma->span)
        anon_vma_unlock(vma->mm->anon.anon_vma);
    if (vma->mapping)
        spin_unlock(&vma->mapping->mmap_lock);
}

void rmap_for_each(struct address_space *as, uint64_t first, uint64_t last,
                   void (*fn)(struct interval *in_mapping, void *arg), void *arg)
{
    ASSERT(spin_is_mine(&as->mmap_lock));
    interval_for_each(&as->mmap_tree, first, last, fn, arg);
}

/* Address in VMA of page INDEX, cut to the VMA. */
static vaddr_t address_of(const struct vma *vma, uint64_t index)
{
    if (index <= vma->pgoff)
        return vma->start;
    if (index - vma->pgoff >= vma_npages(vma))
        return vma->end;
    return vma->start + ((index - vma->pgoff) << PAGE_SHIFT);
}

struct unmap {
    pgoff_t start, end;
    bool private_too;
};

static void unmap_from(struct interval *it, void *arg)
{
    struct vma *vma = container_of(it, struct vma, in_mapping);
    const struct unmap *u = arg;

    zap_file_pages(vma, address_of(vma, u->start), address_of(vma, u->end), u->private_too);
}

static void unmap_range(struct address_space *as, pgoff_t start, pgoff_t end, bool private_too)
{
    struct unmap u = { .start = start, .end = end, .private_too = private_too };

    if (start >= end || rb_is_empty(&as->mmap_tree))
        return;
    spin_lock(&as->mmap_lock);
    rmap_for_each(as, start, end - 1, unmap_from, &u);
    spin_unlock(&as->mmap_lock);
}

struct clean {
    struct page *page;
    bool dirty;
};

/* Write-protect the page in VMA, so that the next store is seen. */
static void clean_in(struct interval *it, void *arg)
{
    struct vma *vma = container_of(it, struct vma, in_mapping);
    struct clean *c = arg;
    vaddr_t va = address_of(vma, c->page->index);
    struct mm *mm = vma->mm;
    struct pte *pte, old;

    if (!(vma->flags & VM_SHARED))
        return;
    pte = pt_find(&mm->ctx.pt, va, 0);
    if (!pte)
        return;
    spin_lock(&mm->pt_lock);
    old = pte_read(pte);
    if (pte_is_present(old) && pte_pfn(old) == page_to_pfn(c->page) && pte_may_write(old)) {
        old = pte_clear_bits(pte, PTE_W | PTE_D | PTE_WRITE_LATER);
        tlb_flush_page(&mm->ctx, va);
        c->dirty |= !!(old.bits & PTE_D);
    }
    spin_unlock(&mm->pt_lock);
}

static bool mkclean(struct page *page)
{
    struct address_space *as = page->mapping;
    struct clean c = { .page = page };

    if (rb_is_empty(&as->mmap_tree))
        return false;
    spin_lock(&as->mmap_lock);
    rmap_for_each(as, page->index, page->index, clean_in, &c);
    spin_unlock(&as->mmap_lock);
    return c.dirty;
}

struct walk {
    const struct page *page;
    bool (*fn)(struct mm *mm, vaddr_t va, void *arg);
    void *arg;
};

static void visit(struct interval *it, void *arg)
{
    struct vma *vma = container_of(it, struct vma, in_mapping);
    const struct walk *w = arg;

    count_vm_event(VM_RMAP_STEP);
    w->fn(vma->mm, address_of(vma, w->page->index), w->arg);
}

bool rmap_walk(const struct page *page, struct anon_vma *a,
               bool (*fn)(struct mm *mm, vaddr_t va, void *arg), void *arg)
{
    struct walk w = { .page = page, .fn = fn, .arg = arg };
    struct address_space *as;
    bool more;

    count_vm_event(VM_RMAP_WALK);
    if (page->identity == PAGE_ANON) {
        anon_vma_lock(a);
        more = anon_vma_for_each(a, page->index, fn, arg);
        anon_vma_unlock(a);
        return more;
    }
    as = page->mapping;
    spin_lock(&as->mmap_lock);
    rmap_for_each(as, page->index, page->index, visit, &w);
    spin_unlock(&as->mmap_lock);
    return true;
}

static const struct mapping_ops ops = {
    .mkclean = mkclean,
    .unmap_range = unmap_range,
};

void rmap_init(void)
{
    mapping_ops_register(&ops);
}

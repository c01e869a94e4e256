/* SPDX-License-Identifier: MIT */
/*
 * rmap.c - from a page of a file to the entries that map it.
 *
 * The tree is ordered by first page and augmented with the largest last page of
 * each subtree (an interval tree, Cormen et al. chapter 14): a query skips all
 * subtrees that end before it begins.
 */
#include "kernel/vm/mm.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/rmap.h"
#include "kernel/vm/zap.h"
#include "lib/bitops.h"

static struct vma *vma_of(struct rb_node *n)
{
    return rb_entry(n, struct vma, rmap_node);
}

static uint64_t last_page(const struct vma *vma)
{
    return vma->pgoff + vma_npages(vma) - 1;
}

static bool update_last(struct rb_node *n)
{
    struct vma *vma = vma_of(n);
    uint64_t last = last_page(vma);

    if (n->left)
        last = MAX(last, vma_of(n->left)->rmap_last);
    if (n->right)
        last = MAX(last, vma_of(n->right)->rmap_last);
    if (vma->rmap_last == last)
        return false;
    vma->rmap_last = last;
    return true;
}

static void link_locked(struct vma *vma)
{
    struct rb_root *tree = &vma->mapping->mmap_tree;
    struct rb_node **link = &tree->top, *parent = NULL;

    tree->update = update_last;
    while (*link) {
        parent = *link;
        link = vma->pgoff < vma_of(parent)->pgoff ? &parent->left : &parent->right;
    }
    vma->rmap_last = last_page(vma);
    rb_insert(tree, parent, link, &vma->rmap_node);
}

void rmap_link_mapping(struct vma *vma)
{
    spin_lock(&vma->mapping->mmap_lock);
    link_locked(vma);
    vma->mapping->nwritable_shared += vma_may_store(vma);
    spin_unlock(&vma->mapping->mmap_lock);
}

void rmap_unlink_mapping(struct vma *vma)
{
    spin_lock(&vma->mapping->mmap_lock);
    rb_erase(&vma->mapping->mmap_tree, &vma->rmap_node);
    vma->mapping->nwritable_shared -= vma_may_store(vma);
    spin_unlock(&vma->mapping->mmap_lock);
}

void rmap_before_change(struct vma *vma)
{
    if (!vma->mapping)
        return;
    spin_lock(&vma->mapping->mmap_lock);
    rb_erase(&vma->mapping->mmap_tree, &vma->rmap_node);
}

void rmap_after_change(struct vma *vma)
{
    if (!vma->mapping)
        return;
    link_locked(vma);
    spin_unlock(&vma->mapping->mmap_lock);
}

struct range_query {
    uint64_t first, last;
    void (*fn)(struct vma *vma, void *arg);
    void *arg;
};

static void visit(const struct range_query *q, struct rb_node *n)
{
    struct vma *vma;

    for (; n; n = n->right) {
        vma = vma_of(n);
        if (vma->rmap_last < q->first)
            return;
        visit(q, n->left);
        if (vma->pgoff > q->last)
            return;
        if (last_page(vma) >= q->first)
            q->fn(vma, q->arg);
    }
}

void rmap_for_each(struct address_space *as, uint64_t first, uint64_t last,
                   void (*fn)(struct vma *vma, void *arg), void *arg)
{
    struct range_query q = { .first = first, .last = last, .fn = fn, .arg = arg };

    ASSERT(spin_is_mine(&as->mmap_lock));
    visit(&q, as->mmap_tree.top);
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

static void unmap_from(struct vma *vma, void *arg)
{
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
static void clean_in(struct vma *vma, void *arg)
{
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

static const struct mapping_ops ops = {
    .mkclean = mkclean,
    .unmap_range = unmap_range,
};

void rmap_init(void)
{
    mapping_ops_register(&ops);
}

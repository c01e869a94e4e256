/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 6: fork copies every page of anonymous memory, at once.
 */
#include "kernel/mm/icache.h"
#include "kernel/vm/anon.h"

static struct pte protect(struct copy *c, struct pte *p, struct pte e)
{
    (void)c, (void)p;
    return e;
}

/* Give the child at VA a page of its own with the content of OLD, which the parent's entry E
 * maps.  0 or -ENOMEM. */
static int copy_page(struct copy *c, vaddr_t va, struct pte *to, struct pte e, struct page *old)
{
    struct fault f = { .mm = c->to, .va = va, .vma = vmaset_find(&c->to->vmas, va) };

    if (anon_new_page(&f, false) != FAULT_OK)
        return -ENOMEM;
    memcpy(page_address(f.page), page_address(old), PAGE_SIZE);
    if (f.vma->flags & VM_EXEC) {
        fence_i_all();
        page_set(f.page, PG_FETCHABLE);
    }
    page_map_get(f.page);
    c->anon++;
    pte_set(to, pte_thaw(pte_freeze(e), page_to_pfn(f.page)));     /* E's bits, another frame */
    return 0;
}

/* The page that an entry maps and that the child needs a copy of, referenced; NULL if it needs
 * none, or this is no page. */
static struct page *page_to_copy(struct copy *c, struct pte e)
{
    struct page *page;

    if (!c->cow || !pte_has_frame(e) || (e.bits & PTE_SPECIAL))
        return NULL;
    page = pfn_to_page(pte_pfn(e));
    if (page->identity != PAGE_ANON)
        return NULL;
    get_page(page);
    return page;
}

/* One entry.  Nothing held; 0 or -ENOMEM. */
static int copy_entry(struct copy *c, vaddr_t va, struct pte *from, struct pte *to)
{
    struct page *old;
    struct pte e;
    int err;

    spin_lock(&c->from->pt_lock);
    e = pte_read(from);
    old = page_to_copy(c, e);
    if (!old)
        copy_run(c, from, to, 1);
    spin_unlock(&c->from->pt_lock);
    if (!old)
        return 0;
    err = copy_page(c, va, to, pte_settled(e), old);
    put_page(old);
    return err;
}

static int copy_entries(struct copy *c, const struct vma *vma)
{
    struct pte *from, *to;
    size_t n;

    c->cow = !(vma->flags & VM_SHARED);
    for (vaddr_t va = vma->start; (from = pt_next_run(&c->from->ctx.pt, &va, vma->end, &n));
         va += n * PAGE_SIZE) {
        to = pt_get(&c->to->ctx.pt, va, 0);
        if (!to)
            return -ENOMEM;
        for (size_t i = 0; i < n; i++)
            if (copy_entry(c, va + i * PAGE_SIZE, &from[i], &to[i]) < 0)
                return -ENOMEM;
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 5: the first touch of a mapping brings all of its pages, and a stack has the
 * size that it has.
 */

/* The page at VA of the VMA in which WHOLE has found its own. */
static enum fault_result bring(struct fault *whole, vaddr_t va)
{
    struct fault f = { .mm = whole->mm, .va = va, .vma = whole->vma, .access = whole->access };
    enum fault_result r = fault_walk(&f);

    if (r != FAULT_OK || (f.old.bits && va != whole->va))
        return r;
    r = fault_resolve(&f);
    if (r == FAULT_OK && f.page)
        r = fault_enter(&f);
    whole->major |= f.major;
    whole->dirtied |= f.dirtied;
    fault_release(&f);
    return r;
}

static enum fault_result fault_try(struct fault *f)
{
    enum fault_result r = fault_find(f);

    if (r == FAULT_OK)
        r = bring(f, f->va);
    if (r == FAULT_OK)
        for (vaddr_t va = f->vma->start; va < f->vma->end && !fault_is_killed(); va += PAGE_SIZE)
            if (bring(f, va) != FAULT_OK)
                break;
    fault_release(f);
    return r;
}

static enum fault_result fault_find(struct fault *f)
{
    rwsem_read_lock(&f->mm->lock);
    f->map_locked = true;
    f->vma = vmaset_find(&f->mm->vmas, f->va);
    if (!f->vma)
        return FAULT_MAPERR;
    return vma_allows(f->vma, f->access) ? FAULT_OK : FAULT_ACCERR;
}

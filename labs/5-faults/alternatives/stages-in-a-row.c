/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/fault.c */
/* Stages are linked by their results; growing is tried before the lock is asked for again. */

static enum fault_result fault_find(struct fault *f)
{
    rwsem_read_lock(&f->mm->lock);
    f->vma = vmaset_find(&f->mm->vmas, f->va);
    if (f->vma) {
        f->map_locked = true;
        return vma_allows(f->vma, f->access) ? FAULT_OK : FAULT_ACCERR;
    }
    rwsem_read_unlock(&f->mm->lock);
    if (!vm_grow_stack(f->mm, f->va))
        return FAULT_MAPERR;
    return FAULT_RETRY;
}

static enum fault_result find_page(struct fault *f)
{
    enum fault_result r = fault_find(f);

    if (r != FAULT_OK)
        return r;
    r = fault_walk(f);
    return r == FAULT_OK ? fault_resolve(f) : r;
}

static enum fault_result fault_try(struct fault *f)
{
    enum fault_result r = find_page(f);

    if (r == FAULT_OK && f->page) {
        r = fault_enter(f);
        if (r == FAULT_OK && f->access == ACCESS_READ)
            f->vma->ops->fault_around(f);
        else if (r == FAULT_OK && f->access == ACCESS_EXEC)
            f->vma->ops->fault_around(f);
    }
    fault_release(f);
    return r;
}

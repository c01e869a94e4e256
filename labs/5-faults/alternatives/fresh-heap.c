/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/brk.c */
/* Every piece of the heap is mapped anew and merges; a stack looks at each limit by itself. */

static bool grow_heap(struct mm *mm, vaddr_t old_end, vaddr_t end)
{
    size_t npages = (end - old_end) >> PAGE_SHIFT;

    if (!has_room(end, vmaset_find_from(&mm->vmas, old_end)))
        return false;
    if (end - mm->start_brk > mm->limit_data)
        return false;
    if (!vm_within_limits(mm, HEAP_FLAGS, npages) || !mlock_fits(mm, mm->def_flags, npages))
        return false;
    return vm_map_anon(mm, old_end, end, VM_READ | VM_WRITE | mm->def_flags) == 0;
}

static bool is_free_below(const struct mm *mm, const struct vma *vma, vaddr_t start)
{
    const struct vma *below = vmaset_prev(&mm->vmas, vma);
    bool touches = below && ((below->flags & VM_GROWSDOWN) || !(below->flags & VM_ACCESS));

    return !below || (start >= below->end && (touches || start - below->end >= STACK_GUARD));
}

/* Let VMA, which begins above, begin at START. */
static bool grow_down(struct mm *mm, struct vma *vma, vaddr_t start)
{
    size_t npages = (vma->start - start) >> PAGE_SHIFT;

    if (!(vma->flags & VM_GROWSDOWN) || vma->end - start > mm->limit_stack)
        return false;
    if (start < mmap_min_addr || npages > vma->pgoff || !is_free_below(mm, vma, start))
        return false;
    if (!vm_within_limits(mm, vma->flags, npages) || !mlock_fits(mm, vma->flags, npages)
        || vm_charge(mm, vma->flags, npages) < 0)
        return false;
    vm_account(mm, vma->flags, npages);
    vmaset_resize(&mm->vmas, vma, start, vma->end);
    return true;
}

bool vm_grow_stack(struct mm *mm, vaddr_t va)
{
    struct vma *vma;
    bool ok = false;

    rwsem_write_lock(&mm->lock);
    vma = vmaset_find_from(&mm->vmas, va);
    if (vma)
        ok = vma->start <= va || grow_down(mm, vma, va & PAGE_MASK);
    rwsem_write_unlock(&mm->lock);
    return ok;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 4: rights are only taken away, and only from all of a VMA.
 */

static int protect_next(struct mm *mm, vaddr_t *at, vaddr_t end, uint32_t new)
{
    struct vma *vma = vmaset_find(&mm->vmas, *at);

    if (!vma || vma->start < *at || vma->end > end)
        return -ENOMEM;
    if (new & ~vma->flags & VM_ACCESS)
        return -EACCES;
    *at = vma->end;
    protect_vma(mm, vma, new);
    return 0;
}

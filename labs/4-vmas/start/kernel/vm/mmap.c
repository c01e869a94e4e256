/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 4: a part of a VMA cannot be had.
 */

struct vma *vm_cut(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end)
{
    (void)mm;
    return vma->start < start || vma->end > end ? NULL : vma;
}

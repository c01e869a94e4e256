/* SPDX-License-Identifier: MIT */
/* into: kernel/procfs/maps.c */
/* Asks for what is most common first. */

static const char *area_name(const struct mm *mm, const struct vma *vma)
{
    const char *name = NULL;

    if (!vma->file && vma->end > mm->start_brk && vma->start <= mm->brk)
        name = "[heap]";
    if (mm->start_stack >= vma->start && mm->start_stack < vma->end)
        name = "[stack]";
    return vma->flags & VM_SPECIAL ? "[vdso]" : name;
}

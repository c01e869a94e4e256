/* SPDX-License-Identifier: MIT */
/*
 * brk.c - the heap and the stack: the two mappings that grow.
 *
 *     | ELF image | heap -->        <-- mmap area | guard | <-- stack | top
 */
#include "kernel/vm/mmap.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define STACK_START (32 * PAGE_SIZE)        /* mapped at exec; the rest grows on demand */

/* Room for the heap to end at END: no mapping in the way, limits respected. */
static bool may_grow(const struct mm *mm, vaddr_t old_end, vaddr_t end)
{
    if (end > USER_END || end - mm->start_brk > mm->limit_data)
        return false;
    return !vmaset_find_range(&mm->vmas, old_end, end)
           && vm_within_limits(mm, VM_WRITE, (end - old_end) >> PAGE_SHIFT);
}

static bool change_heap(struct mm *mm, vaddr_t brk, struct list *doomed)
{
    vaddr_t old_end = align_up(mm->brk, PAGE_SIZE), end = align_up(brk, PAGE_SIZE);

    if (brk < mm->start_brk || end < brk)
        return false;
    if (end < old_end)
        return vm_remove_range(mm, end, old_end, doomed) == 0;
    if (end == old_end)
        return true;
    return may_grow(mm, old_end, end)
           && vm_map_anon(mm, old_end, end, VM_READ | VM_WRITE) == 0;
}

vaddr_t vm_brk(struct mm *mm, vaddr_t brk)
{
    struct list doomed = LIST_INIT(doomed);
    vaddr_t result;

    rwsem_write_lock(&mm->lock);
    if (change_heap(mm, brk, &doomed))
        mm->brk = brk;
    result = mm->brk;
    rwsem_write_unlock(&mm->lock);
    vm_free_doomed(&doomed);
    return result;
}

int vm_map_stack(struct mm *mm)
{
    int err;

    rwsem_write_lock(&mm->lock);
    if (vmaset_find_range(&mm->vmas, STACK_TOP - STACK_START, STACK_TOP))
        err = -ENOMEM;                          /* the program's own segments lie there */
    else
        err = vm_map_anon(mm, STACK_TOP - STACK_START, STACK_TOP,
                          VM_READ | VM_WRITE | VM_GROWSDOWN);
    rwsem_write_unlock(&mm->lock);
    return err;
}

/* Whether VMA, a stack, may begin at START: its limit, and the hole that must
 * stay between it and what lies below. */
static bool may_begin_at(const struct mm *mm, const struct vma *vma, vaddr_t start)
{
    const struct vma *below = vmaset_prev(&mm->vmas, vma);

    if (vma->end - start > mm->limit_stack || start < MMAP_MIN_ADDR)
        return false;
    if (below && !(below->flags & VM_GROWSDOWN) && (below->flags & VM_ACCESS)
        && start - below->end < STACK_GUARD)
        return false;
    return (!below || start >= below->end)
           && vm_within_limits(mm, vma->flags, (vma->start - start) >> PAGE_SHIFT);
}

bool vm_grow_stack(struct mm *mm, vaddr_t va)
{
    vaddr_t start = va & PAGE_MASK;
    struct vma *vma;
    bool ok;

    rwsem_write_lock(&mm->lock);
    vma = vmaset_find_from(&mm->vmas, va);
    ok = vma && vma->start <= va;               /* somebody was faster */
    if (!ok && vma && (vma->flags & VM_GROWSDOWN) && may_begin_at(mm, vma, start)) {
        vm_account(mm, vma->flags, (vma->start - start) >> PAGE_SHIFT);
        vmaset_resize(&mm->vmas, vma, start, vma->end);
        ok = true;
    }
    rwsem_write_unlock(&mm->lock);
    return ok;
}

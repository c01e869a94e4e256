/* SPDX-License-Identifier: MIT */
/*
 * brk.c - the heap and the stack: the two mappings that grow.
 *
 *     | ELF image | heap -->        <-- mmap area | guard | <-- stack | top
 */
#include "kernel/vm/mlock.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/populate.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define HEAP_FLAGS  (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)
#define STACK_START (32 * PAGE_SIZE)        /* mapped at exec; the rest grows on demand */

static uint32_t heap_flags(const struct mm *mm)
{
    return HEAP_FLAGS | mm->def_flags;
}

/* The VMA that ends at END if it is as brk makes them, or NULL. */
static struct vma *heap_before(struct mm *mm, vaddr_t end)
{
    struct vma *vma = vmaset_find(&mm->vmas, end - 1);

    return vma && vma->end == end && vma->flags == heap_flags(mm) && !vma->mapping ? vma : NULL;
}

/* Whether the heap may end at END: before what comes NEXT a page stays free, and before
 * a stack its guard. */
static bool has_room(vaddr_t end, const struct vma *next)
{
    if (!next || end + STACK_GUARD < next->start)
        return true;
    return end < next->start && !(next->flags & VM_GROWSDOWN);
}

/* Let the heap, which ends at OLD_END, end at END: most often its VMA just grows. */
static bool grow_heap(struct mm *mm, vaddr_t old_end, vaddr_t end)
{
    struct vma *heap = heap_before(mm, old_end), *next;
    size_t npages = (end - old_end) >> PAGE_SHIFT;

    if (end - mm->start_brk > mm->limit_data
        || !vm_within_limits(mm, HEAP_FLAGS, npages) || !mlock_fits(mm, mm->def_flags, npages))
        return false;
    next = heap ? vmaset_next(&mm->vmas, heap) : vmaset_find_from(&mm->vmas, old_end);
    if (!has_room(end, next))
        return false;
    if (!heap)
        return vm_map_anon(mm, old_end, end, VM_READ | VM_WRITE | mm->def_flags) == 0;
    if (vm_charge(mm, HEAP_FLAGS, npages) < 0)
        return false;
    vm_account(mm, heap->flags, (int64_t)npages);
    vmaset_resize(&mm->vmas, heap, heap->start, end);
    return true;
}

static bool change_heap(struct mm *mm, vaddr_t brk, struct list *doomed)
{
    vaddr_t old_end = align_up(mm->brk, PAGE_SIZE), end = align_up(brk, PAGE_SIZE);

    if (brk < mm->start_brk || brk > USER_END)
        return false;
    if (end < old_end)
        return vm_remove_range(mm, end, old_end, doomed) == 0;
    if (end == old_end)
        return true;
    return grow_heap(mm, old_end, end);
}

vaddr_t vm_brk(struct mm *mm, vaddr_t brk)
{
    struct list doomed = LIST_INIT(doomed);
    vaddr_t old, result;

    rwsem_write_lock(&mm->lock);
    old = mm->brk;
    if (change_heap(mm, brk, &doomed))
        mm->brk = brk;
    result = mm->brk;
    rwsem_write_unlock(&mm->lock);
    if (!list_is_empty(&doomed))
        vm_free_doomed(&doomed);
    if (mm->locked_vm && result > old)
        vm_populate(mm, old & PAGE_MASK, result, VM_LOCKED);
    return result;
}

int vm_map_stack(struct mm *mm, vaddr_t top)
{
    int err;

    rwsem_write_lock(&mm->lock);
    if (vmaset_find_range(&mm->vmas, top - STACK_START, top))
        err = -ENOMEM;                          /* the program's own segments lie there */
    else
        err = vm_map_anon(mm, top - STACK_START, top, VM_READ | VM_WRITE | VM_GROWSDOWN);
    rwsem_write_unlock(&mm->lock);
    return err;
}

/* Whether VMA, a stack, may begin at START: its limit, and the hole that must
 * stay between it and what lies below. */
static bool may_begin_at(const struct mm *mm, const struct vma *vma, vaddr_t start)
{
    const struct vma *below = vmaset_prev(&mm->vmas, vma);
    size_t npages = (vma->start - start) >> PAGE_SHIFT;

    if (vma->end - start > mm->limit_stack || start < mmap_min_addr)
        return false;
    /* The reverse map has no numbers below 0 for the pages of a stack that mremap moved up. */
    if (npages > vma->pgoff)
        return false;
    if (below && !(below->flags & VM_GROWSDOWN) && (below->flags & VM_ACCESS)
        && start - below->end < STACK_GUARD)
        return false;
    return (!below || start >= below->end)
           && vm_within_limits(mm, vma->flags, npages) && mlock_fits(mm, vma->flags, npages);
}

bool vm_grow_stack(struct mm *mm, vaddr_t va)
{
    vaddr_t start = va & PAGE_MASK;
    struct vma *vma;
    bool ok;

    rwsem_write_lock(&mm->lock);
    vma = vmaset_find_from(&mm->vmas, va);
    ok = vma && vma->start <= va;               /* somebody was faster */
    if (!ok && vma && (vma->flags & VM_GROWSDOWN) && may_begin_at(mm, vma, start)
        && vm_charge(mm, vma->flags, (vma->start - start) >> PAGE_SHIFT) == 0) {
        vm_account(mm, vma->flags, (vma->start - start) >> PAGE_SHIFT);
        vmaset_resize(&mm->vmas, vma, start, vma->end);
        ok = true;
    }
    rwsem_write_unlock(&mm->lock);
    return ok;
}

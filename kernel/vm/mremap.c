/* SPDX-License-Identifier: MIT */
/*
 * mremap.c - grow, shrink and move mappings.
 *
 *   1. check the arguments
 *   2. clear the place demanded, give back what is cut off
 *   3. grow in place, or else move: the pages' new places for the reverse map, then the
 *      entries, and then the old places go.  Of anonymous memory the places are spans, and
 *      the VMA itself moves; of files they are VMAs, and there are two for a while
 *
 * Locked memory stays locked where it goes, and its new part is made present at the
 * end.  Pages are not copied, and need not hear of it: where a page stands in its object
 * (its index) follows from the VMA's pgoff, which moves along.
 */
#include "kernel/mm/tlb_batch.h"
#include "kernel/vm/mlock.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/populate.h"
#include "kernel/vm/rmap.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

struct remap {
    struct mm *mm;
    vaddr_t old, new;
    size_t old_len, new_len;        /* whole pages                             */
    unsigned flags;                 /* MREMAP_*                                */
    struct list doomed;             /* VMAs that went, to be freed at the end  */
};

static size_t growth(const struct remap *q)
{
    return q->new_len - q->old_len;
}

/* The sizes are still those that were given: they become whole pages here. */
static int check_arguments(struct remap *q)
{
    unsigned moving = q->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);

    if (q->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
        return -EINVAL;
    if (moving && !(q->flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if ((q->flags & MREMAP_DONTUNMAP) && q->old_len != q->new_len)
        return -EINVAL;
    q->old_len = align_up(q->old_len, PAGE_SIZE);
    q->new_len = align_up(q->new_len, PAGE_SIZE);
    return (q->old & ~PAGE_MASK) || !q->new_len ? -EINVAL : 0;
}

/* Moving may divide a VMA twice, and then there is one more. */
#define ROOM_TO_MOVE 3

static bool has_room(const struct remap *q, size_t nvmas)
{
    return q->mm->vmas.count + nvmas < max_map_count;
}

/* The place demanded, or with MREMAP_DONTUNMAP wished for, must be one, and lie apart from the
 * old one. */
static int check_place(const struct remap *q)
{
    if ((q->new & ~PAGE_MASK) || q->new_len > USER_END || q->new > USER_END - q->new_len)
        return -EINVAL;
    if (q->old + q->old_len > q->new && q->new + q->new_len > q->old)
        return -EINVAL;
    if ((q->flags & MREMAP_FIXED) && q->new < mmap_min_addr)
        return -EPERM;
    return has_room(q, 2 + ROOM_TO_MOVE) ? 0 : -ENOMEM;     /* holes may divide two */
}

/* Whether [old, old + old_len) of VMA may become new_len long. */
static int check_resize(const struct remap *q, const struct vma *vma)
{
    uint64_t pgoff = vma_pgoff(vma, q->old);

    if (!q->old_len && !(vma->flags & VM_SHARED))
        return -EINVAL;
    if ((q->flags & MREMAP_DONTUNMAP) && (vma->flags & (VM_SPECIAL | VM_PFNMAP)))
        return -EINVAL;
    if (q->old_len > vma->end - q->old)
        return -EFAULT;
    if (q->new_len == q->old_len)
        return 0;
    if (pgoff + (q->new_len >> PAGE_SHIFT) < pgoff)
        return -EINVAL;
    if (vma->flags & (VM_SPECIAL | VM_PFNMAP))
        return -EFAULT;
    if (!mlock_fits(q->mm, vma->flags, growth(q) >> PAGE_SHIFT))
        return -EAGAIN;
    /* With more than there can be, sums would wrap around where a place is looked for. */
    if (q->new_len > USER_END)
        return -ENOMEM;
    return vm_within_limits(q->mm, vma->flags, growth(q) >> PAGE_SHIFT) ? 0 : -ENOMEM;
}

/* Let VMA end further up, if its end is the range's and nothing is in the way. */
static bool grow_in_place(const struct remap *q, struct vma *vma)
{
    vaddr_t end = q->old + q->new_len;
    const struct vma *next = vmaset_next(&q->mm->vmas, vma);

    if (!q->old_len || q->old + q->old_len != vma->end)
        return false;
    if (end > USER_END || end < q->old || (next && next->start < end))
        return false;
    vm_account(q->mm, vma->flags, (int64_t)(growth(q) >> PAGE_SHIFT));
    if (vma->flags & VM_ACCOUNT)
        commit_add(COMMIT_PRIVATE, (int64_t)(growth(q) >> PAGE_SHIFT));
    vmaset_resize(&q->mm->vmas, vma, vma->start, end);
    vmaset_merge(&q->mm->vmas, vma);
    return true;
}

/* Move N entries, whose addresses begin at VA, to TO.  Nobody may reach the pages by
 * the old addresses once the reverse map finds them at the new ones. */
static void move_run(struct mm *mm, struct pte *from, struct pte *to, vaddr_t va, size_t n)
{
    spin_lock(&mm->pt_lock);
    for (size_t i = 0; i < n; i++) {
        if (pte_read(&from[i]).bits)
            pte_set(&to[i], pte_exchange(&from[i], (struct pte){ 0 }));
    }
    tlb_flush_range(&mm->ctx, va, va + n * PAGE_SIZE);
    spin_unlock(&mm->pt_lock);
}

/* Move the entries of LEN bytes; VMA, of the same object, says what walks the reverse
 * map.  False if there was no memory for a table: some have moved. */
static bool move_entries(struct mm *mm, const struct vma *vma, vaddr_t from, vaddr_t to, size_t len)
{
    struct pte *run, *target;
    size_t n;

    for (vaddr_t va = from; (run = pt_next_run(&mm->ctx.pt, &va, from + len, &n));
         va += n * PAGE_SIZE) {
        vaddr_t at = to + (va - from);

        target = pt_get(&mm->ctx.pt, at, 0);
        if (!target)
            return false;
        n = MIN(n, PT_ENTRIES - (at >> PAGE_SHIFT) % PT_ENTRIES);
        rmap_lock(vma);
        move_run(mm, run, target, va, n);
        rmap_unlock(vma);
    }
    tlb_flush_owed(&mm->ctx);           /* nobody may reach by the old address what reclaim took */
    return true;
}

/* Remove [START, END), and keep what went for the end. */
static int give_up(struct remap *q, vaddr_t start, vaddr_t end)
{
    struct list gone = LIST_INIT(gone);
    int err = vm_remove_range(q->mm, start, end, &gone);

    list_splice_tail(&q->doomed, &gone);
    return err;
}

/* A VMA at the new place that shows what VMA does from its start; NULL: no memory. */
static struct vma *enter_copy(const struct remap *q, const struct vma *vma)
{
    struct vma *copy = vma_alloc(q->mm, vma);

    if (!copy)
        return NULL;
    copy->start = q->new;
    copy->end = q->new + q->new_len;
    if (vma->span && anon_span_move(copy, vma) < 0) {
        vma_free(copy);
        return NULL;
    }
    if (copy->span && !anon_span_covers(copy))
        anon_span_cover(copy);
    if (copy->ops == &anon_vma_ops && !copy->span)
        copy->pgoff = q->new >> PAGE_SHIFT;     /* no page of it yet: as one mapped here */
    rmap_link(copy);
    vmaset_insert(&q->mm->vmas, copy, vmaset_find_from(&q->mm->vmas, copy->end));
    vm_account(q->mm, copy->flags, (int64_t)vma_npages(copy));
    if (copy->flags & VM_ACCOUNT)
        commit_add(COMMIT_PRIVATE, (int64_t)vma_npages(copy));
    return copy;
}

/* Anonymous VMA, which is [old, old + old_len), takes the place that THERE tells. */
static void change_place(struct remap *q, struct vma *vma, const struct vma *there)
{
    struct mm *mm = q->mm;

    if (vma->span)
        anon_span_leave(vma);
    vma->span = there->span;
    vmaset_move(&mm->vmas, vma, there->start, there->end);
    if (!vma->span)
        vma->pgoff = vma->start >> PAGE_SHIFT;      /* no page of it yet: as one mapped here */
    vm_free_tables(mm, q->old, q->old + q->old_len);
    vm_account(mm, vma->flags, (int64_t)(growth(q) >> PAGE_SHIFT));
    if (vma->flags & VM_ACCOUNT)
        commit_add(COMMIT_PRIVATE, (int64_t)(growth(q) >> PAGE_SHIFT));
}

/* Move anonymous VMA, which is [old, old + old_len), with its entries. */
static int move_anon(struct remap *q, struct vma *vma)
{
    struct vma there = *vma;

    there.start = q->new;
    there.end = q->new + q->new_len;
    if (vma->span && anon_span_move(&there, vma) < 0)
        return -ENOMEM;
    if (there.span && !anon_span_covers(&there))
        anon_span_cover(&there);
    if (!move_entries(q->mm, vma, q->old, q->new, q->old_len)) {
        move_entries(q->mm, vma, q->new, q->old, q->old_len);   /* its tables are still there */
        if (there.span)
            anon_span_leave(&there);
        vm_free_tables(q->mm, q->new, q->new + q->old_len);
        return -ENOMEM;
    }
    change_place(q, vma, &there);
    return 0;
}

/* VMA is [old, old + old_len): have its entries at the new place, in a VMA of their own. */
static int move_to_copy(struct remap *q, struct vma *vma)
{
    struct vma *copy = enter_copy(q, vma);

    if (!copy)
        return -ENOMEM;
    if (!move_entries(q->mm, vma, q->old, q->new, q->old_len)) {
        move_entries(q->mm, vma, q->new, q->old, q->old_len);   /* its tables are still there */
        give_up(q, copy->start, copy->end);
        return -ENOMEM;
    }
    if (vma->flags & VM_SPECIAL)
        q->mm->vdso = q->new;
    if (q->flags & MREMAP_DONTUNMAP)
        mlock_forget(vma);
    else
        vm_remove_empty(q->mm, vma, q->old, q->old + q->old_len, &q->doomed, true);
    return 0;
}

/* What is at VA may be like its neighbours now.  By its address: of the old place and the
 * new one, side by side and untouched, the first call makes one VMA. */
static void merge_at(struct mm *mm, vaddr_t va)
{
    vmaset_merge(&mm->vmas, vmaset_find(&mm->vmas, va));
}

/* Shared memory of which nothing is given: a second view of it. */
static int alias(struct remap *q, const struct vma *vma)
{
    struct vma like = *vma, *copy;

    like.pgoff = vma_pgoff(vma, q->old);
    copy = enter_copy(q, &like);
    if (!copy)
        return -ENOMEM;
    vmaset_merge(&q->mm->vmas, copy);
    return 0;
}

/* A place that is free: with MREMAP_DONTUNMAP the one wished for, if it is; or 0. */
static vaddr_t find_place(const struct remap *q)
{
    if ((q->flags & MREMAP_DONTUNMAP) && q->new >= mmap_min_addr
        && !vmaset_find_range(&q->mm->vmas, q->new, q->new + q->new_len))
        return q->new;
    return vm_find_hole(q->mm, q->new_len);
}

/* Move the range, part of VMA, to the place demanded or to one that is free. */
static int move(struct remap *q, struct vma *vma)
{
    size_t peak = q->mm->peak_vm;
    int err;

    if (!has_room(q, ROOM_TO_MOVE))
        return -ENOMEM;
    if ((q->flags & MREMAP_DONTUNMAP)
        && !vm_within_limits(q->mm, vma->flags, q->new_len >> PAGE_SHIFT))
        return -ENOMEM;
    if (!(q->flags & MREMAP_FIXED))
        q->new = find_place(q);
    if (!q->new)
        return -ENOMEM;
    if (!q->old_len)
        return alias(q, vma);
    if (vma->start != q->old || vma_npages(vma) != q->old_len >> PAGE_SHIFT)
        vma = vm_cut(q->mm, vma, q->old, q->old + q->old_len);
    if (!vma)
        return -ENOMEM;
    if (vma->ops == &anon_vma_ops && !(q->flags & MREMAP_DONTUNMAP))
        err = move_anon(q, vma);
    else
        err = move_to_copy(q, vma);
    q->mm->peak_vm = MAX(peak, q->mm->total_vm);    /* both places were counted for a moment */
    if (err || (q->flags & MREMAP_DONTUNMAP))
        merge_at(q->mm, q->old);
    if (!err)
        merge_at(q->mm, q->new);
    return err;
}

/* Remove what of the old range is more than the new length. */
static int cut_off(struct remap *q)
{
    vaddr_t from = q->old + q->new_len;
    int err;

    if (q->old_len <= q->new_len)
        return 0;
    if (from > USER_END || q->old_len - q->new_len > USER_END - from)
        return -EINVAL;
    err = give_up(q, from, q->old + q->old_len);
    q->old_len = q->new_len;
    return err;
}

/* MREMAP_FIXED: free the place, and the end of the range that has none there. */
static int clear_place(struct remap *q)
{
    int err = 0;

    if (vmaset_find_range(&q->mm->vmas, q->new, q->new + q->new_len))
        err = give_up(q, q->new, q->new + q->new_len);
    return err ? err : cut_off(q);
}

/* Grow or move VMA.  The memory that comes is promised for as long as this takes; at the
 * end the VMAs themselves have been counted. */
static int64_t resize(struct remap *q, struct vma *vma, bool moving)
{
    size_t npages = (q->flags & MREMAP_DONTUNMAP ? q->new_len : growth(q)) >> PAGE_SHIFT;
    uint32_t flags = vma->flags;
    int err = vm_charge(q->mm, flags, npages);

    if (err)
        return err;
    if (!moving && grow_in_place(q, vma))
        q->new = q->old;
    else
        err = q->flags & MREMAP_MAYMOVE ? move(q, vma) : -ENOMEM;
    vm_uncharge(flags, npages);
    return err ? err : (int64_t)q->new;
}

static int64_t remap(struct remap *q)
{
    struct vma *vma = vmaset_find(&q->mm->vmas, q->old);
    bool moving = q->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
    int err = 0;

    if (!vma)
        return -EFAULT;
    if (!moving && q->old_len >= q->new_len) {
        err = cut_off(q);
        return err ? err : (int64_t)q->old;
    }
    if (moving)
        err = check_place(q);
    if (!err && (q->flags & MREMAP_FIXED)) {
        err = clear_place(q);
        vma = vmaset_find(&q->mm->vmas, q->old);
    }
    if (!err)
        err = vma ? check_resize(q, vma) : -EFAULT;     /* a view may replace what it shows */
    if (err)
        return err;
    return resize(q, vma, moving);
}

int64_t vm_mremap(struct mm *mm, vaddr_t old, size_t old_len, size_t new_len, unsigned flags,
                  vaddr_t new_addr)
{
    struct remap q = {
        .mm = mm,
        .old = old,
        .new = new_addr,
        .old_len = old_len,
        .new_len = new_len,
        .flags = flags,
        .doomed = LIST_INIT(q.doomed),
    };
    int64_t r = check_arguments(&q);

    if (r < 0)
        return r;
    rwsem_write_lock(&mm->lock);
    r = remap(&q);
    rwsem_write_unlock(&mm->lock);
    if (!list_is_empty(&q.doomed))
        vm_free_doomed(&q.doomed);
    if (r >= 0 && mm->locked_vm)
        vm_populate(mm, (vaddr_t)r + q.old_len, (vaddr_t)r + q.new_len, VM_LOCKED);
    return r;
}

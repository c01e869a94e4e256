/* SPDX-License-Identifier: MIT */
/*
 * mlock.c - memory that stays.
 *
 * A lock is a flag of the VMA.  Setting it is the first half of the work, with the map
 * lock for writing; making the pages present is the second, without it, so that other
 * threads go on meanwhile.
 *
 * Each page counts the entries in locked VMAs that point to it (page->mlocks): whoever
 * makes or clears an entry counts it by the VMA's flag, and the flag changes together
 * with the counts of all entries, while neither faults nor the reverse map look.
 */
#include "kernel/vm/mlock.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/populate.h"
#include "kernel/vm/rmap.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

static uint64_t (*memlock_limit)(void);

void mlock_set_limit_source(uint64_t (*limit)(void))
{
    memlock_limit = limit;
}

bool mlock_permitted(void)
{
    return memlock_limit() > 0;
}

bool mlock_has_room(const struct mm *mm, size_t npages)
{
    uint64_t limit = memlock_limit();

    return limit == UINT64_MAX || mm->locked_vm + npages <= limit >> PAGE_SHIFT;
}

/* N entries of one table become entries of locked memory, or cease to be; the
 * page-table lock is held. */
static void count_run(const struct pte *pte, size_t n, bool locked)
{
    for (size_t i = 0; i < n; i++) {
        struct page *page = pte_counted_page(pte_read(&pte[i]));

        if (!page)
            continue;
        if (locked)
            page_mlock_get(page);
        else
            page_mlock_put(page);
    }
}

static void count_entries(const struct vma *vma, bool locked)
{
    struct mm *mm = vma->mm;
    struct pte *pte;
    size_t n;

    for (vaddr_t va = vma->start; (pte = pt_next_run(&mm->ctx.pt, &va, vma->end, &n));
         va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        count_run(pte, n, locked);
        spin_unlock(&mm->pt_lock);
    }
}

/* Give VMA the locks NEW, of VM_LOCKS. */
static void set_locks(struct vma *vma, uint32_t new)
{
    int64_t npages = (int64_t)vma_npages(vma);
    uint32_t old = vma->flags;

    vm_account(vma->mm, old, -npages);
    rmap_lock(vma);
    vma->flags = (old & ~VM_LOCKS) | new;
    if ((old ^ new) & VM_LOCKED)
        count_entries(vma, new & VM_LOCKED);
    rmap_unlock(vma);
    vm_account(vma->mm, vma->flags, npages);
}

void mlock_forget(struct vma *vma)
{
    if (vma->flags & VM_LOCKS)
        set_locks(vma, 0);
}

/* Pages of the kernel are there anyway, and not the program's to lock. */
static bool is_lockable(const struct vma *vma)
{
    return !(vma->flags & (VM_SPECIAL | VM_PFNMAP));
}

/* Give the part of VMA inside [START, END) the locks NEW.  0, or -ENOMEM. */
static int lock_part(struct vma *vma, vaddr_t start, vaddr_t end, uint32_t new)
{
    struct mm *mm = vma->mm;

    if (!is_lockable(vma) || (vma->flags & VM_LOCKS) == new)
        return 0;
    vma = vm_cut(mm, vma, start, end);
    if (!vma)
        return -ENOMEM;
    set_locks(vma, new);
    vmaset_merge(&mm->vmas, vma);
    return 0;
}

/* The same for the whole range.  0, or -ENOMEM: what lies before a hole has changed. */
static int lock_range(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t new)
{
    int err = 0;

    for (vaddr_t at = start; at < end && !err;) {
        struct vma *vma = vmaset_find(&mm->vmas, at);
        vaddr_t next;

        if (!vma)
            return -ENOMEM;
        next = vma->end;
        err = lock_part(vma, at, end, new);
        at = next;
    }
    return err;
}

/* Whether the limit allows it; locking again what is locked adds nothing. */
static bool fits_limit(const struct mm *mm, vaddr_t start, vaddr_t end)
{
    size_t npages = (end - start) >> PAGE_SHIFT;

    return mlock_has_room(mm, npages)
           || mlock_has_room(mm, npages - vmaset_count(&mm->vmas, start, end, VM_LOCKED));
}

int vm_mlock(struct mm *mm, vaddr_t addr, size_t len, unsigned flags)
{
    vaddr_t start = addr & PAGE_MASK, end = start + align_up(len + (addr - start), PAGE_SIZE);
    uint32_t locks = VM_LOCKED | (flags & MLOCK_ONFAULT ? VM_LOCKONFAULT : 0);
    int err = -ENOMEM;

    if (flags & ~MLOCK_ONFAULT)
        return -EINVAL;
    if (!mlock_permitted())
        return -EPERM;
    rwsem_write_lock(&mm->lock);
    if (fits_limit(mm, start, end))
        err = end < start ? -EINVAL : lock_range(mm, start, end, locks);
    rwsem_write_unlock(&mm->lock);
    return err ? err : vm_populate(mm, start, end, VM_LOCKED);
}

int vm_munlock(struct mm *mm, vaddr_t addr, size_t len)
{
    vaddr_t start = addr & PAGE_MASK, end = start + align_up(len + (addr - start), PAGE_SIZE);
    int err;

    if (end < start)
        return -EINVAL;
    rwsem_write_lock(&mm->lock);
    err = lock_range(mm, start, end, 0);
    rwsem_write_unlock(&mm->lock);
    return err;
}

/* Give every VMA the locks NEW. */
static void lock_all(struct mm *mm, uint32_t new)
{
    struct vma *vma = vmaset_first(&mm->vmas);
    vaddr_t end;

    for (; vma; vma = vmaset_find_from(&mm->vmas, end)) {
        end = vma->end;
        lock_part(vma, vma->start, end, new);       /* nothing to cut: cannot fail */
    }
}

int vm_mlockall(struct mm *mm, unsigned flags)
{
    uint32_t locks = VM_LOCKED | (flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
    int err = 0;

    if (!(flags & (MCL_CURRENT | MCL_FUTURE))
        || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
        return -EINVAL;
    if (!mlock_permitted())
        return -EPERM;
    rwsem_write_lock(&mm->lock);
    if ((flags & MCL_CURRENT) && !mlock_has_room(mm, mm->total_vm - mm->locked_vm)) {
        err = -ENOMEM;
    } else {
        mm->def_flags = flags & MCL_FUTURE ? locks : 0;
        if (flags & MCL_CURRENT)
            lock_all(mm, locks);
    }
    rwsem_write_unlock(&mm->lock);
    if (!err && (flags & MCL_CURRENT))
        vm_populate(mm, 0, USER_END, VM_LOCKED);
    return err;
}

void vm_munlockall(struct mm *mm)
{
    rwsem_write_lock(&mm->lock);
    mm->def_flags = 0;
    lock_all(mm, 0);
    rwsem_write_unlock(&mm->lock);
}

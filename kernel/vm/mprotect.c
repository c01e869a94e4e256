/* SPDX-License-Identifier: MIT */
/*
 * mprotect.c - change what is allowed in a range.
 *
 * The range is worked off VMA by VMA: a hole stops it, and what was done before
 * the hole stays done, as on Linux.  Entries only ever lose rights here; a right
 * gained is entered by the fault that first uses it, which knows whether the
 * page is shared.
 */
#include "kernel/vm/fault.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/rmap.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

/* The entry OLD under new VM_* FLAGS. */
static struct pte protect_entry(struct pte old, uint32_t flags)
{
    bool present = pte_is_present(old);
    uint64_t pfn = present ? pte_pfn(old) : pte_payload(old);
    uint64_t kept = old.bits & (PTE_A | PTE_D | PTE_SPECIAL);
    uint64_t bits;

    if (!(flags & VM_ACCESS))
        return present ? pte_make_protnone(pfn, old.bits) : old;
    bits = vma_pte_bits(flags, false, false) & ~(PTE_A | PTE_D);
    if (flags & VM_WRITE)
        bits |= old.bits & (present ? PTE_W | PTE_WRITE_LATER : 0);
    return pte_make(pfn << PAGE_SHIFT, bits | kept);
}

static void protect_range(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t flags)
{
    struct pte *pte;
    size_t n;

    for (vaddr_t va = start; (pte = pt_next_run(&mm->ctx.pt, &va, end, &n)); va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        for (size_t i = 0; i < n; i++) {
            struct pte old = pte_read(&pte[i]);

            /* The hardware may set A or D between the two: then look again. */
            while (old.bits && !pte_cmpxchg(&pte[i], old, protect_entry(old, flags)))
                old = pte_read(&pte[i]);
        }
        spin_unlock(&mm->pt_lock);
    }
    tlb_flush_range(&mm->ctx, start, end);
}

/* Give VMA, which lies within the range, the rights of NEW. */
static void protect_vma(struct mm *mm, struct vma *vma, uint32_t new)
{
    int64_t npages = (int64_t)vma_npages(vma);
    vaddr_t start = vma->start, end = vma->end;

    vm_account(mm, vma->flags, -npages);
    rmap_before_change(vma);
    vma->flags = (vma->flags & ~VM_ACCESS) | new;
    rmap_after_change(vma);
    vm_account(mm, vma->flags, npages);
    protect_range(mm, start, end, vma->flags);
    vmaset_merge(&mm->vmas, vma);
}

/* Make VMA begin and end inside [START, END); the part that does, or NULL. */
static struct vma *cut(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end)
{
    size_t splits = (vma->start < start) + (vma->end > end);

    if (mm->vmas.count + splits > MAX_MAP_COUNT)
        return NULL;
    if (vma->start < start)
        vma = vmaset_split(&mm->vmas, vma, start);
    if (vma && vma->end > end && !vmaset_split(&mm->vmas, vma, end))
        return NULL;
    return vma;
}

static int protect_next(struct mm *mm, vaddr_t *at, vaddr_t end, uint32_t new)
{
    struct vma *vma = vmaset_find(&mm->vmas, *at);

    if (!vma)
        return -ENOMEM;
    /* VM_MAYx stands four bits above VM_x. */
    if (new & ~(vma->flags >> 4) & VM_ACCESS)
        return -EACCES;
    if ((vma->flags & VM_ACCESS) == new) {
        *at = vma->end;
        return 0;
    }
    if ((new & VM_WRITE) && !(vma->flags & (VM_WRITE | VM_SHARED))
        && !vm_within_limits(mm, VM_WRITE, (MIN(vma->end, end) - *at) >> PAGE_SHIFT))
        return -ENOMEM;
    vma = cut(mm, vma, *at, end);
    if (!vma)
        return -ENOMEM;
    *at = vma->end;
    protect_vma(mm, vma, new);
    return 0;
}

/* PROT_GROWSDOWN: the change reaches down to the start of the stack. */
static int extend_down(struct mm *mm, vaddr_t *start)
{
    struct vma *vma = vmaset_find(&mm->vmas, *start);

    if (!vma)
        return -ENOMEM;
    if (!(vma->flags & VM_GROWSDOWN))
        return -EINVAL;
    *start = vma->start;
    return 0;
}

int vm_mprotect(struct mm *mm, vaddr_t addr, size_t len, unsigned prot)
{
    unsigned grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
    vaddr_t at = addr, end = addr + align_up(len, PAGE_SIZE);
    int err = 0;

    prot &= ~grows;
    if ((addr & ~PAGE_MASK) || (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)))
        return -EINVAL;
    if (grows & PROT_GROWSUP)
        return -EINVAL;             /* no mapping grows up on this machine */
    if (!len)
        return 0;
    if (end <= addr || end > USER_END)
        return -ENOMEM;
    rwsem_write_lock(&mm->lock);
    if (grows)
        err = extend_down(mm, &at);
    while (!err && at < end)
        err = protect_next(mm, &at, end, vm_flags_from_prot(prot));
    rwsem_write_unlock(&mm->lock);
    return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * mprotect.c - change what is allowed in a range.
 *
 * The range is worked off VMA by VMA: a hole stops it, and what was done before
 * the hole stays done, as on Linux.  The right to write is entered here only for
 * pages that nobody shares, and for devices; for others by the fault that first uses it.
 */
#include "kernel/mm/icache.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/populate.h"
#include "kernel/vm/pte_bits.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

/* How the entries of a VMA change. */
struct change {
    uint64_t set, clear;    /* bits of an entry that maps a page               */
    bool write;             /* private pages may be written                    */
};

static inline struct change change_to(uint32_t flags)
{
    bool at_once = (flags & (VM_PFNMAP | VM_WRITE)) == (VM_PFNMAP | VM_WRITE);
    uint64_t rights = vma_pte_bits(flags, at_once, true) & ~(PTE_A | PTE_D);
    uint64_t writable = flags & VM_WRITE ? PTE_W | PTE_WRITE_LATER : 0;

    return (struct change){
        .set = rights,
        .clear = (PTE_R | PTE_W | PTE_X | PTE_WRITE_LATER) & ~rights & ~writable,
        .write = (flags & (VM_WRITE | VM_SHARED)) == VM_WRITE,
    };
}

/* Rights are added before others go: an entry with none would be a table's. */
static void change_present(const struct change *c, struct pte *p, struct pte old)
{
    uint64_t set = c->set;

    if (c->write && !pte_may_write(old) && anon_is_alone(old))
        set |= pte_soft_ad ? PTE_WRITE_LATER : PTE_W;
    if (set & ~old.bits)
        pte_set_bits(p, set);
    if (c->clear & old.bits)
        pte_clear_bits(p, c->clear);
}

struct pte pte_for_vma(struct pte old, uint32_t flags)
{
    if (!(flags & VM_ACCESS))
        return pte_make_protnone(pte_pfn(old), old.bits);
    return pte_make(pte_pfn(old) << PAGE_SHIFT,
                    change_to(flags).set | (old.bits & (PTE_A | PTE_D | PTE_SPECIAL)));
}

/* From or to an entry that the hardware does not look at: one without access, or one
 * whose page is being moved. */
static __attribute__((noinline)) void change_access(struct pte *p, uint32_t flags)
{
    struct pte old, new;

    do {
        old = pte_read(p);
        new = pte_for_vma(pte_settled(old), flags);
        if (pte_is_moving(old))
            new = pte_freeze(new);
    } while (!pte_cmpxchg(p, old, new));        /* the hardware has set A or D meanwhile */
}

static void change_run(const struct change *c, uint32_t flags, struct pte *p, size_t n)
{
    for (struct pte *end = p + n; p < end; p++) {
        struct pte old = pte_read(p);

        if (pte_is_present(old) && (flags & VM_ACCESS))
            change_present(c, p, old);
        else if (pte_has_frame(old))
            change_access(p, flags);
    }
}

static void protect_range(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t flags)
{
    const struct change c = change_to(flags);
    struct pte *pte;
    size_t n;

    for (vaddr_t va = start; (pte = pt_next_run(&mm->ctx.pt, &va, end, &n)); va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        change_run(&c, flags, pte, n);
        spin_unlock(&mm->pt_lock);
    }
    tlb_flush_range(&mm->ctx, start, end);
}

/* Give VMA, which lies within the range, the rights of NEW; VM_ACCOUNT: it was charged. */
static void protect_vma(struct mm *mm, struct vma *vma, uint32_t new)
{
    int64_t npages = (int64_t)vma_npages(vma);
    vaddr_t start = vma->start, end = vma->end;

    vm_account(mm, vma->flags, -npages);
    if (new & VM_ACCOUNT) {
        vma->flags |= VM_ACCOUNT;
    } else if (!(new & VM_WRITE) && !vma->mapping && !vma->span) {
        vm_uncharge(vma->flags, (size_t)npages);    /* no page, and there can be none */
        vma->flags &= ~VM_ACCOUNT;
    }
    vma->flags = (vma->flags & ~VM_ACCESS) | (new & VM_ACCESS);
    vm_account(mm, vma->flags, npages);
    protect_range(mm, start, end, vma->flags);
    vmaset_merge(&mm->vmas, vma);
}

static int protect_next(struct mm *mm, vaddr_t *at, vaddr_t end, uint32_t new)
{
    struct vma *vma = vmaset_find(&mm->vmas, *at);
    size_t npages;

    if (!vma)
        return -ENOMEM;
    /* VM_MAYx stands four bits above VM_x. */
    if (new & ~(vma->flags >> 4) & VM_ACCESS)
        return -EACCES;
    if ((vma->flags & VM_ACCESS) == new) {
        *at = vma->end;
        return 0;
    }
    npages = (MIN(vma->end, end) - *at) >> PAGE_SHIFT;
    /* No addresses are added: a limit that is exceeded already does not count. */
    if ((new & VM_WRITE) && !vm_within_limits(mm, (vma->flags & ~VM_ACCESS) | new, npages)
        && vm_within_limits(mm, vma->flags, npages))
        return -ENOMEM;
    if ((new & VM_WRITE) && vm_is_accountable(vma->flags | VM_WRITE) && !(vma->flags & VM_ACCOUNT))
        new |= VM_ACCOUNT;
    if (vm_charge(mm, new, npages) < 0)
        return -ENOMEM;
    if (vma->start < *at || vma->end > end)
        vma = vm_cut(mm, vma, *at, end);
    if (!vma) {
        vm_uncharge(new, npages);
        return -ENOMEM;
    }
    *at = vma->end;
    protect_vma(mm, vma, new);
    return 0;
}

/* PROT_GROWSDOWN: the change reaches down to the start of the stack, or up to it from the hole
 * below.  No mapping grows up on this machine. */
static __attribute__((noinline)) int extend(struct mm *mm, vaddr_t *start, vaddr_t end,
                                            unsigned grows)
{
    struct vma *vma = vmaset_find_from(&mm->vmas, *start);

    if (!vma || vma->start >= end || (vma->start > *start && grows != PROT_GROWSDOWN))
        return -ENOMEM;
    if (grows != PROT_GROWSDOWN || !(vma->flags & VM_GROWSDOWN))
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
    if ((addr & ~PAGE_MASK) || grows == (PROT_GROWSDOWN | PROT_GROWSUP))
        return -EINVAL;
    if (!len)
        return 0;
    if (end <= addr)
        return -ENOMEM;
    if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
        return -EINVAL;
    rwsem_write_lock(&mm->lock);
    if (grows)
        err = extend(mm, &at, end, grows);
    while (!err && at < end)
        err = protect_next(mm, &at, end, vm_flags_from_prot(prot));
    rwsem_write_unlock(&mm->lock);
    if (prot & PROT_EXEC)
        fence_i_all();                  /* for what was stored there before */
    /* Stores to locked memory should not have to copy first. */
    if (mm->locked_vm && (prot & PROT_WRITE))
        vm_populate(mm, addr, MIN(at, end), VM_LOCKED);
    return err;
}

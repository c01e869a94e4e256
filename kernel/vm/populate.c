/* SPDX-License-Identifier: MIT */
/*
 * populate.c - make memory present before it is touched.
 *
 * What is missing is looked for under the map lock, and then brought by an ordinary
 * fault, which takes the lock for itself.  If the mapping changes in between, that
 * fault tells.
 */
#include "kernel/vm/populate.h"
#include "kernel/vm/pte_bits.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

static bool is_missing(struct mm *mm, vaddr_t va, enum access access)
{
    const struct pte *pte = pt_find(&mm->ctx.pt, va, 0);
    struct pte e;

    if (!pte)
        return true;
    e = pte_read(pte);
    return !pte_is_present(e) || (access == ACCESS_WRITE && !pte_may_write(e));
}

/* The first page of [VA, END) that ACCESS would miss, or END. */
static vaddr_t find_missing(struct mm *mm, vaddr_t va, vaddr_t end, enum access access)
{
    rwsem_read_lock(&mm->lock);
    while (va < end && !is_missing(mm, va, access)) {
        va += PAGE_SIZE;
        cond_resched();
    }
    rwsem_read_unlock(&mm->lock);
    return va;
}

enum fault_result populate_pages(struct mm *mm, vaddr_t start, vaddr_t end, enum access access)
{
    vaddr_t va = find_missing(mm, start, end, access);
    enum fault_result r = FAULT_OK;

    while (va < end && r == FAULT_OK) {
        r = fault_is_killed() ? FAULT_RETRY : handle_mm_fault(mm, va, access);
        cond_resched();
        va = find_missing(mm, va + PAGE_SIZE, end, access);
    }
    return r;
}

/* The access that finds a page as the program will need it. */
static enum access access_to(uint32_t flags)
{
    if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
        return ACCESS_WRITE;
    return flags & (VM_READ | VM_WRITE) ? ACCESS_READ : ACCESS_EXEC;
}

/* Where to go on, and what part of a VMA is next. */
struct populate {
    vaddr_t at, end;
    uint32_t flags;
    vaddr_t part_end;
    enum access access;
};

static bool is_meant(const struct populate *p, const struct vma *vma)
{
    return (vma->flags & p->flags) == p->flags
           && !(vma->flags & (VM_LOCKONFAULT | VM_SPECIAL | VM_PFNMAP));
}

/* Set P to the next part; false if there is none. */
static bool find_part(struct mm *mm, struct populate *p)
{
    const struct vma *vma;
    bool found = false;

    rwsem_read_lock(&mm->lock);
    vma = vmaset_find_range(&mm->vmas, p->at, p->end);
    while (vma && !is_meant(p, vma))
        vma = vmaset_next(&mm->vmas, vma);
    if (vma && vma->start < p->end) {
        p->at = MAX(p->at, vma->start);
        p->part_end = MIN(p->end, vma->end);
        p->access = access_to(vma->flags);
        found = true;
    }
    rwsem_read_unlock(&mm->lock);
    return found;
}

int vm_populate(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t flags)
{
    struct populate p = { .at = start, .end = end, .flags = flags };
    enum fault_result r;
    int err = 0;

    while (p.at < end && find_part(mm, &p)) {
        r = populate_pages(mm, p.at, p.part_end, p.access);
        if (r == FAULT_RETRY)
            return -EINTR;
        if (r != FAULT_OK && !err)
            err = r == FAULT_OOM ? -EAGAIN : -ENOMEM;
        p.at = p.part_end;
    }
    return err;
}

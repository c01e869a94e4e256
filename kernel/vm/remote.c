/* SPDX-License-Identifier: MIT */
/*
 * remote.c - copy to and from a process that goes on running.
 *
 * Its page may be written back, evicted, or shared by a fork at any moment, and each of these
 * changes the entry first, under pt_lock.  So the bytes move under that lock and while the
 * entry allows it: what was stored is then dirty for writeback, and nobody else's.  The copy
 * may not fault there; what is missing on either side is brought between two attempts.
 */
#include "kernel/vm/remote.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/uaccess.h"
#include "lib/bitops.h"

/* Whether the entry serves ACCESS as it is: a store must find it dirty already. */
static bool serves(struct pte e, enum access access)
{
    if (!pte_is_present(e) || !pfn_is_valid(pte_pfn(e)))
        return false;
    return access == ACCESS_READ || (pte_may_write(e) && (e.bits & PTE_D));
}

/* N bytes at ADDR, in one page of VMA; bytes copied.  The map lock is held for reading. */
static size_t copy_mapped(struct mm *mm, const struct vma *vma, uintptr_t addr, size_t n,
                          struct uio *u, enum access access)
{
    const struct pte *pte = vma && vma_allows(vma, access) ? pt_find(&mm->ctx.pt, addr, 0) : NULL;
    size_t done = 0;
    struct pte e;

    if (!pte)
        return 0;
    spin_lock(&mm->pt_lock);
    e = pte_read(pte);
    if (serves(e, access)) {
        char *at = (char *)page_address(pfn_to_page(pte_pfn(e))) + (addr & ~PAGE_MASK);

        done = access == ACCESS_WRITE ? uio_copy_in(u, at, n) : uio_copy_out(u, at, n);
    }
    spin_unlock(&mm->pt_lock);
    return done;
}

static size_t copy_present(struct mm *mm, uintptr_t addr, size_t n, struct uio *u,
                           enum access access)
{
    size_t done;

    rwsem_read_lock(&mm->lock);
    done = copy_mapped(mm, vmaset_find(&mm->vmas, addr), addr, n, u, access);
    rwsem_read_unlock(&mm->lock);
    return done;
}

/* Make N bytes accessible on both sides; false: they cannot be. */
static bool bring(struct mm *mm, uintptr_t addr, size_t n, struct uio *u, enum access access)
{
    return !fault_is_killed()
           && handle_mm_fault(mm, addr & PAGE_MASK, access) == FAULT_OK
           && uio_fault_in(u, n, access == ACCESS_READ) == 0;
}

size_t remote_copy(struct mm *mm, uintptr_t addr, size_t n, struct uio *u, enum access access)
{
    size_t done = 0;

    while (done < n && user_range_ok(addr + done, 1)) {
        uintptr_t at = addr + done;
        size_t len = MIN(n - done, PAGE_SIZE - (at & ~PAGE_MASK));
        size_t moved = copy_present(mm, at, len, u, access);

        done += moved;
        if (moved < len && !bring(mm, at + moved, len - moved, u, access))
            break;
        cond_resched();
    }
    return done;
}

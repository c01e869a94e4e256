/* SPDX-License-Identifier: MIT */
/*
 * pt_run.c - walk the level-0 entries of a range a table at a time.
 *
 * fork, munmap and mprotect touch thousands of neighbouring entries: they want
 * a pointer and a count, not a call for each.  Pure.
 */
#include "kernel/mm/frame.h"
#include "kernel/mm/pagetable.h"
#include "lib/bitops.h"

static vaddr_t next_boundary(vaddr_t va, unsigned level)
{
    return (va | (PT_LEAF_SIZE(level) - 1)) + 1;
}

struct pte *pt_next_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n)
{
    while (*va < end) {
        struct pte *mid = pt_find(pt, *va, 1);
        vaddr_t top = MIN(next_boundary(*va, 2), end);

        for (; mid && *va < top; mid++, *va = next_boundary(*va, 1)) {
            struct pte e = pte_read(mid);

            if (!pte_is_present(e))
                continue;
            ASSERT(!pte_is_leaf(e));
            *n = (MIN(next_boundary(*va, 1), top) - *va) >> PAGE_SHIFT;
            return (struct pte *)phys_to_virt(pte_pa(e)) + (*va >> PAGE_SHIFT) % PT_ENTRIES;
        }
        if (!mid)
            *va = next_boundary(*va, 2);
    }
    return NULL;
}

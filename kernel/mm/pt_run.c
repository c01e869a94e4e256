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

/* The first table among the level-1 entries from MID on, which stand for [VA, TOP);
 * NULL if there is none. */
static const struct pte *find_table(const struct pte *mid, vaddr_t *va, vaddr_t top)
{
    for (vaddr_t at = *va; at < top; mid++, at = next_boundary(at, 1))
        if (mid->bits) {
            *va = at;
            return mid;
        }
    *va = top;
    return NULL;
}

struct pte *pt_next_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n)
{
    while (*va < end) {
        const struct pte *mid = pt_find(pt, *va, 1);
        vaddr_t top = MIN(next_boundary(*va, 2), end);

        mid = mid ? find_table(mid, va, top) : NULL;
        if (mid) {
            struct pte e = pte_read(mid);

            ASSERT(pte_is_present(e) && !pte_is_leaf(e));
            *n = (MIN(next_boundary(*va, 1), top) - *va) >> PAGE_SHIFT;
            return (struct pte *)phys_to_virt(pte_pa(e)) + (*va >> PAGE_SHIFT) % PT_ENTRIES;
        }
        *va = top;
    }
    return NULL;
}

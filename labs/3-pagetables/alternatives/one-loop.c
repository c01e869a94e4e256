/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/pt_run.c */
/* Looks up one table after the other, and looks through it. */

struct pte *pt_find_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n)
{
    while (*va < end) {
        struct pte *p = pt_find(pt, *va, 0);
        vaddr_t top = MIN(next_boundary(*va, p || pt_find(pt, *va, 1) ? 1 : 2), end);

        for (; p && *va < top; p++, *va += PAGE_SIZE) {
            if (pte_read(p).bits) {
                *n = (top - *va) >> PAGE_SHIFT;
                return p;
            }
        }
        *va = top;
    }
    return NULL;
}

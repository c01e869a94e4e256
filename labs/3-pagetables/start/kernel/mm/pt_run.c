/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 3: runs of one entry, each looked for from the root.
 */

struct pte *pt_find_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n)
{
    while (*va < end) {
        struct pte *p = pt_find(pt, *va, 0);

        if (p && pte_read(p).bits) {
            *n = 1;
            return p;
        }
        *va = p ? *va + PAGE_SIZE : (*va | (PT_LEAF_SIZE(1) - 1)) + 1;
    }
    return NULL;
}

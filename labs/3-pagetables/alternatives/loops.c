/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/pagetable.c */
/* Walks in a loop, and frees tables entry by entry. */

static inline struct pte *find(struct pagetable *pt, vaddr_t va, unsigned level)
{
    struct pte *table = phys_to_virt(pt->root);

    for (unsigned l = PT_LEVELS - 1; l > level; l--) {
        struct pte e = pte_read(entry_of(table, va, l));

        if (!pte_is_table(e))
            return NULL;
        table = pte_table(e);
    }
    return entry_of(table, va, level);
}

static void free_below(struct pagetable *pt, struct pte *table, unsigned level,
                       vaddr_t start, vaddr_t last)
{
    size_t size = PT_LEAF_SIZE(level);

    for (vaddr_t va = start;; va = (va | (size - 1)) + 1) {
        vaddr_t entry_last = min_u64(va | (size - 1), last);
        struct pte *p = entry_of(table, va, level), e = *p;

        if (pte_is_table(e) && level > 1)
            free_below(pt, pte_table(e), level - 1, va, entry_last);
        if (pte_is_table(e) && entry_last - va == size - 1) {
            if (PAGODA_DEBUG)
                check_empty(pte_table(e), va);
            pte_take(p);
            __atomic_fetch_sub(&pt->ntables, 1, __ATOMIC_RELAXED);
            pt->retire_table(pt, pte_pa(e));
        }
        if (entry_last == last)
            return;
    }
}

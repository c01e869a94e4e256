/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/unmap.c */
/* Looks at the entry before it clears anything. */

static bool look(struct mm *mm, vaddr_t va, void *arg)
{
    struct visit *v = arg;
    bool was_used = false;
    struct pte *pte;

    spin_lock(&mm->pt_lock);
    pte = find_entry(v, mm, va);
    if (pte && pte_is_present(pte_read(pte)) && (pte_read(pte).bits & PTE_A)) {
        pte_clear_bits(pte, PTE_A);
        tlb_batch_add(v->tlb, &mm->ctx, va);
        was_used = true;
    }
    if (pte)
        v->left -= 1;
    spin_unlock(&mm->pt_lock);
    if (was_used)
        v->used = true;
    return v->left != 0;
}

/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/unmap.c */
/* Decides what takes the entry's place before it looks for it. */

static bool unmap(struct mm *mm, vaddr_t va, void *arg)
{
    struct visit *v = arg;
    struct pte next = { 0 }, *pte;

    if (v->page->identity == PAGE_ANON && page_test(v->page, PG_SWAPCACHE))
        next = pte_make_swap(v->page->swap);
    spin_lock(&mm->pt_lock);
    pte = find_entry(v, mm, va);
    v->blocked = pte && __atomic_load_n(&v->page->mlocks, __ATOMIC_RELAXED) > 0;
    if (pte && !v->blocked) {
        v->left--;
        if (next.bits) {
            mm->nswap++;
            swap_get(v->page->swap);
        }
        pte_exchange(pte, next);
        *mm_rss_of(mm, v->page) -= 1;
        tlb_batch_add(v->tlb, &mm->ctx, va);
        page_map_put(v->page);
        put_page(v->page);
    }
    spin_unlock(&mm->pt_lock);
    return !v->blocked && v->left != 0;
}

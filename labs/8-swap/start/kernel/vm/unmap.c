/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 8: pages of files lose their entries, anonymous ones keep them.
 */

static bool unmap(struct mm *mm, vaddr_t va, void *arg)
{
    struct visit *v = arg;
    struct page *page = v->page;
    struct pte *pte;

    spin_lock(&mm->pt_lock);
    pte = find_entry(v, mm, va);
    if (pte && (page->identity == PAGE_ANON || __atomic_load_n(&page->mlocks, __ATOMIC_RELAXED)))
        v->blocked = true;
    else if (pte) {
        pte_exchange(pte, (struct pte){ 0 });
        tlb_batch_add(v->tlb, &mm->ctx, va);
        *mm_rss_of(mm, page) -= 1;
        page_map_put(page);
        put_page(page);             /* not the last: the caller has one */
        v->left--;
    }
    spin_unlock(&mm->pt_lock);
    return v->left > 0 && !v->blocked;
}

/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/swapin.c */
/* Every page comes back without W; whoever wants to store faults again, as after a fork. */

enum fault_result swap_fault(struct fault *f)
{
    uint64_t entry = pte_payload(f->old);
    struct page *page;
    bool nomem;

    page = swap_read_anon(entry, &f->major, &nomem);
    if (!page)
        return nomem ? FAULT_OOM : FAULT_RETRY;
    f->cache_ref = true;
    f->cache_page = page;
    page_lock(page);
    if (!page_test(page, PG_SWAPCACHE) || page->swap != entry)
        return FAULT_RETRY;
    if (!page_is_uptodate(page) && swap_read_page(page) < 0)
        return FAULT_SIGBUS;
    if (__atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0)
        anon_set_owner(f, page, is_exclusive(f, page));
    f->page = page;
    get_page(page);
    return FAULT_OK;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 6: a store to a page that may not be written always makes a copy, with
 * the page table locked, whether or not anybody else has the page.
 */

static bool reuse(struct fault *f)
{
    (void)f;
    return false;
}

enum fault_result anon_copy_on_write(struct fault *f)
{
    enum fault_result r;
    bool same;

    if (page_test(pfn_to_page(pte_pfn(f->old)), PG_SWAPCACHE))
        leave_swap(f);
    if (reuse(f))
        return FAULT_OK;
    r = anon_new_page(f, false);
    if (r != FAULT_OK)
        return r;
    spin_lock(&f->mm->pt_lock);
    same = pte_read(f->pte).bits == f->old.bits;
    if (same)
        memcpy(page_address(f->page), page_address(pfn_to_page(pte_pfn(f->old))), PAGE_SIZE);
    spin_unlock(&f->mm->pt_lock);
    return same ? FAULT_OK : FAULT_RETRY;
}

/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/anon.c */
/* Gets the new frame before it looks at the old one. */

enum fault_result anon_copy_on_write(struct fault *f)
{
    enum fault_result r;
    struct page *old;

    if (f->old.bits & PTE_SPECIAL)
        return anon_new_page(f, true);
    if (page_test(pfn_to_page(pte_pfn(f->old)), PG_SWAPCACHE))
        leave_swap(f);
    if (reuse(f))
        return FAULT_OK;
    r = anon_new_page(f, false);
    if (r != FAULT_OK)
        return r;
    old = get_old_page(f);
    if (!old)
        return FAULT_RETRY;
    memcpy(page_address(f->page), page_address(old), PAGE_SIZE);
    put_page(old);
    count_vm_event(VM_COW_COPY);
    return FAULT_OK;
}

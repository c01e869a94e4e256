/* SPDX-License-Identifier: MIT */
/*
 * swapin.c - a fault on a swap entry.
 *
 *   1. find    the page in the swap cache, or read it, and its neighbours
 *   2. lock    it, which waits for the read; look whether it is still the entry's
 *   3. own     say who may map it, if nobody does: this address space alone, or its family
 *   4. enter   it (fault.c); its slot has one user less
 *
 * A page that is mapped to be read keeps its slot, without W: it can go again without
 * being written.  The first store takes it out of the slot (copy on write, whose owner
 * is alone).  A store that finds the page nobody else's does so at once.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/swapin.h"

/* Whether nobody but F's entry wants F's page, which is locked. */
static bool is_exclusive(const struct fault *f, const struct page *page)
{
    return swap_users(pte_payload(f->old)) == 1
           && __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0;
}

enum fault_result swap_fault(struct fault *f)
{
    uint64_t entry = pte_payload(f->old);
    bool nomem, exclusive;
    struct page *page = swap_read_anon(entry, &f->major, &nomem);

    if (!page)
        return nomem ? FAULT_OOM : FAULT_RETRY;
    page_lock(page);
    f->cache_page = page;
    f->cache_ref = true;
    if (!page_test(page, PG_SWAPCACHE) || page->swap != entry)
        return FAULT_RETRY;
    if (!page_is_uptodate(page) && swap_read_page(page) < 0)    /* the first try may have failed */
        return FAULT_SIGBUS;
    exclusive = is_exclusive(f, page);
    if (exclusive && f->access == ACCESS_WRITE)
        page_wait_writeback(page);
    if (__atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0)
        anon_set_owner(f, page, exclusive);
    get_page(page);
    f->page = page;
    f->writable = exclusive && f->access == ACCESS_WRITE;
    return FAULT_OK;
}

void swap_fault_entered(struct fault *f)
{
    struct page *page = f->cache_page;
    bool last = swap_put_user(pte_payload(f->old));

    if (last && !page_test(page, PG_WRITEBACK) && (f->writable || page_test(page, PG_ERROR)))
        swap_cache_remove(page);
    else if (last)
        swap_give_up_slot(page);
}

void swap_leave_before_store(struct page *page)
{
    if (!page_test(page, PG_SWAPCACHE))
        return;
    page_wait_writeback(page);
    swap_cache_try_remove(page);
}

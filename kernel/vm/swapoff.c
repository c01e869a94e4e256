/* SPDX-License-Identifier: MIT */
/*
 * swapoff.c - bring back what a swap area holds.
 *
 * Each address space is searched for entries of the area, and so is each file in
 * memory; each entry is served as a fault would.  A fork may copy entries behind the
 * search, and a page may still be on its way out: so it is repeated until no slot is
 * used.  Nothing new comes, since the area gives out no slots any more.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/reclaim.h"
#include "kernel/vm/swapoff.h"
#include "lib/abi/errno.h"

static bool is_of(struct pte e, const struct swap_area *area)
{
    return pte_is_swap(e) && swap_area_has(area, pte_payload(e));
}

/* The first page at or behind VA whose entry is AREA's; USER_END: there is none. */
static vaddr_t find_entry(struct mm *mm, vaddr_t va, const struct swap_area *area)
{
    struct pte *run;
    size_t n, i = 0;

    rwsem_read_lock(&mm->lock);
    for (; (run = pt_next_run(&mm->ctx.pt, &va, USER_END, &n)); va += n * PAGE_SIZE) {
        for (i = 0; i < n && !is_of(pte_read(&run[i]), area); i++)
            continue;
        if (i < n)
            break;
    }
    rwsem_read_unlock(&mm->lock);
    return run ? va + i * PAGE_SIZE : USER_END;
}

static int error_of(enum fault_result r)
{
    switch (r) {
    case FAULT_OOM:
        return -ENOMEM;
    case FAULT_SIGBUS:
        return -EIO;
    default:
        return 0;               /* brought back, or unmapped meanwhile */
    }
}

static int empty_mm(struct mm *mm, const struct swap_area *area)
{
    vaddr_t va = find_entry(mm, 0, area);
    int err = 0;

    while (va < USER_END && !err) {
        err = thread_signal_pending() ? -EINTR : error_of(fault_swap_in(mm, va));
        cond_resched();
        va = find_entry(mm, va + PAGE_SIZE, area);
    }
    return err;
}

/* PAGE, locked, leaves its slot if nobody has an entry for it.  A file's page that could not
 * be read makes place for its entry, which the next round comes by. */
static void leave_slot(struct page *page)
{
    if (page->identity == PAGE_CACHE && !page_is_uptodate(page))
        page_cache_swap_out(page);
    else if (page->identity == PAGE_CACHE || swap_cache_is_orphan(page))
        swap_cache_remove(page);
}

/* Pages that nobody maps, or that were mapped before the area was retired, leave their
 * slots. */
static void drop_slots(struct swap_area *area)
{
    uint64_t entry = swap_area_next_used(area, 0);

    for (; entry; entry = swap_area_next_used(area, swap_entry_slot(entry))) {
        struct page *page = swap_cache_get(entry);

        if (!page)
            continue;
        page_lock(page);
        page_wait_writeback(page);
        if (page_test(page, PG_SWAPCACHE) && page->swap == entry)
            leave_slot(page);
        page_unlock(page);
        put_page(page);
        cond_resched();
    }
}

int swap_empty(struct swap_area *area)
{
    int err = 0;

    while (!err && swap_area_next_used(area, 0)) {
        /* The rest may be a file's or a process's that is ending: let it. */
        cond_resched();
        for (struct mm *mm = mm_next(NULL); mm; mm = mm_next(mm)) {
            err = empty_mm(mm, area);
            if (err) {
                mm_put(mm);
                break;
            }
        }
        if (!err)
            err = tmpfs_swap_in(area);
        drop_slots(area);
        reclaim_settle();
        if (!err && thread_signal_pending())
            err = -EINTR;
    }
    return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * usage.c - what an address space has in memory, and whom it shares it with.
 *
 * The page-table lock is held for one table at a time.  While it is, an entry's page
 * cannot go, but its map count moves as other address spaces come and leave: a sum is
 * true for pages whose sharers stay.
 */
#include "kernel/vm/usage.h"
#include "kernel/cache/swap.h"
#include "kernel/vm/page_map.h"
#include "lib/bitops.h"
#include "lib/string.h"

static int32_t nr_entries(const struct page *page)
{
    return __atomic_load_n(&page->mapcount, __ATOMIC_RELAXED);
}

/* Sums */

static void add_page(struct usage *u, const struct page *page, struct pte e, bool locked)
{
    bool dirty = (e.bits & PTE_D) || page_test(page, PG_DIRTY);
    bool anon = page->identity == PAGE_ANON;
    int32_t entries = MAX(nr_entries(page), 1);
    uint64_t share = (PAGE_SIZE << USAGE_SHARE_SHIFT) / (uint32_t)entries;

    u->rss++;
    u->anon += anon;
    u->referenced += (e.bits & PTE_A) || page_test(page, PG_REFERENCED);
    u->shared_clean += entries > 1 && !dirty;
    u->shared_dirty += entries > 1 && dirty;
    u->private_clean += entries == 1 && !dirty;
    u->private_dirty += entries == 1 && dirty;
    u->share += share;
    u->share_dirty += dirty ? share : 0;
    u->share_locked += locked ? share : 0;
    if (anon)
        u->share_anon += share;
    else if (page_test(page, PG_SWAPBACKED))
        u->share_shmem += share;
    else
        u->share_file += share;
}

static void add_swapped(struct usage *u, uint64_t entry)
{
    u->swap++;
    u->share_swap += (PAGE_SIZE << USAGE_SHARE_SHIFT) / MAX(swap_users(entry), 1UL);
}

static void add_run(struct usage *u, const struct pte *run, size_t n, bool locked)
{
    for (size_t i = 0; i < n; i++) {
        struct pte e = pte_read(&run[i]);
        const struct page *page = pte_counted_page(e);

        if (page)
            add_page(u, page, pte_settled(e), locked);
        else if (pte_is_swap(e))
            add_swapped(u, pte_payload(e));
    }
}

void usage_add_vma(struct usage *u, const struct vma *vma)
{
    struct mm *mm = vma->mm;
    struct pte *run;
    size_t n;

    for (vaddr_t va = vma->start; (run = pt_next_run(&mm->ctx.pt, &va, vma->end, &n));
         va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        add_run(u, run, n, vma->flags & VM_LOCKED);
        spin_unlock(&mm->pt_lock);
    }
}

/* Page by page */

static struct usage_page look_at(struct pte e)
{
    const struct page *page = pte_counted_page(e);

    if (pte_is_swap(e))
        return (struct usage_page){ .swapped = true, .entry = pte_payload(e) };
    return (struct usage_page){
        .present = e.bits != 0,
        .is_file = page && page->identity != PAGE_ANON,
        .exclusive = page && nr_entries(page) == 1,
        .pfn = e.bits ? pte_pfn(e) : 0,
    };
}

void usage_look(struct mm *mm, vaddr_t start, size_t npages, struct usage_page *out)
{
    vaddr_t end = start + npages * PAGE_SIZE;
    struct pte *run;
    size_t n;

    memset(out, 0, npages * sizeof(*out));
    rwsem_read_lock(&mm->lock);
    for (vaddr_t va = start; (run = pt_next_run(&mm->ctx.pt, &va, end, &n)); va += n * PAGE_SIZE) {
        size_t first = (va - start) >> PAGE_SHIFT;

        spin_lock(&mm->pt_lock);
        for (size_t i = 0; i < n; i++)
            out[first + i] = look_at(pte_read(&run[i]));
        spin_unlock(&mm->pt_lock);
    }
    rwsem_read_unlock(&mm->lock);
}

/* Forgetting */

static void forget_run(struct pte *run, size_t n, bool anon, bool file)
{
    for (struct pte *p = run; p < run + n; p++) {
        struct page *page = pte_counted_page(pte_read(p));

        if (page && (page->identity == PAGE_ANON ? anon : file))
            page_map_forget_use(page, p);
    }
}

void usage_forget(struct mm *mm, bool anon, bool file)
{
    struct pte *run;
    size_t n;

    rwsem_read_lock(&mm->lock);
    for (vaddr_t va = 0; (run = pt_next_run(&mm->ctx.pt, &va, USER_END, &n)); va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        forget_run(run, n, anon, file);
        spin_unlock(&mm->pt_lock);
    }
    tlb_flush_range(&mm->ctx, 0, USER_END);
    rwsem_read_unlock(&mm->lock);
}

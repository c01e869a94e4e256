/* SPDX-License-Identifier: MIT */
/*
 * zap.c - take pages out of an address space.
 *
 * The order is what matters.  A frame may be reused only when no TLB can still
 * reach it, so entries are cleared under the page-table lock, the addresses are
 * flushed everywhere, and then the frames of the batch are released.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/zap.h"

#define BATCH 64        /* pages per flush: half a kilobyte of stack */

struct zap {
    struct mm *mm;
    struct address_space *only;         /* NULL: every page                    */
    bool private_too;                   /* with `only`: COWed copies as well   */
    vaddr_t flush_start, flush_end;
    int64_t anon, file, shmem;          /* taken off the resident set          */
    size_t npages;
    struct page *pages[BATCH];
};

static struct page *page_of(struct pte e)
{
    return pfn_to_page(pte_kind(e) == PTE_PROTNONE ? pte_payload(e) : pte_pfn(e));
}

/* Whether the page under E is to go. */
static bool wanted(const struct zap *z, struct pte e)
{
    const struct page *page;

    if (!z->only)
        return true;
    if (e.bits & PTE_SPECIAL)
        return z->private_too;
    page = page_of(e);
    if (page->identity == PAGE_ANON)
        return z->private_too;
    return page->mapping == z->only;
}

/* The entry E of a page is gone: its counts follow. */
static void account(struct zap *z, struct pte e)
{
    struct page *page;

    if (e.bits & PTE_SPECIAL)
        return;
    page = page_of(e);
    page_map_put(page);
    if (page->identity == PAGE_ANON) {
        z->anon++;
    } else {
        if (page_test(page, PG_SWAPBACKED))
            z->shmem++;
        else
            z->file++;
        if (e.bits & PTE_D)
            page_cache_dirty(page);
        page_set(page, PG_REFERENCED);
    }
    z->pages[z->npages++] = page;
}

/* Clear entries of a run until it ends or the batch is full; returns how many were passed. */
static size_t clear_run(struct zap *z, struct pte *pte, vaddr_t va, size_t n)
{
    size_t i;

    for (i = 0; i < n && z->npages < BATCH; i++) {
        struct pte e = pte_read(&pte[i]);

        if (!e.bits || !wanted(z, e))
            continue;
        e = pte_exchange(&pte[i], (struct pte){ 0 });
        if (z->flush_start == z->flush_end)
            z->flush_start = va + i * PAGE_SIZE;
        z->flush_end = va + (i + 1) * PAGE_SIZE;
        account(z, e);
    }
    return i;
}

static void release_batch(struct zap *z)
{
    if (z->flush_start != z->flush_end)
        tlb_flush_range(&z->mm->ctx, z->flush_start, z->flush_end);
    z->flush_start = z->flush_end = 0;
    free_page_batch(z->pages, z->npages);
    z->npages = 0;
}

static void zap_walk(struct zap *z, vaddr_t start, vaddr_t end)
{
    struct mm *mm = z->mm;
    struct pte *pte;
    size_t n, done;

    for (vaddr_t va = start; (pte = pt_next_run(&mm->ctx.pt, &va, end, &n)); va += done * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        done = clear_run(z, pte, va, n);
        mm->rss_anon -= z->anon;
        mm->rss_file -= z->file;
        mm->rss_shmem -= z->shmem;
        spin_unlock(&mm->pt_lock);
        z->anon = z->file = z->shmem = 0;
        if (z->npages == BATCH)
            release_batch(z);
    }
    release_batch(z);
}

/* Everything but the page array, which needs no clearing. */
static void zap_begin(struct zap *z, struct mm *mm)
{
    z->mm = mm;
    z->only = NULL;
    z->private_too = true;
    z->flush_start = z->flush_end = 0;
    z->anon = z->file = z->shmem = 0;
    z->npages = 0;
}

void zap_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct zap z;

    zap_begin(&z, mm);
    zap_walk(&z, start, end);
}

void zap_range_of(struct mm *mm, vaddr_t start, vaddr_t end, struct address_space *mapping,
                  bool private_too)
{
    struct zap z;

    zap_begin(&z, mm);
    z.only = mapping;
    z.private_too = private_too;
    zap_walk(&z, start, end);
}

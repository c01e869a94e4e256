/* SPDX-License-Identifier: MIT */
/*
 * zap.c - take pages out of an address space.
 *
 * The order is what matters.  A frame may be reused only when no TLB can still
 * reach it, so entries are cleared under the page-table lock, the addresses are
 * flushed everywhere, and then the frames of the batch are released.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/tlb_batch.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/zap.h"
#include "lib/bitops.h"

#define BATCH 48            /* runs of pages per flush: less than a kilobyte of stack */
#define MANY  PT_ENTRIES    /* pages that are worth a flush: others wait for them     */

struct zap {
    struct mm *mm;
    bool choosy;                        /* not every page: as follows          */
    bool lone;                          /* anonymous ones that nobody shares   */
    bool private_too;                   /* with `only`: COWed copies as well   */
    bool locked;                        /* the entries lock their pages        */
    struct address_space *only;         /* pages of this mapping               */
    vaddr_t flush_start, flush_end;     /* cleared since the last flush        */
    size_t npages, nruns;               /* to be released after it             */
    struct page_run runs[BATCH];
};

/* What a run takes off the figures. */
struct tally {
    int64_t anon, file, shmem;          /* resident pages                      */
    int64_t last_anon, last_file;       /* of them, now mapped by nobody       */
};

/* Whether the page under E is to go. */
static bool wanted(const struct zap *z, struct pte e)
{
    const struct page *page;

    if (pte_is_swap(e))
        return z->lone || z->private_too;
    if (z->lone)
        return anon_is_alone(e);
    if (e.bits & PTE_SPECIAL)
        return z->private_too;
    page = pfn_to_page(pte_pfn(e));
    if (page->identity == PAGE_ANON)
        return z->private_too;
    return page->mapping == z->only;
}

/* An entry of file page PAGE is gone.  If it was stored to, the page has been dirty since
 * the first store: entries need not be asked. */
static void count_file(struct tally *t, struct page *page, bool last)
{
    if (page_test(page, PG_SWAPBACKED))
        t->shmem++;
    else
        t->file++;
    t->last_file += last;
    page_set(page, PG_REFERENCED);
}

/* An entry of PAGE is gone. */
static void count(struct tally *t, struct page *page)
{
    bool last = page_map_put_uncounted(page);

    if (page->identity == PAGE_ANON) {
        t->anon++;
        t->last_anon += last;
    } else {
        count_file(t, page, last);
    }
}

static void subtract(struct mm *mm, const struct tally *t)
{
    mm_note_peak(mm);
    mm->rss_anon -= t->anon;
    mm->rss_file -= t->file;
    mm->rss_shmem -= t->shmem;
    mapped_pages_add(-t->last_anon, -t->last_file);
}

static void unlock_pages(const struct page_run *run, const struct page_run *end)
{
    for (; run < end; run++)
        for (struct page *page = run->first; page < run->end; page++)
            page_mlock_put(page);
}

/* E, which is special or not present, is gone.  What a swap entry has is given up; of one that
 * counts for a page its frame is returned. */
static __attribute__((noinline)) struct pte special_case(struct mm *mm, struct pte e)
{
    if (pte_is_swap(e)) {
        mm->nswap--;
        swap_put(pte_payload(e));
        return (struct pte){ 0 };
    }
    e = pte_settled(e);
    return (struct pte){ e.bits & PTE_SPECIAL ? 0 : pte_pfn(e) << PTE_PPN_SHIFT };
}

/* The addresses from START to END were cleared and must be flushed with the batch. */
static void note_cleared(struct zap *z, vaddr_t start, vaddr_t end)
{
    if (start >= end)
        return;
    if (z->flush_start == z->flush_end)
        z->flush_start = start;
    z->flush_end = end;
}

/* Let PAGE extend RUN; false if it is not its neighbour. */
static inline bool extend(struct page_run *run, struct page *page)
{
    if (page == run->end)
        run->end++;
    else if (page + 1 == run->first)
        run->first--;
    else
        return false;
    return true;
}

/* Clear entries of a run until it ends or the batch is full; returns how many were
 * passed.  The page-table lock is held. */
static size_t clear_run(struct zap *z, struct pte *entries, vaddr_t va, size_t n)
{
    struct page_run *out = z->runs + z->nruns, *const last = z->runs + BATCH - 1, run = { 0 };
    struct pte *p = entries, *end = entries;
    const struct frames f = frames;     /* in registers: atomic operations stand between uses */
    const bool choosy = z->choosy;
    struct tally tally = { 0 };

    while (p < entries + n && out < last) {
        struct pte e = pte_read(p);
        struct page *page;

        if (!e.bits) {
            p = pt_next_used(p, entries + n - 1);
            continue;
        }
        if (choosy && !wanted(z, e)) {
            p++;
            continue;
        }
        e = pte_take(p);
        end = ++p;
        if (__builtin_expect((e.bits & (PTE_V | PTE_SPECIAL)) != PTE_V, 0)) {
            e = special_case(z->mm, e);
            if (!e.bits)
                continue;
        }
        page = &f.pages[(e.bits >> PTE_PPN_SHIFT) - f.first_pfn];   /* nothing is above the pfn */
        count(&tally, page);
        if (__builtin_expect(!extend(&run, page), 0)) {
            if (run.first)
                *out++ = run;
            run = (struct page_run){ page, page + 1 };
        }
    }
    if (run.first)
        *out++ = run;
    if (z->locked)
        unlock_pages(z->runs + z->nruns, out);
    z->nruns = (size_t)(out - z->runs);
    z->npages += (size_t)(tally.anon + tally.file + tally.shmem);
    note_cleared(z, va, va + (size_t)(end - entries) * PAGE_SIZE);
    subtract(z->mm, &tally);
    return (size_t)(p - entries);
}

/* Pages that keep a slot of swap which nobody uses any more let go of it. */
static void leave_swap(const struct page_run *runs, size_t n)
{
    for (const struct page_run *run = runs; run < runs + n; run++)
        for (struct page *page = run->first; page < run->end; page++)
            if (page_test(page, PG_SWAPCACHE))
                swap_cache_try_remove(page);
}

static void release_batch(struct zap *z)
{
    if (z->flush_start != z->flush_end)
        tlb_flush_range(&z->mm->ctx, z->flush_start, z->flush_end);
    z->flush_start = z->flush_end = 0;
    if (nr_swap_cache_pages())
        leave_swap(z->runs, z->nruns);
    free_page_runs(z->runs, z->nruns);
    z->npages = z->nruns = 0;
}

/* Take what Z wants out of [VA, END); the first run, of N entries, is at PTE. */
static __attribute__((noinline))
void zap_runs(struct zap *z, struct pte *pte, size_t n, vaddr_t va, vaddr_t end)
{
    struct mm *mm = z->mm;
    size_t done;

    for (; pte; pte = pt_next_run(&mm->ctx.pt, &va, end, &n)) {
        spin_lock(&mm->pt_lock);
        done = clear_run(z, pte, va, n);
        spin_unlock(&mm->pt_lock);
        if (z->npages >= MANY || z->nruns >= BATCH - 1) {
            release_batch(z);
            if (!z->choosy || z->lone)          /* else the mapping's lock is held */
                cond_resched();
        }
        va += done * PAGE_SIZE;
    }
    release_batch(z);
}

/* Of Z its choice and `locked` are set, no more: most calls find nothing, and the batch is
 * large. */
static inline void zap(struct zap *z, struct mm *mm, vaddr_t start, vaddr_t end)
{
    size_t n;
    struct pte *pte = pt_next_run(&mm->ctx.pt, &start, end, &n);

    if (!pte)
        return;
    z->mm = mm;
    z->flush_start = z->flush_end = 0;
    z->npages = z->nruns = 0;
    zap_runs(z, pte, n, start, end);
}

void zap_file_pages(const struct vma *vma, vaddr_t start, vaddr_t end, bool private_too)
{
    struct zap z;

    z.choosy = true;
    z.lone = false;
    z.only = vma->mapping;
    z.private_too = private_too;
    z.locked = vma->flags & VM_LOCKED;
    zap(&z, vma->mm, start, end);
}

/* Some of the VMAs are locked: each for itself. */
static __attribute__((noinline)) void zap_each(struct zap *z, struct mm *mm, vaddr_t start,
                                               vaddr_t end)
{
    const struct vma *vma = vmaset_find_from(&mm->vmas, start);

    for (; vma && vma->start < end; vma = vmaset_find_from(&mm->vmas, vma->end)) {
        z->locked = vma->flags & VM_LOCKED;
        zap(z, mm, MAX(start, vma->start), MIN(end, vma->end));
    }
}

void zap_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct zap z;

    z.choosy = z.locked = false;
    if (mm->locked_vm)
        zap_each(&z, mm, start, end);
    else
        zap(&z, mm, start, end);
    tlb_flush_owed(&mm->ctx);           /* what reclaim has taken away is to be gone as well */
}

void zap_lone_pages(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct zap z;

    z.choosy = z.lone = true;
    z.locked = false;
    zap(&z, mm, start, end);
}

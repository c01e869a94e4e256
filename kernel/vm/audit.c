/* SPDX-License-Identifier: MIT */
/*
 * audit.c - compare what the address spaces say with what the pages say.
 *
 * Page tables are the facts; VMAs, resident-set figures, map counts and
 * reference counts are derived from them.  The audit counts the entries of each
 * page anew and compares.
 */
#include "kernel/mm/commit.h"
#include "kernel/cache/swap.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/vm/anon_vma.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/reclaim.h"

/* Entries that map a page, and those of them in locked VMAs. */
struct found {
    int32_t entries;
    uint32_t locked;
};

struct audit {
    size_t faults;
    struct found *found;        /* of each frame */
    int64_t anon, file, swap;   /* of the mm being looked at */
    size_t swapped;             /* swap entries of all */
    int64_t mlocked;            /* frames that are locked */
    size_t committed;           /* pages of VMAs that count as promised */
};

#define COMPLAIN(a, ...)                                                       \
    do {                                                                       \
        printk("audit: " __VA_ARGS__);                                         \
        (a)->faults++;                                                         \
    } while (0)

/* Whether a walk from anonymous PAGE reaches VMA at VA. */
static bool rmap_finds(const struct page *page, const struct vma *vma, vaddr_t va)
{
    const struct anon_vma *a = vma->mm->anon.anon_vma;
    const struct interval *pages;

    while (a && a != page->anon_vma)
        a = a->parent;
    if (!a || !vma->span)
        return false;
    pages = &vma->span->pages;
    return page->index == anon_index(vma, va) && pages->first <= page->index
           && page->index <= pages->last;
}

static void audit_page(struct audit *a, struct mm *mm, struct vma *vma, vaddr_t va, struct pte e)
{
    bool stores = pte_is_present(e) && pte_may_write(e);
    struct page *page;
    pfn_t pfn = pte_pfn(e);

    if (pfn_is_valid(pfn) == !!(vma->flags & VM_PFNMAP)) {
        COMPLAIN(a, "mm %p: %lx maps pfn %lx, RAM or not\n", (void *)mm, va, pfn);
        return;
    }
    if (e.bits & PTE_SPECIAL)
        return;
    page = pfn_to_page(pfn);
    a->found[pfn - frames.first_pfn].entries++;
    a->found[pfn - frames.first_pfn].locked += !!(vma->flags & VM_LOCKED);
    if (page->identity != PAGE_ANON && page->identity != PAGE_CACHE)
        COMPLAIN(a, "mm %p: %lx maps pfn %lx of identity %d\n", (void *)mm, va, pfn,
                 page->identity);
    if (page->identity == PAGE_ANON)
        a->anon++;
    else
        a->file++;
    if (page->identity == PAGE_ANON && !rmap_finds(page, vma, va))
        COMPLAIN(a, "mm %p: the reverse map does not find %lx\n", (void *)mm, va);
    if (stores && !(vma->flags & VM_SHARED) && page->identity == PAGE_CACHE)
        COMPLAIN(a, "mm %p: %lx may write a page of the cache\n", (void *)mm, va);
    if (stores && page->identity == PAGE_ANON && page->mapcount > 1)
        COMPLAIN(a, "mm %p: %lx may write a page with %d mappings\n", (void *)mm, va,
                 page->mapcount);
}

static void audit_entry(struct audit *a, struct mm *mm, vaddr_t va, struct pte e)
{
    struct vma *vma = vmaset_find_from(&mm->vmas, va);

    if (!vma || va < vma->start) {
        COMPLAIN(a, "mm %p: entry %lx at %lx lies in no VMA\n", (void *)mm, e.bits, va);
        return;
    }
    if (!vma->touched)
        COMPLAIN(a, "mm %p: entry %lx at %lx lies in a VMA that nobody has used\n", (void *)mm,
                 e.bits, va);
    if (pte_is_present(e)
        && ((pte_may_write(e) && !(vma->flags & VM_WRITE))
            || ((e.bits & PTE_X) && !(vma->flags & VM_EXEC)) || !(vma->flags & VM_ACCESS)))
        COMPLAIN(a, "mm %p: entry %lx at %lx grants more than its VMA\n", (void *)mm, e.bits, va);
    if (pte_is_swap(e)) {
        a->swap++;
        a->swapped++;
        if (swap_users(pte_payload(e)) == 0)
            COMPLAIN(a, "mm %p: entry %lx at %lx is of a slot that nobody uses\n", (void *)mm,
                     e.bits, va);
        return;
    }
    audit_page(a, mm, vma, va, e);
}

static bool touched_between(struct mm *mm, vaddr_t start, vaddr_t end)
{
    const struct vma *vma = vmaset_find_from(&mm->vmas, start);

    while (vma && vma->start < end && !vma->touched)
        vma = vmaset_next(&mm->vmas, vma);
    return vma && vma->start < end;
}

/* Tables are there for somebody. */
static void audit_tables(struct audit *a, struct mm *mm)
{
    const size_t step = PT_LEAF_SIZE(1);

    for (vaddr_t va = 0; va < USER_END; va += step) {
        if (!pt_find(&mm->ctx.pt, va, 1))
            va += PT_LEAF_SIZE(2) - step;
        else if (pt_find(&mm->ctx.pt, va, 0) && !touched_between(mm, va, va + step))
            COMPLAIN(a, "mm %p: the table of %lx serves nobody\n", (void *)mm, va);
    }
}

static void audit_mm(struct mm *mm, void *arg)
{
    struct audit *a = arg;
    size_t n, locked_vm = 0;
    struct vma *vma;
    struct pte *pte;

    a->anon = a->file = a->swap = 0;
    audit_tables(a, mm);
    list_for_each_entry(vma, &mm->vmas.list, link) {
        a->committed += vma->flags & VM_ACCOUNT ? vma_npages(vma) : 0;
        locked_vm += vma->flags & VM_LOCKED ? vma_npages(vma) : 0;
    }
    if (locked_vm != mm->locked_vm)
        COMPLAIN(a, "mm %p: %zu pages are locked, not %zu\n", (void *)mm, locked_vm, mm->locked_vm);
    spin_lock(&mm->pt_lock);
    for (vaddr_t va = 0; (pte = pt_next_run(&mm->ctx.pt, &va, USER_END, &n)); va += n * PAGE_SIZE)
        for (size_t i = 0; i < n; i++)
            if (pte_read(&pte[i]).bits)
                audit_entry(a, mm, va + i * PAGE_SIZE, pte_read(&pte[i]));
    if (a->anon != mm->rss_anon || a->file != mm->rss_file + mm->rss_shmem)
        COMPLAIN(a, "mm %p: rss says %ld anon %ld file, the table %ld and %ld\n", (void *)mm,
                 mm->rss_anon, mm->rss_file + mm->rss_shmem, a->anon, a->file);
    if (a->swap != mm->nswap)
        COMPLAIN(a, "mm %p: %ld pages are in swap, the table says %ld\n", (void *)mm, mm->nswap,
                 a->swap);
    spin_unlock(&mm->pt_lock);
    vmaset_check(&mm->vmas);
}

/* References of an anonymous page besides those of its entries. */
static int32_t holders(const struct page *page)
{
    return page_test(page, PG_SWAPCACHE) + page_test(page, PG_ISOLATED);
}

/* The slots against each other and against the entries. */
static void audit_swap(struct audit *a)
{
    const char *fault = swap_check();
    size_t users = nr_swap_entries();

    if (fault)
        COMPLAIN(a, "swap: %s\n", fault);
    if (users != a->swapped)
        COMPLAIN(a, "slots have %zu users, but there are %zu swap entries\n", users, a->swapped);
}

static void audit_counts(struct audit *a)
{
    int64_t mlocked = mapped_pages_sum().locked;

    for (pfn_t pfn = frames.first_pfn; pfn < frames.end_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);
        int32_t entries = a->found[pfn - frames.first_pfn].entries;
        uint32_t locked = a->found[pfn - frames.first_pfn].locked;

        a->mlocked += locked > 0;
        if (page->mlocks != locked)
            COMPLAIN(a, "pfn %lx: %u locks, but %u entries of locked memory\n", pfn, page->mlocks,
                     locked);
        if (page->identity != PAGE_ANON && page->identity != PAGE_CACHE)
            continue;
        if (page->mapcount != entries)
            COMPLAIN(a, "pfn %lx: mapcount %d, but %d entries\n", pfn, page->mapcount, entries);
        if (page->refcount < entries + (page->identity == PAGE_CACHE && page->mapping))
            COMPLAIN(a, "pfn %lx: %d references for %d entries\n", pfn, page->refcount, entries);
        if (page->identity == PAGE_ANON && page->refcount != entries + holders(page))
            COMPLAIN(a, "pfn %lx: anonymous, %d references, %d entries, flags %x\n", pfn,
                     page->refcount, entries, page->flags);
    }
    if (a->mlocked != mlocked)
        COMPLAIN(a, "%ld pages are locked, not %ld\n", a->mlocked, mlocked);
}

size_t vm_audit(void)
{
    struct audit a = { .found = vzalloc((frames.end_pfn - frames.first_pfn) * sizeof(*a.found)) };

    if (!a.found) {
        printk("audit: no memory to count in\n");
        return 1;
    }
    reclaim_rest();                 /* a reclaimer has references of its own */
    mm_for_each(audit_mm, &a);
    audit_counts(&a);
    audit_swap(&a);
    vfree(a.found);
    if (a.committed != commit_pages_of(COMMIT_PRIVATE))
        COMPLAIN(&a, "%zu pages are promised, not %zu\n", a.committed,
                 commit_pages_of(COMMIT_PRIVATE));
    return a.faults;
}

/* SPDX-License-Identifier: MIT */
/*
 * page_map.h - the one place where a page's map count changes, and the count of
 * entries that lock it.
 *
 * Keeps the machine's totals of mapped pages beside it: a page counts when its
 * first entry appears and until its last one goes.
 */
#pragma once
#include "kernel/core/hart.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/pagetable.h"
#include "kernel/vm/mm.h"

/* Pages with at least one entry, by what they are; per hart, so that only the
 * sum over all harts means anything. */
struct mapped_pages {
    int64_t anon, file;
    int64_t locked;             /* of them, in a locked VMA */
} __attribute__((aligned(64)));
extern struct mapped_pages mapped_pages[MAX_HARTS];

static inline void mapped_pages_add(int64_t anon, int64_t file)
{
    mapped_pages[this_hart()->index].anon += anon;
    mapped_pages[this_hart()->index].file += file;
}
static inline void mapped_pages_count(const struct page *page, int64_t change)
{
    if (page->identity == PAGE_ANON)
        mapped_pages_add(change, 0);
    else
        mapped_pages_add(0, change);
}

/* The page in which E counts, or NULL: E has no frame, or a special one. */
static inline struct page *pte_counted_page(struct pte e)
{
    if (!pte_has_frame(e) || (e.bits & PTE_SPECIAL))
        return NULL;
    return pfn_to_page(pte_pfn(e));
}

/* The figure of MM in which an entry for PAGE counts.  [pt_lock] */
static inline int64_t *mm_rss_of(struct mm *mm, const struct page *page)
{
    if (page->identity == PAGE_ANON)
        return &mm->rss_anon;
    return page_test(page, PG_SWAPBACKED) ? &mm->rss_shmem : &mm->rss_file;
}

/* Pages are going to leave MM.  [pt_lock] */
static inline void mm_note_peak(struct mm *mm)
{
    if (mm->rss_anon + mm->rss_file + mm->rss_shmem > mm->peak_rss)
        mm->peak_rss = mm->rss_anon + mm->rss_file + mm->rss_shmem;
}

/* An entry for PAGE was made, or cleared.  A page-table lock is held. */
static inline void page_map_get(struct page *page)
{
    if (__atomic_fetch_add(&page->mapcount, 1, __ATOMIC_RELAXED) == 0)
        mapped_pages_count(page, 1);
}
/* True if it was the last: whoever clears many entries enters it in the totals at the end. */
static inline bool page_map_put_uncounted(struct page *page)
{
    return __atomic_sub_fetch(&page->mapcount, 1, __ATOMIC_RELAXED) == 0;
}
static inline void page_map_put(struct page *page)
{
    if (page_map_put_uncounted(page))
        mapped_pages_count(page, -1);
}

/* An entry for PAGE in a locked VMA was made, or cleared; or a VMA with one was locked, or
 * unlocked.  Always beside the map count's change.  A page-table lock is held. */
static inline void page_mlock_get(struct page *page)
{
    if (__atomic_fetch_add(&page->mlocks, 1, __ATOMIC_RELAXED) == 0)
        mapped_pages[this_hart()->index].locked++;
}
static inline void page_mlock_put(struct page *page)
{
    if (__atomic_sub_fetch(&page->mlocks, 1, __ATOMIC_SEQ_CST) == 0) {
        mapped_pages[this_hart()->index].locked--;
        if (page_test(page, PG_UNEVICTABLE))
            lru_rescue(page);
    }
}

/* FROM, which no entry maps any more, was moved to TO.  Some of TO's entries may have been
 * uncounted already, so that its count was negative for a moment. */
static inline void page_mlock_move(struct page *from, struct page *to)
{
    int32_t n = (int32_t)__atomic_exchange_n(&from->mlocks, 0, __ATOMIC_RELAXED), before;

    if (!n)
        return;
    before = (int32_t)__atomic_fetch_add(&to->mlocks, (uint32_t)n, __ATOMIC_RELAXED);
    mapped_pages[this_hart()->index].locked += (before + n > 0) - (before > 0) - 1;
}

/* Forget that PAGE was used, by *P among others, which maps it.  The page-table lock is
 * held.  The hardware sets A anew only where it has forgotten that it is set: flushing is
 * the caller's. */
static inline void page_map_forget_use(struct page *page, struct pte *p)
{
    page_clear(page, PG_REFERENCED);
    if (pte_read(p).bits & PTE_A)
        pte_clear_bits(p, PTE_A);
}

/* The machine's totals. */
struct mapped_pages mapped_pages_sum(void);

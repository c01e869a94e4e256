/* SPDX-License-Identifier: MIT */
/*
 * evict.c - pages leave memory.
 *
 *   1. take    of a file: unmap, unless the flusher has to write it first;
 *              anonymous or shared memory: a slot of swap, swap entries for entries
 *   2. flush   TLBs, once for up to 32 pages
 *   3. finish  clean: out of its tree or slot, and freed; dirty: written to swap, and
 *              finished when it comes back
 *
 * Whether anybody else uses the page is asked last, when no new user can come: the
 * tree's lock or the swap map's is held.  Whoever came before keeps the page.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "kernel/vm/evict.h"
#include "kernel/vm/unmap.h"
#include "lib/list.h"

static struct {
    struct spinlock lock;           /* RANK_LRU                              */
    struct list pages;              /* by page->link, oldest first       [l] */
    size_t npages;                  /*                                   [l] */
} laundry = {
    .lock = SPINLOCK_INIT(RANK_LRU, "laundry"),
    .pages = LIST_INIT(laundry.pages),
};

/* PAGE loses its entries, and E may have it; false: somebody keeps one, or it became dirty and
 * must not be written here.  Then E does not hold the page, whose last user may free it at any
 * moment: what was taken is forgotten at once. */
static bool unmap(struct eviction *e, struct page *page)
{
    bool is_ours = page_unmap(page, &e->tlb)
                   && ((e->gfp & __GFP_IO) || !page_test(page, PG_DIRTY));

    if (!is_ours)
        tlb_batch_flush(&e->tlb);
    return is_ours;
}

/* PAGE, of a file, loses its entries; false: it has to be written first, or somebody has it. */
static bool take_file(struct eviction *e, struct page *page)
{
    if (page_test(page, PG_DIRTY) || page_test(page, PG_WRITEBACK)) {
        e->ndirty++;
        return false;
    }
    return unmap(e, page);
}

/* PAGE gets a slot if it has none.  An anonymous one that nobody maps is of a fault that is
 * under way. */
static bool has_slot(const struct eviction *e, struct page *page)
{
    if (page_test(page, PG_SWAPCACHE))
        return true;
    if (!(e->gfp & __GFP_IO))
        return false;
    return (page->identity == PAGE_ANON ? __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) > 0
                                        : page_is_uptodate(page))
           && swap_cache_add(page);
}

/* Whether PAGE has a slot that could not be written, and cannot get another one, since entries
 * in page tables name it. */
static bool is_stuck(struct page *page)
{
    if (!page_test(page, PG_ERROR))
        return false;
    if (page->identity == PAGE_ANON && !swap_cache_is_orphan(page))
        return true;
    swap_cache_remove(page);
    return false;
}

/* PAGE is anonymous, or of a file that is memory only. */
static bool take_to_swap(struct eviction *e, struct page *page)
{
    return !page_test(page, PG_WRITEBACK) && !is_stuck(page) && has_slot(e, page)
           && unmap(e, page);
}

bool evict_page(struct eviction *e, struct page *page)
{
    ASSERT(page_is_locked(page));
    if (page->identity != PAGE_ANON && (page->identity != PAGE_CACHE || !page->mapping))
        return false;               /* it has left its file, and somebody holds on to it */
    if (!(page_test(page, PG_SWAPBACKED) ? take_to_swap(e, page) : take_file(e, page)))
        return false;
    e->pages[e->n++] = page;
    if (e->n == EVICT_BATCH)
        evict_flush(e);
    return true;
}

/* PAGE, locked, clean and without entries, leaves its tree or its slot's side. */
static bool leaves(struct page *page)
{
    if (!page_test(page, PG_SWAPBACKED))
        return page_cache_evict(page);
    if (page->identity != PAGE_ANON)
        return page_cache_swap_out(page);
    if (!swap_cache_is_orphan(page))
        return swap_cache_evict(page);
    swap_cache_remove(page);
    return true;
}

void evict_give_back(struct page *page)
{
    lru_put_back(page);
    put_page(page);
}

static void free_or_give_back(struct eviction *e, struct page *page)
{
    bool anon = page_test(page, PG_SWAPBACKED), gone = leaves(page);

    page_unlock(page);
    if (gone)
        lru_let_go(page);
    else
        lru_put_back(page);
    put_page(page);
    e->freed += gone;
    e->freed_anon += gone && anon;
}

static bool must_be_written(const struct page *page)
{
    if (!page_test(page, PG_SWAPBACKED) || !page_test(page, PG_DIRTY))
        return false;
    return page->identity != PAGE_ANON || !swap_cache_is_orphan(page);
}

static void put_into_laundry(struct page **pages, size_t n)
{
    spin_lock(&laundry.lock);
    for (size_t i = 0; i < n; i++)
        list_insert_tail(&laundry.pages, &pages[i]->link);
    laundry.npages += n;
    spin_unlock(&laundry.lock);
    count_vm_events(VM_VMSCAN_WRITE, n);
    swap_write(pages, n);
}

void evict_flush(struct eviction *e)
{
    size_t nout = 0;

    tlb_batch_flush(&e->tlb);
    for (size_t i = 0; i < e->n; i++) {
        if (must_be_written(e->pages[i]))
            e->pages[nout++] = e->pages[i];
        else
            free_or_give_back(e, e->pages[i]);
    }
    e->n = 0;
    if (nout)
        put_into_laundry(e->pages, nout);
}

/* ---- the laundry -------------------------------------------------------------------------- */

/* The oldest page if it has been written, and is free to be locked. */
static struct page *take_clean(void)
{
    struct page *page = NULL;

    spin_lock(&laundry.lock);
    if (!list_is_empty(&laundry.pages)) {
        page = list_first_entry(&laundry.pages, struct page, link);
        if (page_test(page, PG_WRITEBACK) || !page_trylock(page))
            page = NULL;
    }
    if (page) {
        list_remove(&page->link);
        laundry.npages--;
    }
    spin_unlock(&laundry.lock);
    return page;
}

/* PAGE, locked, has been written, or could not be: it goes, or is somebody's again. */
static void finish(struct eviction *e, struct page *page)
{
    bool wanted = __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) > 0;

    if (!wanted && evict_page(e, page))
        return;
    page_unlock(page);
    evict_give_back(page);
}

size_t laundry_collect(void)
{
    struct eviction e = { .gfp = 0 };       /* nothing is written twice */
    struct page *page;

    while ((page = take_clean()) != NULL)
        finish(&e, page);
    evict_flush(&e);
    return e.freed;
}

size_t laundry_size(void)
{
    return __atomic_load_n(&laundry.npages, __ATOMIC_RELAXED);
}

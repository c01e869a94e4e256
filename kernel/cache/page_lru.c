/* SPDX-License-Identifier: MIT */
/*
 * page_lru.c - which cached pages go when memory is short.
 *
 * Two lists, oldest at the tail.  A page enters the inactive one; used again
 * before it reaches the tail (PG_REFERENCED), it moves to the active one; when
 * that grows longer than the other, its oldest pages fall back.  So a page read
 * once leaves before one that is used again and again.
 *
 *     read ->  [ inactive ] -> evicted
 *               ^        | referenced
 *               |        v
 *              [  active  ]
 *
 * A scan takes a reference on a few pages under the list lock and turns them to
 * the head, so that the next scan meets others; they stay on their list until
 * page_cache_remove takes them off under their page lock.
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "lib/bitops.h"

/* Pages looked at under one hold of the list lock. */
#define SCAN_BATCH 32

static struct {
    struct spinlock lock;               /* RANK_LRU                            */
    struct list active, inactive;       /* newest first                    [l] */
    size_t nactive, ninactive;          /*                                 [l] */
} lru = {
    .lock = SPINLOCK_INIT(RANK_LRU, "evictable pages"),
};

void page_lru_init(void)
{
    list_init(&lru.active);
    list_init(&lru.inactive);
}

void page_lru_add(struct page *page)
{
    spin_lock(&lru.lock);
    page_set(page, PG_LRU);
    list_insert_head(&lru.inactive, &page->link);
    lru.ninactive++;
    spin_unlock(&lru.lock);
}

void page_lru_remove(struct page *page)
{
    if (!page_test(page, PG_LRU))
        return;
    spin_lock(&lru.lock);
    list_remove(&page->link);
    page_clear(page, PG_LRU);
    if (page_test_and_clear(page, PG_ACTIVE))
        lru.nactive--;
    else
        lru.ninactive--;
    spin_unlock(&lru.lock);
}

static void activate_locked(struct page *page)
{
    list_move_head(&lru.active, &page->link);
    page_set(page, PG_ACTIVE);
    lru.ninactive--;
    lru.nactive++;
    count_vm_event(VM_PGACTIVATE);
}

static void deactivate_locked(struct page *page)
{
    list_move_head(&lru.inactive, &page->link);
    page_clear(page, PG_ACTIVE);
    lru.nactive--;
    lru.ninactive++;
    count_vm_event(VM_PGDEACTIVATE);
}

/* Keep the inactive list the longer one. */
static void balance_locked(void)
{
    for (int i = 0; i < SCAN_BATCH && lru.nactive > lru.ninactive; i++) {
        struct page *page = list_last_entry(&lru.active, struct page, link);

        page_clear(page, PG_REFERENCED);
        deactivate_locked(page);
    }
}

/*
 * Look at up to SCAN_BATCH of the oldest inactive pages; those to be tried are
 * put in BATCH with a reference.  Returns how many, and in *SCANNED how many
 * were looked at.
 */
static size_t pick_candidates(struct page **batch, size_t *scanned, bool second_chance)
{
    size_t n = 0;

    spin_lock(&lru.lock);
    balance_locked();
    for (*scanned = 0; *scanned < SCAN_BATCH && lru.ninactive > 0; ++*scanned) {
        struct page *page = list_last_entry(&lru.inactive, struct page, link);

        if (second_chance && page_test_and_clear(page, PG_REFERENCED)) {
            activate_locked(page);
            continue;
        }
        list_move_head(&lru.inactive, &page->link);
        get_page(page);
        batch[n++] = page;
    }
    spin_unlock(&lru.lock);
    return n;
}

/* Evict PAGE if nobody minds.  Returns pages freed; counts dirty ones. */
static size_t try_evict(struct page *page, size_t *ndirty)
{
    struct address_space *as;
    bool gone = false;

    if (page_trylock(page)) {
        as = page->mapping;
        if (page_test(page, PG_DIRTY) || page_test(page, PG_WRITEBACK))
            ++*ndirty;
        else if (as)
            gone = page_cache_remove(as, page, true);
        page_unlock(page);
    }
    put_page(page);
    return gone;
}

static size_t scan(size_t npages, size_t budget, bool second_chance, size_t *ndirty)
{
    struct page *batch[SCAN_BATCH];
    size_t freed = 0, scanned = 1;

    for (; freed < npages && budget > 0 && scanned > 0; budget -= min_u64(budget, scanned)) {
        size_t n = pick_candidates(batch, &scanned, second_chance);

        for (size_t i = 0; i < n; i++)
            freed += try_evict(batch[i], ndirty);
    }
    return freed;
}

size_t page_cache_reclaim(size_t npages, gfp_t gfp)
{
    size_t total = lru.nactive + lru.ninactive, ndirty = 0;
    size_t freed = scan(npages, 2 * total, true, &ndirty);

    if (freed >= npages || ndirty == 0)
        return freed;
    writeback_wake(max_u64(ndirty, npages));
    if (freed == 0 && (gfp & __GFP_RECLAIM) && (gfp & __GFP_IO))
        writeback_wait_progress();
    return freed;
}

size_t page_cache_drop_all(void)
{
    size_t freed = 0, ndirty = 0, now;

    do {
        spin_lock(&lru.lock);
        while (lru.nactive > 0)
            deactivate_locked(list_last_entry(&lru.active, struct page, link));
        spin_unlock(&lru.lock);
        now = scan(SIZE_MAX, lru.ninactive, false, &ndirty);
        freed += now;
    } while (now > 0);
    return freed;
}

void nr_lru_pages(size_t *active, size_t *inactive)
{
    *active = __atomic_load_n(&lru.nactive, __ATOMIC_RELAXED);
    *inactive = __atomic_load_n(&lru.ninactive, __ATOMIC_RELAXED);
}

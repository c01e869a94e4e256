/* SPDX-License-Identifier: MIT */
/*
 * drop.c - pages are evicted because somebody asks for it, whatever the policy says.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/mm/lru.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/evict.h"
#include "kernel/vm/reclaim.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

/* Take N pages of files off, and evict those that nobody maps. */
static size_t drop_some(size_t n, struct eviction *e)
{
    struct page *pages[EVICT_BATCH];
    size_t scanned;

    n = lru_isolate(KIND_FILE, ALL_ZONES, pages, MIN(n, (size_t)EVICT_BATCH), &scanned);
    for (size_t i = 0; i < n; i++) {
        struct page *page = pages[i];
        bool locked = page_trylock(page);

        if (locked && __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0
            && evict_page(e, page))
            continue;
        if (locked)
            page_unlock(page);
        evict_give_back(page);
    }
    evict_flush(e);
    return scanned;
}

size_t reclaim_drop_caches(void)
{
    size_t before, total = 0;

    do {
        struct eviction e = { .gfp = 0 };
        size_t left;

        lru_deactivate_all(KIND_FILE);
        left = lru_figures().inactive[KIND_FILE];
        while (left > 0) {
            size_t n = drop_some(left, &e);

            if (!n)
                break;
            left -= MIN(left, n);
            cond_resched();
        }
        before = e.freed;
        total += before;
    } while (before > 0);
    return total;
}

static int evict_isolated(struct page *page)
{
    struct eviction e = { .gfp = GFP_KERNEL };
    bool gone;

    page_lock(page);
    gone = !page->mlocks && evict_page(&e, page);
    if (!gone) {
        page_unlock(page);
        evict_give_back(page);
    }
    evict_flush(&e);
    return gone ? 0 : -EBUSY;
}

int reclaim_page(struct page *page)
{
    bool taken = lru_isolate_page(page);
    int err = page_test(page, PG_ISOLATED) ? -EBUSY : -EINVAL;

    put_page(page);
    return taken ? evict_isolated(page) : err;
}

/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - memory from pages that can be evicted, and from caches.
 *
 * The allocator calls wake() when a zone falls below its low mark: the pager then
 * works until every zone is above its high mark, so that few allocations find
 * nothing and must reclaim for themselves.  Those that must take the same steps:
 *
 *   1. isolate   a batch of pages whose turn it is     (policy, mm/lru.h)
 *   2. look      was the page used since?              (vm/unmap.h)
 *   3. judge     keep it, or let it go                 (policy)
 *   4. evict     unmap, write, free                    (vm/evict.h)
 *
 * and then ask names, inodes and slabs for their share.
 *
 * Anonymous pages and pages of files are looked at in proportion to what that has
 * brought lately: of a kind most of whose pages turn out to be in use, fewer are
 * looked at.  `swappiness` weighs the two.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/bootargs.h"
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/zone.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/evict.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/reclaim.h"
#include "kernel/vm/scan_balance.h"
#include "kernel/vm/unmap.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

BOOTARG(policy, "page replacement: clock2, clock, fifo or random");

/* 1/64 of memory stays with programs that run, as far as they have pages of files mapped: to take
 * the last of them would not give memory to anybody, but only make all wait for the disk.  Then
 * it is better to say that there is no memory. */
#define TEXT_SHARE 64
/* Pages isolated under one hold of the list's lock. */
#define SCAN_BATCH 32
/* How often all pages are looked at before reclaim gives up: twice for the A bits to be
 * cleared and found clear, twice more for pages that were used once. */
#define MAX_ROUNDS 4
/* How long a request that must not fail sleeps before it looks again. */
#define NOFAIL_PAUSE 1000000UL      /* ns */

unsigned swappiness = 60;

static struct wait_queue pager_queue;
static uint32_t pager_wanted;               /* [a] */
static struct scan_balance balance;         /* races cost a bad guess */

/* One reclaimer. */
struct scan {
    struct eviction evict;
    int zone;                   /* that is short, or ALL_ZONES */
    size_t wanted;              /* pages */
    bool is_pager;
    bool spares_mapped;         /* few pages of files are mapped: they stay */
};

/* ---- one page ----------------------------------------------------------------------------- */

static void give_back(struct page *page)
{
    lru_put_back(page);
    put_page(page);
}

/* PAGE stays in memory until it is unlocked. */
static void cull(struct page *page)
{
    lru_cull(page);
    if (__atomic_load_n(&page->mlocks, __ATOMIC_SEQ_CST) == 0)
        lru_rescue(page);       /* just now */
    put_page(page);
}

static bool is_mapped_file(const struct page *page)
{
    return page_kind(page) == KIND_FILE && __atomic_load_n(&page->mapcount, __ATOMIC_RELAXED) > 0;
}

/* PAGE, isolated: true if it is kept because it is used. */
static bool look_at(struct scan *s, struct page *page)
{
    bool used;

    if (!page_trylock(page)) {
        give_back(page);
        return false;
    }
    if (__atomic_load_n(&page->mlocks, __ATOMIC_RELAXED)) {
        page_unlock(page);
        cull(page);
        return false;
    }
    used = page_test_used(page, &s->evict.tlb) || (s->spares_mapped && is_mapped_file(page));
    if (lru_judge(page, used)) {
        if (!evict_page(&s->evict, page)) {
            page_unlock(page);
            give_back(page);
        }
        return false;
    }
    page_unlock(page);
    put_page(page);
    return true;
}

/* ---- scanning ------------------------------------------------------------------------------ */

static bool can_swap(void)
{
    return nr_free_swap_pages() > 0 || nr_swap_cache_pages() > 0;
}

static void count_scan(const struct scan *s, enum page_kind kind, size_t scanned)
{
    count_vm_events(s->is_pager ? VM_PGSCAN_KSWAPD : VM_PGSCAN_DIRECT, scanned);
    count_vm_events(kind == KIND_ANON ? VM_PGSCAN_ANON : VM_PGSCAN_FILE, scanned);
}

/* Look at up to SCAN_BATCH pages of KIND; returns how many. */
static size_t scan_batch(struct scan *s, enum page_kind kind)
{
    struct page *pages[SCAN_BATCH];
    size_t scanned, kept = 0, n = lru_isolate(kind, s->zone, pages, SCAN_BATCH, &scanned);

    s->spares_mapped = (size_t)mapped_pages_sum().file < nr_managed_pages() / TEXT_SHARE;
    for (size_t i = 0; i < n; i++)
        kept += look_at(s, pages[i]);
    evict_flush(&s->evict);
    count_scan(s, kind, scanned);
    scan_balance_note(&balance, kind, scanned, kept);
    return scanned;
}

static size_t nr_listed(enum page_kind kind)
{
    struct lru_figures f = lru_figures();

    return f.active[kind] + f.inactive[kind];
}

/* Until enough is freed, or all pages were looked at MAX_ROUNDS times. */
static void scan_pages(struct scan *s)
{
    bool anon = can_swap();
    size_t budget = MAX_ROUNDS * (nr_listed(KIND_FILE) + (anon ? nr_listed(KIND_ANON) : 0));
    size_t scanned = 1;

    while (s->evict.freed < s->wanted && budget > 0 && scanned > 0) {
        enum page_kind kind = scan_balance_next(&balance, swappiness,
                                                anon ? nr_listed(KIND_ANON) : 0,
                                                nr_listed(KIND_FILE));

        scanned = scan_batch(s, kind);
        budget -= MIN(budget, scanned);
        s->evict.freed += laundry_collect();
        if (s->evict.freed + laundry_size() >= s->wanted + EVICT_BATCH)
            break;                      /* enough is under way */
        cond_resched();
    }
}

static size_t reclaim_from(struct scan *s)
{
    size_t freed, steal;

    scan_pages(s);
    freed = s->evict.freed;
    if (s->evict.ndirty && freed < s->wanted)
        writeback_wake(MAX(s->evict.ndirty, s->wanted));
    steal = freed;
    if (freed < s->wanted)
        freed += shrink_all(s->wanted - freed, s->evict.gfp);
    count_vm_events(s->is_pager ? VM_PGSTEAL_KSWAPD : VM_PGSTEAL_DIRECT, steal);
    return freed;
}

/* ---- what the allocator asks ---------------------------------------------------------------- */

static int zone_that_is_short(gfp_t gfp)
{
    return gfp & __GFP_DMA32 ? ZONE_DMA32 : ALL_ZONES;
}

/* Wait a moment for writes if that is what there is to wait for. */
static size_t wait_for_laundry(gfp_t gfp)
{
    if (!(gfp & __GFP_IO) || laundry_size() == 0)
        return 0;
    writeback_wait_progress();
    return laundry_collect();
}

static size_t reclaim(gfp_t gfp, unsigned order, size_t npages)
{
    struct scan s = { .evict.gfp = gfp, .zone = zone_that_is_short(gfp), .wanted = npages };
    size_t freed;

    (void)order;
    freed = reclaim_from(&s);
    if (!freed)
        freed = wait_for_laundry(gfp);
    if (!freed && s.evict.ndirty && (gfp & __GFP_IO))
        writeback_wait_progress();
    return freed;
}

static void wake(void)
{
    __atomic_store_n(&pager_wanted, 1, __ATOMIC_RELEASE);
    wake_up_all(&pager_queue);
}

/*
 * Nothing could be freed.  What is dirty now will be clean soon.  A request that
 * must not fail comes back at once: it has to let those run who may give something.
 */
static bool out_of_memory(gfp_t gfp, unsigned order)
{
    bool retry = false;

    (void)order;
    if ((gfp & __GFP_IO) && nr_dirty_pages() + nr_writeback_pages() + laundry_size() != 0) {
        writeback_wake(nr_dirty_pages());
        writeback_wait_progress();
        retry = true;
    }
    /* The flusher does not wait for itself, so it must let others run here. */
    if (gfp & __GFP_NOFAIL)
        thread_sleep_ns(NOFAIL_PAUSE, false, NULL);
    return retry;
}

static const struct reclaim_ops ops = {
    .reclaim = reclaim,
    .wake = wake,
    .out_of_memory = out_of_memory,
};

/* ---- the pager ------------------------------------------------------------------------------ */

/* Pages that Z lacks to be above its high mark. */
static size_t lack_of(const struct zone *z)
{
    size_t nfree = buddy_nfree(&z->buddy, true);

    return z->managed && nfree < z->mark[MARK_HIGH] ? z->mark[MARK_HIGH] - nfree : 0;
}

/* Work until Z is above its high mark; false if nothing more can be freed. */
static bool balance_zone(const struct zone *z, int zone)
{
    size_t lack;

    while ((lack = lack_of(z)) > 0) {
        struct scan s = {
            .evict.gfp = GFP_KERNEL | __GFP_MEMALLOC, .zone = zone,
            .wanted = MIN(lack, (size_t)SCAN_BATCH), .is_pager = true,
        };

        if (reclaim_from(&s) == 0 && wait_for_laundry(s.evict.gfp) == 0)
            return false;
        cond_resched();
    }
    return true;
}

/* Some of what is in the laundry may be clean soon. */
static void wait_and_collect(void)
{
    writeback_wait_progress();
    laundry_collect();
    cond_resched();             /* somebody may have locked what is clean */
}

void reclaim_settle(void)
{
    laundry_collect();
    while (laundry_size())
        wait_and_collect();
}

static bool is_wanted(void)
{
    return __atomic_load_n(&pager_wanted, __ATOMIC_ACQUIRE);
}

static void pager(void *arg)
{
    (void)arg;
    for (;;) {
        wait_event_interruptible(&pager_queue, is_wanted());
        __atomic_store_n(&pager_wanted, 0, __ATOMIC_RELAXED);
        count_vm_event(VM_PAGEOUTRUN);
        for (enum zone_type t = 0; t < ZONES; t++)
            balance_zone(&zones[t], t);
        while (laundry_size() && !is_wanted())
            wait_and_collect();
    }
}

/* ---- on request ----------------------------------------------------------------------------- */

/* Take N pages of files off, and evict those that nobody maps. */
static size_t drop_some(size_t n, struct eviction *e)
{
    struct page *pages[SCAN_BATCH];
    size_t scanned;

    n = lru_isolate(KIND_FILE, ALL_ZONES, pages, MIN(n, (size_t)SCAN_BATCH), &scanned);
    for (size_t i = 0; i < n; i++) {
        struct page *page = pages[i];
        bool locked = page_trylock(page);

        if (locked && __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0
            && evict_page(e, page))
            continue;
        if (locked)
            page_unlock(page);
        give_back(page);
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
        left = nr_listed(KIND_FILE);
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
        give_back(page);
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

void reclaim_init(void)
{
    const char *name = bootarg_string("policy");
    const struct policy *policy = name ? policy_find(name) : NULL;

    if (policy)
        lru_set_policy(policy);
    else if (name)
        printk("policy=%s: there is none of that name; %s it is\n", name, lru_policy()->name);
    wait_queue_init(&pager_queue);
    if (kthread_run(pager, NULL, "kswapd") != 0)
        panic("no memory for the pager");
    page_alloc_set_reclaim(&ops);
}

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
#include "kernel/mm/cma.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/zone.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/evict.h"
#include "kernel/vm/oom.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/reclaim.h"
#include "kernel/vm/scan_balance.h"
#include "kernel/vm/unmap.h"
#include "lib/bitops.h"

BOOTARG(policy, "page replacement: clock2, clock, fifo or random");

/* 1/64 of memory stays with programs that run, as far as they have pages of files mapped: to take
 * the last of them would not give memory to anybody, but only make all wait for the disk.  Then
 * it is better to say that there is no memory. */
#define TEXT_SHARE 64
/* Pages isolated under one hold of the list's lock. */
#define SCAN_BATCH 32
/* How often all pages are looked at before reclaim gives up: once for the use that brought
 * a page in to be forgotten, and three times more for one that was active. */
#define MAX_ROUNDS 4
/* How long a request that must not fail sleeps before it looks again. */
#define NOFAIL_PAUSE 1000000UL      /* ns */
/* Looks whether the pager has come to rest, and the time between them: a second in all. */
#define REST_LOOKS 1000
#define REST_PAUSE 1000000UL        /* ns */
/* How often a request waits for dirty pages to be clean: there are always some where somebody
 * writes files, and they may not be for this request. */
#define PATIENCE_FOR_WRITES 16

unsigned swappiness = 60;

static struct wait_queue pager_queue;
static uint32_t pager_wanted;               /* [a] */
static bool pager_works;                    /* [a] */
static struct scan_balance balance;         /* races cost a bad guess */

/* One reclaimer. */
struct scan {
    struct eviction evict;
    int zone;                   /* that is short, or ALL_ZONES */
    size_t wanted;              /* pages */
    size_t collected;           /* pages that came back from swap meanwhile, freed */
    bool is_pager;
    bool spares_mapped;         /* few pages of files are mapped: they stay */
    bool spares_area;           /* frames of the contiguous area would be of no use */
};

/* ---- one page ----------------------------------------------------------------------------- */

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

    if ((s->spares_area && pfn_is_cma(page_to_pfn(page))) || !page_trylock(page)) {
        evict_give_back(page);
        return false;
    }
    if (__atomic_load_n(&page->mlocks, __ATOMIC_RELAXED)) {
        page_unlock(page);
        cull(page);
        return false;
    }
    /* Text of a thousand processes has a thousand entries: they are not asked in vain. */
    used = (s->spares_mapped && is_mapped_file(page)) || page_test_used(page, &s->evict.tlb);
    if (lru_judge(page, used)) {
        if (!evict_page(&s->evict, page)) {
            page_unlock(page);
            evict_give_back(page);
        }
        return false;
    }
    if (page_test(page, PG_SWAPCACHE))
        swap_give_up_slot(page);
    page_unlock(page);
    put_page(page);
    return true;
}

/* ---- scanning ------------------------------------------------------------------------------ */

/* Whether to look at anonymous pages brings anything: there are slots, or slots that can be had,
 * or pages that have one and are not on their way there already. */
static bool can_swap(void)
{
    return nr_free_swap_pages() > 0 || swap_take_back(SCAN_BATCH) > 0
           || nr_swap_cache_pages() > nr_swapping_pages();
}

static void count_steal(bool is_pager, size_t anon, size_t file)
{
    count_vm_events(is_pager ? VM_PGSTEAL_KSWAPD : VM_PGSTEAL_DIRECT, anon + file);
    count_vm_events(VM_PGSTEAL_ANON, anon);
    count_vm_events(VM_PGSTEAL_FILE, file);
}

/* Free what has come back from swap; pages freed. */
static size_t collect(bool is_pager)
{
    size_t n = laundry_collect();

    count_steal(is_pager, n, 0);
    return n;
}

static void count_scan(const struct scan *s, enum page_kind kind, size_t scanned)
{
    count_vm_events(s->is_pager ? VM_PGSCAN_KSWAPD : VM_PGSCAN_DIRECT, scanned);
    count_vm_events(kind == KIND_ANON ? VM_PGSCAN_ANON : VM_PGSCAN_FILE, scanned);
}

/* The kernel's pages cannot lie in the contiguous area, so on their behalf its frames are left
 * alone.  The pager works for all: it does so while more of the area is free than of the rest,
 * for that is what movable pages are given first. */
static void set_spared(struct scan *s)
{
    s->spares_mapped = (size_t)mapped_pages_sum().file < nr_managed_pages() / TEXT_SHARE;
    s->spares_area = s->is_pager ? cma_has_most_free() : !(s->evict.gfp & __GFP_MOVABLE);
}

/* Look at up to SCAN_BATCH pages of KIND; returns how many. */
static size_t scan_batch(struct scan *s, enum page_kind kind)
{
    struct page *pages[SCAN_BATCH];
    size_t scanned, kept = 0, n = lru_isolate(kind, s->zone, pages, SCAN_BATCH, &scanned);

    set_spared(s);
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

static enum page_kind next_kind(void)
{
    return scan_balance_next(&balance, swappiness, nr_listed(KIND_ANON), nr_listed(KIND_FILE));
}

/* The next batch; where the list of that kind is empty, as few pages of files are in several
 * reclaimers' hands at once, of the other kind. */
static size_t scan_next(struct scan *s, bool anon)
{
    enum page_kind kind = anon ? next_kind() : KIND_FILE;
    size_t scanned = scan_batch(s, kind);

    if (scanned == 0 && anon)
        scanned = scan_batch(s, kind == KIND_FILE ? KIND_ANON : KIND_FILE);
    return scanned;
}

/* Until enough is freed, or all pages were looked at MAX_ROUNDS times. */
static void scan_pages(struct scan *s)
{
    bool anon = can_swap();
    size_t budget = MAX_ROUNDS * (nr_listed(KIND_FILE) + (anon ? nr_listed(KIND_ANON) : 0));
    size_t scanned = 1;

    while (s->evict.freed + s->collected < s->wanted && budget > 0 && scanned > 0) {
        scanned = scan_next(s, anon);
        budget -= MIN(budget, scanned);
        s->collected += collect(s->is_pager);
        if (s->evict.freed + s->collected + laundry_size() >= s->wanted + EVICT_BATCH)
            break;                      /* enough is under way */
        cond_resched();
    }
}

static size_t reclaim_from(struct scan *s)
{
    size_t freed;

    scan_pages(s);
    count_steal(s->is_pager, s->evict.freed_anon, s->evict.freed - s->evict.freed_anon);
    freed = s->evict.freed + s->collected;
    if (s->evict.ndirty && freed < s->wanted)
        writeback_wake(MAX(s->evict.ndirty, s->wanted));
    if (freed < s->wanted)
        freed += shrink_all(s->wanted - freed, s->evict.gfp);
    return freed;
}

/* ---- what the allocator asks ---------------------------------------------------------------- */

static int zone_that_is_short(gfp_t gfp)
{
    return gfp & __GFP_DMA32 ? ZONE_DMA32 : ALL_ZONES;
}

/* Wait a moment for writes if that is what there is to wait for.  Others may have collected what
 * came back, and freed it: that is progress, too. */
static size_t wait_for_laundry(const struct scan *s)
{
    if (!(s->evict.gfp & __GFP_IO) || laundry_size() == 0)
        return 0;
    writeback_wait_progress();
    return MAX(collect(s->is_pager), 1UL);
}

static size_t reclaim(gfp_t gfp, unsigned order, size_t npages)
{
    struct scan s = { .evict.gfp = gfp, .zone = zone_that_is_short(gfp), .wanted = npages };
    bool began;
    size_t freed;

    (void)order;
    if (oom_is_led())
        return 0;               /* all have been looked at just now */
    began = pressure_enter(PRESSURE_MEMORY);
    freed = reclaim_from(&s);
    if (!freed)
        freed = wait_for_laundry(&s);
    if (!freed && s.evict.ndirty && (gfp & __GFP_IO))
        writeback_wait_progress();
    pressure_leave(PRESSURE_MEMORY, began);
    return freed;
}

static void wake(void)
{
    __atomic_store_n(&pager_wanted, 1, __ATOMIC_RELEASE);
    wake_up_all(&pager_queue);
}

/* Pages of files that are dirty now will be clean soon. */
static bool wait_for_writes(gfp_t gfp)
{
    if (!(gfp & __GFP_IO) || nr_dirty_pages() + nr_writeback_pages() + laundry_size() == 0)
        return false;
    writeback_wake(nr_dirty_pages());
    writeback_wait_progress();
    return true;
}

/*
 * Nothing could be freed.  A request that must not fail comes back at once: it has to
 * let those run who may give something.
 */
static bool wait_or_kill(gfp_t gfp, unsigned order, unsigned attempt)
{
    if (attempt >= PATIENCE_FOR_WRITES || !wait_for_writes(gfp))
        return oom_handle(gfp, order, attempt);
    /* The flusher does not wait for itself, so it must let others run here. */
    if (gfp & __GFP_NOFAIL)
        thread_sleep_ns(NOFAIL_PAUSE, false, NULL);
    return true;
}

static bool out_of_memory(gfp_t gfp, unsigned order, unsigned attempt)
{
    bool began = pressure_enter(PRESSURE_MEMORY);
    bool retry = wait_or_kill(gfp, order, attempt);

    pressure_leave(PRESSURE_MEMORY, began);
    return retry;
}

static const struct reclaim_ops ops = {
    .reclaim = reclaim,
    .wake = wake,
    .out_of_memory = out_of_memory,
    .is_dying = oom_may_use_reserve,
};

/* ---- the pager ------------------------------------------------------------------------------ */

/* Pages that Z lacks to be above its high mark. */
static size_t lack_of(const struct zone *z)
{
    size_t nfree = buddy_nfree(&z->buddy, false);   /* the kernel's pages must find room, too */

    return watermark_lack(z->mark, nfree);
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
        size_t freed;

        page_alloc_reclaim_begin(GFP_KERNEL);
        freed = reclaim_from(&s);
        page_alloc_reclaim_end(GFP_KERNEL);
        if (freed == 0 && wait_for_laundry(&s) == 0)
            return false;
        cond_resched();
    }
    return true;
}

/* Some of what is in the laundry may be clean soon. */
static void wait_and_collect(void)
{
    writeback_wait_progress();
    collect(true);
    cond_resched();             /* somebody may have locked what is clean */
}

static bool is_wanted(void)
{
    return __atomic_load_n(&pager_wanted, __ATOMIC_ACQUIRE);
}

/* The pager sleeps, and has nothing to do. */
static bool pager_rests(void)
{
    return !is_wanted() && !__atomic_load_n(&pager_works, __ATOMIC_ACQUIRE);
}

void reclaim_settle(void)
{
    collect(true);
    while (laundry_size())
        wait_and_collect();
}

void reclaim_rest(void)
{
    for (int i = 0; i < REST_LOOKS && !pager_rests(); i++)
        thread_sleep_ns(REST_PAUSE, false, NULL);
    reclaim_settle();
}

static void balance_zones(void)
{
    bool began = pressure_enter(PRESSURE_MEMORY);

    for (enum zone_type t = 0; t < ZONES; t++)
        balance_zone(&zones[t], t);
    pressure_leave(PRESSURE_MEMORY, began);
}

static void pager(void *arg)
{
    (void)arg;
    for (;;) {
        wait_event_interruptible(&pager_queue, is_wanted());
        __atomic_store_n(&pager_works, true, __ATOMIC_RELEASE);
        __atomic_store_n(&pager_wanted, 0, __ATOMIC_RELEASE);
        count_vm_event(VM_PAGEOUTRUN);
        balance_zones();
        while (laundry_size() && !is_wanted())
            wait_and_collect();
        __atomic_store_n(&pager_works, false, __ATOMIC_RELEASE);
    }
}

/* ---- starting ------------------------------------------------------------------------------- */

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

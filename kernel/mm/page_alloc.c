/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.c - from a wish (gfp, order) to a block of frames, and back.
 *
 *   1. the calling hart's list of single pages                     alloc_pages
 *   2. the zones, NORMAL before DMA32, while above their low marks try_zones
 *   3. wake the pager; the same down to the request's reserve
 *   4. the lists of all harts go back to the zones; again
 *   5. reclaim, then the out-of-memory hook, if the request may sleep
 *
 * Steps 1 and 2 are all that happens on a healthy machine; of 32 single pages 31
 * take step 1 only, without the zone's lock.
 *
 * A hart list's lock is nearly private: another hart takes it only to drain.
 * Interrupt handlers neither allocate nor free, and the kernel is not
 * preempted, so nothing can come between on the same hart.
 *
 * Relies on: zone.h, buddy.h; memmap.h at boot.
 */
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/hart_lock.h"
#include "kernel/mm/memmap.h"
#include "kernel/mm/zone.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define COSTLY_ORDER 3              /* above it, a failure does not kill anybody        */
#define MAX_RECLAIM_ROUNDS 16       /* fruitful, yet no block: then it is fragmentation */
#define RECLAIM_BATCH 32            /* pages asked of one direct reclaim                */
#define MIN_RUN 8                   /* neighbours that are worth the zone's lock        */
#define POISON_WORD 0xb5b5b5b5b5b5b5b5UL

/* Flags that say that somebody still uses the page. */
#define FLAGS_IN_USE ((1u << PG_LOCKED) | (1u << PG_WAITERS) | (1u << PG_WRITEBACK) |  \
                      (1u << PG_LRU) | (1u << PG_ACTIVE) | (1u << PG_SWAPCACHE) |      \
                      (1u << PG_ISOLATED))

/* Zones in the order in which a request tries them: [0] any memory, [1] DMA32 only. */
static struct zone *zonelists[2][ZONES + 1];

static const struct reclaim_ops *reclaim_ops;
static void (*release_page[PAGE_IDENTITIES])(struct page *page);
static struct list shrinkers = LIST_INIT(shrinkers);
static uint64_t ndirect_reclaims, nfailures;

/* What gfp says */

static enum mobility gfp_mobility(gfp_t gfp)
{
    return gfp & __GFP_MOVABLE ? MOBILITY_MOVABLE : MOBILITY_UNMOVABLE;
}

static struct zone *const *gfp_zones(gfp_t gfp)
{
    return zonelists[gfp & __GFP_DMA32 ? 1 : 0];
}

static bool gfp_cma(gfp_t gfp)
{
    return (gfp & __GFP_CMA) && (gfp & __GFP_MOVABLE);
}

/* The best zone that GFP allows: what it falls back from. */
static enum zone_type gfp_class(gfp_t gfp)
{
    return gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

/* The virtual lock that reclaim on behalf of GFP would take. */
static enum lock_rank gfp_rank(gfp_t gfp)
{
    if (gfp & __GFP_FS)
        return RANK_RECLAIM_FS;
    return gfp & __GFP_IO ? RANK_RECLAIM_IO : RANK_NONE;
}

static void enter_reclaim(gfp_t gfp)
{
    if (gfp_rank(gfp) != RANK_NONE)
        rank_acquire(gfp_rank(gfp), "reclaim");
}

static void leave_reclaim(gfp_t gfp)
{
    if (gfp_rank(gfp) != RANK_NONE)
        rank_release(gfp_rank(gfp), "reclaim");
}

void page_alloc_check_context(gfp_t gfp)
{
    if (!(gfp & __GFP_RECLAIM) || (gfp & __GFP_MEMALLOC))
        return;
    ASSERT(!port_in_atomic());
    enter_reclaim(gfp);
    leave_reclaim(gfp);
}

/* Poison (debug): content of free pages, so that a late write is noticed */

static void poison_block(struct page *page, unsigned order)
{
    for (struct page *end = page + (1UL << order); page < end; page++) {
        memset(page_address(page), POISON_WORD & 0xff, PAGE_SIZE);
        page_set(page, PG_POISONED);
    }
}

static void check_poison(struct page *page, unsigned order)
{
    for (struct page *end = page + (1UL << order); page < end; page++) {
        const uint64_t *word = page_address(page);

        if (!page_test_and_clear(page, PG_POISONED))
            continue;
        for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
            if (word[i] != POISON_WORD)
                panic("page %lx was written to while free: %lx at offset %lx, last owner's pc %x",
                      page_to_pfn(page), word[i], i * sizeof(*word), page->alloc_pc);
    }
}

/* Compound blocks */

static void make_compound(struct page *head, unsigned order)
{
    head->flags |= 1u << PG_HEAD;
    for (struct page *tail = head + 1; tail < head + (1UL << order); tail++) {
        tail->identity = PAGE_TAIL;
        tail->head = head;
    }
}

static void unmake_compound(struct page *head, unsigned order)
{
    for (struct page *tail = head + 1; tail < head + (1UL << order); tail++) {
        if (tail->identity != PAGE_TAIL || tail->head != head)
            panic("block %lx (order %u): page %lx is %s", page_to_pfn(head), order,
                  page_to_pfn(tail), page_identity_names[tail->identity]);
        tail->identity = PAGE_FREE_TAIL;
        tail->head = NULL;
    }
}

/* The hart lists */

static inline struct page *pop(struct hart_pages *hp, enum mobility m)
{
    struct list *link = list_pop_head(&hp->list[m]);

    if (!link)
        return NULL;
    hp->count--;
    hp->nallocs++;
    return list_entry(link, struct page, link);
}

/* Step 1. */
static __attribute__((noinline)) struct page *hart_pop(struct hart_pages *hp, enum mobility m)
{
    struct page *page;

    hart_lock(&hp->lock);
    page = pop(hp, m);
    hart_unlock(&hp->lock);
    return page;
}

/* How many pages a list may fetch at once: a request that lives on the reserve
 * gets the page it needs and no more. */
static size_t refill_size(const struct zone *z, const struct hart_pages *hp, gfp_t gfp,
                          enum zone_mark mark)
{
    size_t nfree = buddy_nfree(&z->buddy, gfp_cma(gfp));
    size_t ordinary = zone_limit(z, mark, 0, gfp_class(gfp));

    if (nfree <= zone_limit(z, mark, gfp, gfp_class(gfp)))
        return 0;
    return nfree > ordinary ? min_u64(hp->batch, nfree - ordinary) : 1;
}

/* The list that Z's buddy system would fill for GFP. */
static enum mobility refill_mobility(const struct zone *z, gfp_t gfp)
{
    const struct buddy *b = &z->buddy;

    if (gfp_cma(gfp) && !b->nfree[MOBILITY_MOVABLE] && b->nfree[MOBILITY_CMA])
        return MOBILITY_CMA;
    return gfp_mobility(gfp);
}

/* Fetch a batch from the zone; returns the list it went to.  HP is locked. */
static enum mobility refill(struct zone *z, struct hart_pages *hp, gfp_t gfp,
                            enum zone_mark mark)
{
    enum mobility m;
    size_t n;

    buddy_lock(&z->buddy);
    m = refill_mobility(z, gfp);
    n = buddy_alloc_singles(&z->buddy, refill_size(z, hp, gfp, mark), m, &hp->list[m]);
    buddy_unlock(&z->buddy);
    hp->count += n;
    hp->nrefilled += n;
    return m;
}

/* A single page of Z, leaving what MARK demands. */
static struct page *take_single(struct zone *z, gfp_t gfp, enum zone_mark mark)
{
    struct hart_pages *hp = &z->harts[port_hart_index()];
    struct page *page = NULL;

    if (refill_size(z, hp, gfp, mark) == 0 && z != gfp_zones(gfp)[0])
        return NULL;
    hart_lock(&hp->lock);
    page = pop(hp, gfp_mobility(gfp));
    if (!page && gfp_cma(gfp))
        page = pop(hp, MOBILITY_CMA);
    if (!page)
        page = pop(hp, refill(z, hp, gfp, mark));
    hart_unlock(&hp->lock);
    return page;
}

/*
 * Take the oldest page off LIST, and those after it as long as they are its
 * neighbours: what was freed in order, up or down, goes back as one run.
 * At most N pages; *FIRST is the lowest.  LIST is not empty.
 */
static size_t take_run_off(struct list *list, size_t n, struct page **first)
{
    struct page *low = list_entry(list_pop_tail(list), struct page, link), *high = low;

    while ((size_t)(high - low) + 1 < n && !list_is_empty(list)) {
        struct page *page = list_last_entry(list, struct page, link);

        if (page == low - 1)
            low = page;
        else if (page == high + 1)
            high = page;
        else
            break;
        list_remove(&page->link);
    }
    *first = low;
    return (size_t)(high - low) + 1;
}

static void give_run(struct buddy *b, struct page *first, size_t n)
{
    if (n == 1)
        buddy_free(b, first, 0);
    else
        buddy_free_range(b, page_to_pfn(first), page_to_pfn(first) + n);
}

/* Give N pages back to the zone, oldest first, from the list M and then the
 * others.  HP is locked. */
static __attribute__((noinline))
void drain(struct zone *z, struct hart_pages *hp, enum mobility m, size_t n)
{
    hp->count -= n;
    hp->ndrained += n;
    buddy_lock(&z->buddy);
    for (; n; m = (m + 1) % HART_MOBILITIES) {
        while (n && !list_is_empty(&hp->list[m])) {
            struct page *first;
            size_t taken = take_run_off(&hp->list[m], n, &first);

            give_run(&z->buddy, first, taken);
            n -= taken;
        }
    }
    buddy_unlock(&z->buddy);
}

static __attribute__((noinline)) void hart_push(struct hart_pages *hp, struct page *page)
{
    hart_lock(&hp->lock);
    page->identity = PAGE_PCP;
    list_insert_head(&hp->list[page->mobility], &page->link);
    if (++hp->count > hp->high)
        drain(&zones[page->zone], hp, page->mobility, MIN(hp->batch, hp->count));
    hart_unlock(&hp->lock);
}

static void drain_hart(struct zone *z, struct hart_pages *hp)
{
    hart_lock(&hp->lock);
    drain(z, hp, MOBILITY_UNMOVABLE, hp->count);
    hart_unlock(&hp->lock);
}

/* The list of single pages that PAGE goes to. */
static inline struct hart_pages *hart_pages_for(const struct page *page)
{
    return &hart_pages[page->zone][port_hart_index()];
}

void page_alloc_drain(void)
{
    for (unsigned t = 0; t < ZONES; t++)
        for (unsigned i = 0; i < MAX_HARTS; i++)
            if (__atomic_load_n(&hart_pages[t][i].count, __ATOMIC_RELAXED))
                drain_hart(&zones[t], &hart_pages[t][i]);
}

/* The zones */

static struct page *take_block(struct zone *z, gfp_t gfp, unsigned order, enum zone_mark mark)
{
    size_t limit = zone_limit(z, mark, gfp, gfp_class(gfp));
    struct page *page = NULL;

    buddy_lock(&z->buddy);
    if (buddy_nfree(&z->buddy, gfp_cma(gfp)) >= limit + (1UL << order))
        page = buddy_alloc(&z->buddy, order, gfp_mobility(gfp), gfp_cma(gfp));
    if (page)
        z->nallocs += 1UL << order;
    buddy_unlock(&z->buddy);
    return page;
}

static struct page *try_zones(gfp_t gfp, unsigned order, enum zone_mark mark)
{
    for (struct zone *const *z = gfp_zones(gfp); *z; z++) {
        struct page *page = order ? take_block(*z, gfp, order, mark)
                                  : take_single(*z, gfp, mark);

        if (page)
            return page;
    }
    return NULL;
}

static struct page *drain_and_try(gfp_t gfp, unsigned order)
{
    page_alloc_drain();
    return try_zones(gfp, order, MARK_MIN);
}

/* Finding memory again */

void page_alloc_set_reclaim(const struct reclaim_ops *ops)
{
    reclaim_ops = ops;
}

void page_alloc_set_release(enum page_identity identity, void (*release)(struct page *page))
{
    release_page[identity] = release;
}

/* Ask the floors above for memory; before they are there, the shrinkers. */
static size_t reclaim(gfp_t gfp, unsigned order)
{
    size_t wanted = max_u64(RECLAIM_BATCH, 1UL << order), freed;

    __atomic_fetch_add(&ndirect_reclaims, 1, __ATOMIC_RELAXED);
    enter_reclaim(gfp);
    freed = reclaim_ops ? reclaim_ops->reclaim(gfp, order, wanted) : shrink_all(wanted, gfp);
    leave_reclaim(gfp);
    return freed;
}

static bool worth_retrying(gfp_t gfp, unsigned order)
{
    if (gfp & __GFP_NOFAIL) {
        if (reclaim_ops)
            reclaim_ops->out_of_memory(gfp, order);
        return true;
    }
    if ((gfp & __GFP_NORETRY) || order > COSTLY_ORDER)
        return false;
    return reclaim_ops && reclaim_ops->out_of_memory(gfp, order);
}

/* Step 5.  Sleeps. */
static struct page *reclaim_and_try(gfp_t gfp, unsigned order)
{
    unsigned rounds = 0;

    ASSERT(!port_in_atomic());
    for (;;) {
        size_t freed = reclaim(gfp, order);
        struct page *page = drain_and_try(gfp, order);

        if (page)
            return page;
        if (freed && rounds++ < MAX_RECLAIM_ROUNDS && !(gfp & __GFP_NORETRY))
            continue;
        if (!worth_retrying(gfp, order))
            return NULL;
        rounds = 0;
    }
}

static void report_failure(gfp_t gfp, unsigned order)
{
    uint64_t n = __atomic_add_fetch(&nfailures, 1, __ATOMIC_RELAXED);

    if (!(gfp & __GFP_NOWARN) && is_pow2(n))
        printk("page allocation failure: order %u, gfp %x (%lu since boot)\n", order, gfp, n);
}

/* Steps 2 to 5. */
static __attribute__((noinline)) struct page *alloc_slow(gfp_t gfp, unsigned order)
{
    struct page *page;

    if (order > BUDDY_MAX_ORDER)
        return NULL;
    ASSERT(!(gfp & __GFP_NOFAIL) || (gfp & __GFP_RECLAIM));
    page = try_zones(gfp, order, MARK_LOW);
    if (page)
        return page;
    if ((gfp & __GFP_KSWAPD) && reclaim_ops)
        reclaim_ops->wake();
    page = try_zones(gfp, order, MARK_MIN);
    if (!page)
        page = drain_and_try(gfp, order);
    if (!page && (gfp & __GFP_RECLAIM) && !(gfp & __GFP_MEMALLOC))
        page = reclaim_and_try(gfp, order);
    if (!page)
        report_failure(gfp, order);
    return page;
}

/* Allocating */

/* What few requests need. */
static __attribute__((noinline)) void prepare_content(struct page *page, gfp_t gfp, unsigned order)
{
    if (PAGODA_DEBUG)
        check_poison(page, order);
    if (order)
        make_compound(page, order);
    if (gfp & __GFP_ZERO)
        memset(page_address(page), 0, PAGE_SIZE << order);
}

/* Make PAGE what alloc_pages promises. */
static inline struct page *prepare(struct page *page, gfp_t gfp, unsigned order, const void *pc)
{
    page->identity = PAGE_OWNED;
    page->refcount = 1;
    page->mapping = NULL;
    page->alloc_pc = (uint32_t)(uintptr_t)pc;
    if (PAGODA_DEBUG || order || (gfp & __GFP_ZERO))
        prepare_content(page, gfp, order);
    return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
    struct page *page = NULL;

    if (port_should_fail(FAIL_PAGE) && !(gfp & __GFP_NOFAIL))
        return NULL;
    if (PAGODA_DEBUG)
        page_alloc_check_context(gfp);
    if (order == 0)
        page = hart_pop(&gfp_zones(gfp)[0]->harts[port_hart_index()], gfp_mobility(gfp));
    if (!page)
        page = alloc_slow(gfp, order);
    return page ? prepare(page, gfp, order, __builtin_return_address(0)) : NULL;
}

static struct page *alloc_run(gfp_t gfp, size_t npages)
{
    struct page *page = NULL;

    for (struct zone *const *z = gfp_zones(gfp); *z && !page; z++) {
        struct buddy *b = &(*z)->buddy;
        bool cma = gfp & __GFP_CMA;

        buddy_lock(b);
        if (buddy_nfree(b, cma) >= zone_limit(*z, MARK_MIN, gfp, gfp_class(gfp)) + npages)
            page = buddy_alloc_run(b, npages, gfp_mobility(gfp), cma);
        if (page)
            (*z)->nallocs += npages;
        buddy_unlock(b);
    }
    return page;
}

struct page *alloc_pages_exact(gfp_t gfp, size_t npages)
{
    struct page *page;

    if (port_should_fail(FAIL_PAGE) || npages == 0)
        return NULL;
    if (PAGODA_DEBUG)
        page_alloc_check_context(gfp);
    page = alloc_run(gfp, npages);
    if (!page) {
        page_alloc_drain();
        page = alloc_run(gfp, npages);
    }
    if (!page && (gfp & __GFP_RECLAIM)) {
        reclaim(gfp, MIN(ilog2_ceil(npages), (unsigned)BUDDY_MAX_ORDER));
        page_alloc_drain();
        page = alloc_run(gfp, npages);
    }
    if (!page) {
        report_failure(gfp, ilog2_ceil(npages));
        return NULL;
    }
    for (size_t i = 0; i < npages; i++)
        prepare(page + i, gfp, 0, __builtin_return_address(0));
    return page;
}

/* Freeing */

__attribute__((noreturn, cold))
static void bad_refcount(const struct page *page, int32_t old)
{
    panic("page %lx: reference dropped when it had %d; it is %s", page_to_pfn(page), old,
          page_identity_names[page->identity]);
}

__attribute__((noreturn, cold))
static void bad_page(const struct page *page)
{
    panic("page %lx freed in use: %s, flags %x, mapcount %d, allocated at pc %x",
          page_to_pfn(page), page_identity_names[page->identity], page->flags, page->mapcount,
          page->alloc_pc);
}

/* Drop one reference; true if it was the last and the block must be freed. */
static inline bool drop_reference(struct page *page)
{
    int32_t old = __atomic_fetch_sub(&page->refcount, 1, __ATOMIC_ACQ_REL);

    if (old <= 0)
        bad_refcount(page, old);
    return old == 1;
}

/* PAGE goes with an identity that its owner should have taken back, or in use. */
static __attribute__((noinline)) void check_unused(struct page *page)
{
    if (page->identity != PAGE_OWNED && release_page[page->identity])
        release_page[page->identity](page);
    if (page->identity != PAGE_OWNED || page->mapcount || (page->flags & FLAGS_IN_USE))
        bad_page(page);
}

/* The last reference is gone: see that nobody uses PAGE and forget what it was. */
static inline void retire(struct page *page)
{
    if (page->identity != PAGE_OWNED || page->mapcount || (page->flags & FLAGS_IN_USE))
        check_unused(page);
    page->flags = 0;
    if (PAGODA_DEBUG)
        poison_block(page, page->order);
}

static __attribute__((noinline)) void free_to_zone(struct page *page)
{
    struct zone *z = &zones[page->zone];
    unsigned order = page->order;

    unmake_compound(page, order);
    buddy_lock(&z->buddy);
    buddy_free(&z->buddy, page, order);
    z->nfrees += 1UL << order;
    buddy_unlock(&z->buddy);
}

/* Where a retired block goes. */
static inline void free_retired(struct page *page)
{
    if (page->order)
        free_to_zone(page);
    else
        hart_push(hart_pages_for(page), page);
}

static inline void put_block(struct page *page)
{
    if (!drop_reference(page))
        return;
    retire(page);
    free_retired(page);
}

void put_page(struct page *page)
{
    put_block(compound_head(page));
}

__attribute__((noreturn, cold))
static void bad_order(const struct page *page, unsigned order)
{
    panic("page %lx freed with order %u: it is %s, order %u", page_to_pfn(page), order,
          page_identity_names[page->identity], page->order);
}

void free_pages(struct page *page, unsigned order)
{
    if (page->identity == PAGE_TAIL || page->order != order)
        bad_order(page, order);
    put_block(page);
}

void free_pages_exact(struct page *page, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        free_pages(page + i, 0);
}

/* How many of N pages, from the first on, are single neighbours in one zone. */
static size_t run_length(struct page **pages, size_t n)
{
    struct page *first = pages[0];
    size_t len = 1;

    while (len < n && pages[len] == first + len && pages[len]->order == 0
           && pages[len]->zone == first->zone)
        len++;
    return first->order ? 1 : len;
}

static void free_run(struct page *first, size_t len)
{
    struct zone *z = &zones[first->zone];
    pfn_t pfn = page_to_pfn(first);

    buddy_lock(&z->buddy);
    buddy_free_range(&z->buddy, pfn, pfn + len);
    z->nfrees += len;
    buddy_unlock(&z->buddy);
}

/* A run goes to the buddy system at once: a block is merged once, not page by page. */
void free_page_batch(struct page **pages, size_t n)
{
    size_t last = 0;

    for (size_t i = 0; i < n; i++) {
        struct page *page = compound_head(pages[i]);

        if (!drop_reference(page))
            continue;
        retire(page);
        pages[last++] = page;
    }
    for (size_t i = 0; i < last;) {
        size_t len = run_length(pages + i, last - i);

        if (len >= MIN_RUN)
            free_run(pages[i], len);
        for (size_t k = i; k < i + len && len < MIN_RUN; k++)
            free_retired(pages[k]);
        i += len;
    }
}

/* By address */

void *__get_free_pages(gfp_t gfp, unsigned order)
{
    struct page *page = alloc_pages(gfp, order);

    if (!page)
        return NULL;
    page->alloc_pc = (uint32_t)(uintptr_t)__builtin_return_address(0);
    return page_address(page);
}

void *__get_free_page(gfp_t gfp)
{
    struct page *page = alloc_pages(gfp, 0);

    if (!page)
        return NULL;
    page->alloc_pc = (uint32_t)(uintptr_t)__builtin_return_address(0);
    return page_address(page);
}

void *get_zeroed_page(gfp_t gfp)
{
    struct page *page = alloc_pages(gfp | __GFP_ZERO, 0);

    if (!page)
        return NULL;
    page->alloc_pc = (uint32_t)(uintptr_t)__builtin_return_address(0);
    return page_address(page);
}

void free_pages_va(void *va, unsigned order)
{
    if (va)
        free_pages(virt_to_page(va), order);
}

/* Isolation and the contiguous area */

static struct zone *zone_of_range(pfn_t start, pfn_t end)
{
    ASSERT(start < end && zone_of_pfn(start) == zone_of_pfn(end - 1));
    return &zones[zone_of_pfn(start)];
}

void page_alloc_isolate(pfn_t start, pfn_t end)
{
    struct zone *z = zone_of_range(start, end);

    buddy_lock(&z->buddy);
    buddy_isolate(&z->buddy, start, end);
    buddy_unlock(&z->buddy);
    zone_limit_hart_pages(z, false);
    page_alloc_drain();
}

void page_alloc_unisolate(pfn_t start, pfn_t end)
{
    struct zone *z = zone_of_range(start, end);
    bool more;

    buddy_lock(&z->buddy);
    buddy_unisolate(&z->buddy, start, end);
    more = z->buddy.nisolated;
    buddy_unlock(&z->buddy);
    zone_limit_hart_pages(z, !more);
}

void page_alloc_set_cma(pfn_t start, pfn_t end)
{
    struct zone *z = zone_of_range(start, end);

    page_alloc_drain();
    buddy_lock(&z->buddy);
    buddy_set_mobility(&z->buddy, start, end, MOBILITY_CMA);
    buddy_unlock(&z->buddy);
}

/* Shrinkers */

void shrinker_register(struct shrinker *s)
{
    list_insert_tail(&shrinkers, &s->link);
}

size_t shrink_all(size_t nr, gfp_t gfp)
{
    struct shrinker *s;
    size_t total = 0, freed = 0;

    list_for_each_entry(s, &shrinkers, link)
        total += s->count(s);
    list_for_each_entry(s, &shrinkers, link) {
        size_t share = total ? div_round_up(s->count(s) * nr, total) : 0;

        if (share)
            freed += s->scan(s, share, gfp);
    }
    return freed;
}

/* Figures */

size_t nr_free_pages(void)
{
    size_t n = 0;

    for (unsigned t = 0; t < ZONES; t++)
        n += buddy_nfree(&zones[t].buddy, true) + zone_hart_pages(&zones[t]);
    return n;
}

size_t nr_managed_pages(void)
{
    return zones[ZONE_DMA32].managed + zones[ZONE_NORMAL].managed;
}

size_t nr_available_pages(void)
{
    size_t n = 0;

    for (unsigned t = 0; t < ZONES; t++) {
        size_t nfree = buddy_nfree(&zones[t].buddy, true) + zone_hart_pages(&zones[t]);

        n += nfree > zones[t].mark[MARK_LOW] ? nfree - zones[t].mark[MARK_LOW] : 0;
    }
    return n;
}

size_t nr_pages_of(enum page_identity identity)
{
    size_t n = 0;

    for (pfn_t pfn = frames.first_pfn; pfn < frames.end_pfn; pfn++)
        n += pfn_to_page(pfn)->identity == identity;
    return n;
}

void page_alloc_events(struct page_alloc_events *events)
{
    *events = (struct page_alloc_events){
        .direct_reclaims = ndirect_reclaims, .failures = nfailures,
    };
    for (unsigned t = 0; t < ZONES; t++) {
        const struct zone *z = &zones[t];

        events->allocs[t] = z->nallocs;
        events->frees[t] = z->nfrees;
        events->zone_locks += z->buddy.lock_count;
        for (unsigned i = 0; i < MAX_HARTS; i++) {
            events->allocs[t] += z->harts[i].nallocs;
            events->frees[t] += hart_pages_nfrees(&z->harts[i]);
        }
    }
}

void page_alloc_check(void)
{
    for (unsigned t = 0; t < ZONES; t++)
        zone_check(&zones[t]);
}

/* Boot */

static void make_zone(enum zone_type t, pfn_t start, pfn_t end)
{
    size_t size = buddy_labels_size(start, end);
    uint8_t *labels = size ? memmap_early_alloc(size, PAGE_SIZE) : NULL;

    zone_init(t, start, end, memmap_present(start, end), labels);
}

static void add_range(pfn_t start, pfn_t end, void *arg)
{
    (void)arg;
    if (start < ZONE_DMA32_END_PFN)
        zone_add_range(&zones[ZONE_DMA32], start, min_u64(end, ZONE_DMA32_END_PFN));
    if (end > ZONE_DMA32_END_PFN)
        zone_add_range(&zones[ZONE_NORMAL], max_u64(start, ZONE_DMA32_END_PFN), end);
}

/* Empty zones are on no list, except that a list is never empty. */
static void make_zonelists(void)
{
    struct zone *normal = &zones[ZONE_NORMAL], *dma32 = &zones[ZONE_DMA32];

    zonelists[0][0] = normal->managed ? normal : dma32;
    zonelists[0][1] = normal->managed && dma32->managed ? dma32 : NULL;
    zonelists[1][0] = dma32;
}

void page_alloc_init(void)
{
    pfn_t first = frames.first_pfn, end = frames.end_pfn;
    pfn_t border = max_u64(first, min_u64(ZONE_DMA32_END_PFN, end));

    make_zone(ZONE_DMA32, first, border);
    make_zone(ZONE_NORMAL, border, end);
    memmap_hand_over();
    memmap_for_each_free(add_range, NULL);
    make_zonelists();
}

void free_reserved_range(paddr_t start, paddr_t end)
{
    pfn_t first = align_up(start, PAGE_SIZE) >> PAGE_SHIFT;

    end >>= PAGE_SHIFT;
    if (first < end)
        add_range(first, end, NULL);
    make_zonelists();
}

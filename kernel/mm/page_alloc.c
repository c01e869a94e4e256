/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.c - from a wish (gfp, order) to a block of frames.
 *
 *   1. the calling hart's list of single pages                     alloc_pages
 *   2. the zones, NORMAL before DMA32, while above their low marks try_zones
 *   3. wake the pager; the same down to the request's reserve
 *   4. the lists of all harts go back to the zones; again
 *   5. several pages: free pages are moved together, if the request may sleep
 *   6. reclaim, then the out-of-memory hook, likewise
 *
 * Steps 1 and 2 are all that happens on a healthy machine; of 32 single pages 31
 * take step 1 only, without the zone's lock.
 *
 * Relies on: hart_pages.c, zone.h, buddy.h.
 */
#include "kernel/mm/page_internal.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define COSTLY_ORDER 3              /* above it, a failure does not kill anybody        */
#define MAX_RECLAIM_ROUNDS 16       /* fruitful, yet no block: then it is fragmentation */
#define MAX_SINGLE_ROUNDS 256       /* or, for a single page, others are always faster  */
#define RECLAIM_BATCH 32            /* pages asked of one direct reclaim                */
#define CMA_MIN_PAGES 16            /* a shorter run is found without moving anything   */

static const struct reclaim_ops *reclaim_ops;
static const struct migrate_ops *migrate_ops;
struct page_alloc_counts page_alloc_counts;

/* The virtual lock that reclaim on behalf of GFP would take. */
static enum lock_rank gfp_rank(gfp_t gfp)
{
    if (gfp & __GFP_FS)
        return RANK_RECLAIM_FS;
    return gfp & __GFP_IO ? RANK_RECLAIM_IO : RANK_NONE;
}

/* Two locks: what GFP's reclaim may wait for, and reclaim itself, in which there is no other. */
void page_alloc_reclaim_begin(gfp_t gfp)
{
    if (gfp_rank(gfp) != RANK_NONE)
        rank_acquire(gfp_rank(gfp), "reclaim");
    rank_acquire(RANK_RECLAIM, "reclaim");
}

void page_alloc_reclaim_end(gfp_t gfp)
{
    rank_release(RANK_RECLAIM, "reclaim");
    if (gfp_rank(gfp) != RANK_NONE)
        rank_release(gfp_rank(gfp), "reclaim");
}

void page_alloc_check_context(gfp_t gfp)
{
    if (!(gfp & __GFP_RECLAIM) || (gfp & __GFP_MEMALLOC))
        return;
    ASSERT(!port_in_atomic());
    page_alloc_reclaim_begin(gfp);
    page_alloc_reclaim_end(gfp);
}

/* The zones */

static struct page *take_block(struct zone *z, gfp_t gfp, unsigned order, enum zone_mark mark)
{
    size_t limit = zone_limit(z, mark, gfp, gfp_class(gfp));
    struct page *page = NULL;

    buddy_lock(&z->buddy);
    if (buddy_nfree(&z->buddy, gfp_cma(gfp)) >= limit + (1UL << order))
        page = buddy_alloc(&z->buddy, order, gfp_mobility(gfp));
    if (page)
        z->nallocs += 1UL << order;
    buddy_unlock(&z->buddy);
    return page;
}

static struct page *try_zones(gfp_t gfp, unsigned order, enum zone_mark mark)
{
    struct zone *const *first = gfp_zones(gfp);

    for (struct zone *const *z = first; *z; z++) {
        struct page *page = order ? take_block(*z, gfp, order, mark)
                                  : hart_pages_take(*z, gfp, mark, z != first);

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

void page_alloc_set_migrate(const struct migrate_ops *ops)
{
    migrate_ops = ops;
}

/* Step 5.  Sleeps. */
static struct page *compact_and_try(gfp_t gfp, unsigned order)
{
    if (!migrate_ops || !migrate_ops->compact(gfp, order))
        return NULL;
    return drain_and_try(gfp, order);
}

/* Ask the floors above for memory; before they are there, the shrinkers. */
static size_t reclaim(gfp_t gfp, unsigned order)
{
    size_t wanted = max_u64(RECLAIM_BATCH, 1UL << order), freed;

    __atomic_fetch_add(&page_alloc_counts.direct_reclaims[gfp_class(gfp)], 1, __ATOMIC_RELAXED);
    page_alloc_reclaim_begin(gfp);
    freed = reclaim_ops ? reclaim_ops->reclaim(gfp, order, wanted) : shrink_all(wanted, gfp);
    page_alloc_reclaim_end(gfp);
    return freed;
}

static bool worth_retrying(gfp_t gfp, unsigned order, unsigned attempt)
{
    if (gfp & __GFP_NOFAIL) {
        if (reclaim_ops)
            reclaim_ops->out_of_memory(gfp, order, attempt);
        return true;
    }
    if ((gfp & __GFP_NORETRY) || order > COSTLY_ORDER)
        return false;
    return reclaim_ops && reclaim_ops->out_of_memory(gfp, order, attempt);
}

static bool is_dying(void)
{
    return reclaim_ops && reclaim_ops->is_dying();
}

/* Reclaim as long as that is fruitful and there is no block. */
static struct page *reclaim_rounds(gfp_t gfp, unsigned order)
{
    unsigned rounds = order ? MAX_RECLAIM_ROUNDS : MAX_SINGLE_ROUNDS;
    struct page *page;
    size_t freed;

    do {
        freed = reclaim(gfp, order);
        page = drain_and_try(gfp, order);
        if (!page && order > 0 && freed)
            page = compact_and_try(gfp, order);
    } while (!page && freed && rounds-- && !(gfp & __GFP_NORETRY));
    return page;
}

/* Step 6.  Sleeps. */
static struct page *reclaim_and_try(gfp_t gfp, unsigned order)
{
    struct page *page = NULL;
    unsigned attempt = 0;

    ASSERT(!port_in_atomic());
    do {
        if (is_dying()) {
            page = try_zones(gfp | __GFP_DYING, order, MARK_MIN);
            if (page || !(gfp & __GFP_NOFAIL))
                return page;
        }
        if (attempt)                            /* others may have given something */
            page = drain_and_try(gfp, order);
        if (!page)
            page = reclaim_rounds(gfp, order);
    } while (!page && worth_retrying(gfp, order, attempt++));
    return page;
}

static void report_failure(gfp_t gfp, unsigned order)
{
    uint64_t n = __atomic_add_fetch(&page_alloc_counts.failures, 1, __ATOMIC_RELAXED);

    if (!(gfp & __GFP_NOWARN) && is_pow2(n) && !is_dying())
        printk("page allocation failure: order %u, gfp %x (%lu since boot)\n", order, gfp, n);
}

/* Steps 2 to 6. */
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
    if (!page && order > 0 && (gfp & __GFP_RECLAIM) && !(gfp & __GFP_MEMALLOC))
        page = compact_and_try(gfp, order);
    if (!page && (gfp & __GFP_RECLAIM) && !(gfp & __GFP_MEMALLOC))
        page = reclaim_and_try(gfp, order);
    if (!page)
        report_failure(gfp, order);
    return page;
}

bool page_alloc_is_above(gfp_t gfp, unsigned mark)
{
    for (struct zone *const *z = gfp_zones(gfp); *z; z++)
        if (buddy_nfree(&(*z)->buddy, gfp_cma(gfp))
            > zone_limit(*z, mark, gfp, gfp_class(gfp)))
            return true;
    return false;
}

/* Allocating */

static void make_compound(struct page *head, unsigned order)
{
    head->flags |= 1u << PG_HEAD;
    for (struct page *tail = head + 1; tail < head + (1UL << order); tail++) {
        tail->identity = PAGE_TAIL;
        tail->head = head;
    }
}

/* What few requests need. */
static __attribute__((noinline)) void prepare_content(struct page *page, gfp_t gfp, unsigned order)
{
    if (PAGODA_DEBUG)
        page_check_poison(page, order);
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
        page = hart_pages_pop(&gfp_zones(gfp)[0]->harts[port_hart_index()], gfp_mobility(gfp));
    if (!page)
        page = alloc_slow(gfp, order);
    return page ? prepare(page, gfp, order, __builtin_return_address(0)) : NULL;
}

void page_prepare_singles(struct page *page, size_t n, gfp_t gfp, const void *pc)
{
    for (size_t i = 0; i < n; i++)
        prepare(page + i, gfp, 0, pc);
}

static struct page *alloc_run(gfp_t gfp, size_t npages)
{
    struct page *page = NULL;

    for (struct zone *const *z = gfp_zones(gfp); *z && !page; z++) {
        struct buddy *b = &(*z)->buddy;

        buddy_lock(b);
        if (buddy_nfree(b, false) >= zone_limit(*z, MARK_MIN, gfp, gfp_class(gfp)) + npages)
            page = buddy_alloc_run(b, npages, gfp_mobility(gfp));
        if (page)
            (*z)->nallocs += npages;
        buddy_unlock(b);
    }
    return page;
}

static struct page *drain_and_alloc_run(gfp_t gfp, size_t npages)
{
    page_alloc_drain();
    return alloc_run(gfp, npages);
}

/* A run that fits into a block can be made one. */
static struct page *make_run(gfp_t gfp, size_t npages)
{
    unsigned order = MIN(ilog2_ceil(npages), (unsigned)BUDDY_MAX_ORDER);
    struct page *page = NULL;

    if (npages <= PAGEBLOCK_PAGES && migrate_ops && migrate_ops->compact(gfp, order))
        page = drain_and_alloc_run(gfp, npages);
    if (page)
        return page;
    reclaim(gfp, order);
    return drain_and_alloc_run(gfp, npages);
}

struct page *alloc_pages_exact(gfp_t gfp, size_t npages)
{
    struct page *page = NULL;

    if (port_should_fail(FAIL_PAGE) || npages == 0)
        return NULL;
    if (PAGODA_DEBUG)
        page_alloc_check_context(gfp);
    if ((gfp & __GFP_CMA) && npages >= CMA_MIN_PAGES && migrate_ops)
        page = migrate_ops->contiguous(npages);
    if (!page)
        page = alloc_run(gfp, npages);
    if (!page)
        page = drain_and_alloc_run(gfp, npages);
    if (!page && (gfp & __GFP_RECLAIM))
        page = make_run(gfp, npages);
    if (!page) {
        report_failure(gfp, ilog2_ceil(npages));
        return NULL;
    }
    page_prepare_singles(page, npages, gfp, __builtin_return_address(0));
    return page;
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

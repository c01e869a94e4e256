/* SPDX-License-Identifier: MIT */
/*
 * contig.c - take a range of frames that is in use.
 *
 *   1. isolate  the range's pageblocks: what becomes free there is given to nobody
 *   2. empty    drop or move every page in it
 *   3. take     if all frames are free now; else 2 again
 *   4. undo 1
 *
 * A page may be busy: under I/O, being read or freed, in a reclaimer's hands.  So step 2 is done
 * a few times.  If the range is still not empty, the next one is tried, behind the page in the
 * way; and when all have been tried, there is a pause, and then it begins anew, several times.
 * (Linux does all three.)  How long a page is busy may depend on a disk, or on a thread whose
 * hart the host does not run just now.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "kernel/mm/cma.h"
#include "kernel/mm/contig_plan.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/compact.h"
#include "kernel/vm/contig.h"
#include "kernel/vm/evict.h"
#include "kernel/vm/migrate.h"
#include "lib/bitops.h"

#define PASSES 4                        /* over a range                                   */
#define ROUNDS 10                       /* over all ranges, with a pause after each       */
#define PAUSE 1000000UL                 /* ns, the first; each is twice as long: a second */
#define RESCHED_EVERY 64                /* frames                                         */

struct mutex contig_lock;

/* ---- one frame ---------------------------------------------------------------------------- */

/* PAGE, referenced, is of a file: let it go if it is clean and nobody maps it.  It can be read
 * again; a frame to move it to might cost another page. */
static bool drop(struct page *page)
{
    bool gone;

    if (page_test(page, PG_SWAPBACKED) || page_test(page, PG_DIRTY) || !page_trylock(page))
        return false;
    gone = page->identity == PAGE_CACHE && page->mapping && !page_test(page, PG_WRITEBACK)
           && page_cache_evict(page);
    page_unlock(page);
    return gone;
}

/* PAGE, referenced, gets another frame. */
static bool move(struct page *page)
{
    struct page *new = alloc_page(GFP_USER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN);
    bool moved;

    if (!new)
        return false;
    moved = page_migrate_to(page, new, true) == 0;
    put_page(new);
    return moved;
}

/* Whether PAGE's frame is free, or was just now.  What is the kernel's stays for a moment: it is
 * new or being freed. */
static bool empty_frame(struct page *page)
{
    bool empty = false;

    if (frame_use(page) == FRAME_FREE)
        return true;
    if (frame_use(page) == FRAME_FIXED || !get_page_unless_zero(page))
        return false;
    if (frame_use(page) == FRAME_MOVABLE)
        empty = drop(page) || move(page);
    put_page(page);
    return empty;
}

/* ---- a range ------------------------------------------------------------------------------ */

/* Empty what can be emptied at once.  False: *BAD is the first frame that could not. */
static bool empty_range(pfn_t start, pfn_t end, pfn_t *bad)
{
    bool empty = true;

    for (pfn_t pfn = start; pfn < end; pfn++) {
        if (!empty_frame(pfn_to_page(pfn)) && empty) {
            empty = false;
            *bad = pfn;
        }
        if (pfn % RESCHED_EVERY == 0)
            cond_resched();
    }
    return empty;
}

static bool empty_and_take(pfn_t start, pfn_t end, pfn_t *bad)
{
    *bad = start;
    for (unsigned pass = 0; pass < PASSES; pass++) {
        if (empty_range(start, end, bad) && page_alloc_take_range(start, end))
            return true;
        laundry_collect();
        cond_resched();
    }
    return false;
}

/* Take just the frames [START, END) of one zone.  False: somebody had a page in hand, or there
 * was no memory to move one to; *BAD is such a frame. */
static bool take_range(pfn_t start, pfn_t end, pfn_t *bad)
{
    pfn_t first = align_down(start, PAGEBLOCK_PAGES), last = align_up(end, PAGEBLOCK_PAGES);
    bool taken;

    ASSERT(mutex_is_mine(&contig_lock));
    page_alloc_isolate(first, last);
    taken = empty_and_take(start, end, bad);
    page_alloc_unisolate(first, last);
    return taken;
}

/* ---- the area ----------------------------------------------------------------------------- */

static struct page *make_run(pfn_t start, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        page_set(pfn_to_page(start + i), PG_CONTIG);
    return pfn_to_page(start);
}

/* NULL: *TRIED says whether there were ranges to try. */
static struct page *take_from_area(size_t npages, size_t align, bool *tried)
{
    pfn_t from = cma_area.start, start, bad;

    *tried = false;
    while ((start = contig_find(from, cma_area.end, npages, align)) != 0) {
        if (take_range(start, start + npages, &bad))
            return make_run(start, npages);
        *tried = true;
        from = bad + 1;
    }
    return NULL;
}

static struct page *take_patiently(size_t npages, size_t align)
{
    bool tried;
    struct page *page = take_from_area(npages, align, &tried);

    for (unsigned round = 0; !page && tried && round < ROUNDS; round++) {
        thread_sleep_ns(PAUSE << round, false, NULL);
        page = take_from_area(npages, align, &tried);
    }
    return page;
}

struct page *cma_alloc(size_t npages, size_t align)
{
    struct page *page = NULL;

    ASSERT(is_pow2(align));
    if (npages == 0 || npages > cma_total_pages())
        return NULL;
    mutex_lock(&contig_lock);
    page = take_patiently(npages, align);
    mutex_unlock(&contig_lock);
    count_vm_events(page ? VM_CMA_ALLOC_SUCCESS : VM_CMA_ALLOC_FAIL, npages);
    return page;
}

void cma_release(struct page *page, size_t npages)
{
    ASSERT(pfn_is_cma(page_to_pfn(page)) && pfn_is_cma(page_to_pfn(page) + npages - 1));
    free_pages_exact(page, npages);
}

/* Aligned as a block would be, as far as the area has such places. */
static struct page *contiguous(size_t npages)
{
    return cma_alloc(npages, MIN(round_up_pow2(npages), PAGEBLOCK_PAGES));
}

static const struct migrate_ops ops = {
    .compact = compact_for,
    .contiguous = contiguous,
};

void contig_init(void)
{
    mutex_init(&contig_lock, RANK_CONTIG, "contiguous memory");
    page_alloc_set_migrate(&ops);
}

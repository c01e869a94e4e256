/* SPDX-License-Identifier: MIT */
/*
 * contig.c - take a range of frames that is in use.
 *
 *   1. isolate  the range's pageblocks: what becomes free there is given to nobody
 *   2. empty    drop or move every page in it
 *   3. take     if all frames are free now; else 2 again
 *   4. undo 1
 *
 * A page may be busy for a moment: under I/O, being read or freed, in a reclaimer's hands.  So
 * step 2 is repeated, in the end with pauses; and if a range cannot be emptied at all, because
 * somebody keeps a page, the next one is tried behind that page (Linux does both).
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
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define PASSES 12                       /* over a range before it is given up         */
#define EAGER_PASSES 3                  /* of them, those without a pause             */
#define PAUSE 1000000UL                 /* ns: a disk has answered by then            */
#define RESCHED_EVERY 64                /* frames                                     */

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
static int move(struct page *page)
{
    struct page *new = alloc_page(GFP_USER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN);
    int err;

    if (!new)
        return -ENOMEM;
    err = page_migrate_to(page, new, true);
    put_page(new);
    return err;
}

/* 0: PAGE's frame is free, or was just now; -EBUSY, -ENOMEM: not now; -EINVAL: it is the
 * kernel's for good. */
static int empty_frame(struct page *page)
{
    int err = -EBUSY;

    switch (frame_use(page)) {
    case FRAME_FREE:
        return 0;
    case FRAME_FIXED:                   /* new pages, and those being freed, look like that */
        return page->identity == PAGE_OWNED ? -EBUSY : -EINVAL;
    case FRAME_MOVABLE:
        break;
    }
    if (!get_page_unless_zero(page))
        return -EBUSY;
    if (frame_use(page) == FRAME_MOVABLE)
        err = drop(page) ? 0 : move(page);
    put_page(page);
    return err;
}

/* ---- a range ------------------------------------------------------------------------------ */

/* Empty what can be emptied at once; 0, or what stood in the way first, at *BAD. */
static int empty_range(pfn_t start, pfn_t end, pfn_t *bad)
{
    int first_err = 0;

    for (pfn_t pfn = start; pfn < end; pfn++) {
        int err = empty_frame(pfn_to_page(pfn));

        if (err && (!first_err || err == -EINVAL)) {
            first_err = err;
            *bad = pfn;
        }
        if (err == -EINVAL)
            break;
        if (pfn % RESCHED_EVERY == 0)
            cond_resched();
    }
    return first_err;
}

/* Let those finish who have pages in hand. */
static void wait_for_others(unsigned pass)
{
    laundry_collect();
    if (pass < EAGER_PASSES)
        cond_resched();
    else
        thread_sleep_ns(PAUSE, false, NULL);
}

static int empty_and_take(pfn_t start, pfn_t end, pfn_t *bad)
{
    int err = -EBUSY;

    for (unsigned pass = 0; pass < PASSES && err != -EINVAL; pass++) {
        if (pass > 0)
            wait_for_others(pass);
        err = empty_range(start, end, bad);
        if (!err && page_alloc_take_range(start, end))
            return 0;
    }
    return err == -ENOMEM ? err : -EBUSY;
}

/* Take just the frames [START, END) of one zone.  0; -EBUSY or -ENOMEM, and the pages that were
 * not moved are where they were; *BAD is a frame that could not be emptied. */
static int take_range(pfn_t start, pfn_t end, pfn_t *bad)
{
    pfn_t first = align_down(start, PAGEBLOCK_PAGES), last = align_up(end, PAGEBLOCK_PAGES);
    int err;

    ASSERT(mutex_is_mine(&contig_lock));
    *bad = start;
    page_alloc_isolate(first, last);
    err = empty_and_take(start, end, bad);
    page_alloc_unisolate(first, last);
    return err;
}

/* ---- the area ----------------------------------------------------------------------------- */

static struct page *make_run(pfn_t start, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        page_set(pfn_to_page(start + i), PG_CONTIG);
    return pfn_to_page(start);
}

static struct page *take_from_area(size_t npages, size_t align)
{
    pfn_t from = cma_area.start, start, bad;

    while ((start = contig_find(from, cma_area.end, npages, align)) != 0) {
        if (take_range(start, start + npages, &bad) == 0)
            return make_run(start, npages);
        from = bad + 1;
    }
    return NULL;
}

struct page *cma_alloc(size_t npages, size_t align)
{
    struct page *page = NULL;

    ASSERT(is_pow2(align));
    if (npages == 0 || npages > cma_total_pages())
        return NULL;
    mutex_lock(&contig_lock);
    page = take_from_area(npages, align);
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

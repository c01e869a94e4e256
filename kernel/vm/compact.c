/* SPDX-License-Identifier: MIT */
/*
 * compact.c - free memory that is in pieces becomes blocks: pages move together.
 *
 * Two scanners run through a zone towards each other (mm/contig_plan.h): one finds pages to
 * move, the other free frames to move them to.  For a request, only such places are emptied as
 * will make a block of its size, and the work ends when there is one.  It goes on the next time
 * where it ended.
 *
 * An allocation may come here with pages locked, so for its sake no page is waited for.
 */
#include "kernel/core/counters.h"
#include "kernel/mm/contig_plan.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/zone.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/compact.h"
#include "kernel/vm/contig.h"
#include "kernel/vm/migrate.h"
#include "lib/abi/errno.h"

#define TARGETS 32                      /* frames taken at once to move pages to */

/* What is remembered of a zone between two requests.  [contig_lock] */
static struct {
    pfn_t from;                         /* 0: begin anew */
    struct compact_deferral deferral;
} memory[ZONES];

struct compaction {
    struct zone *zone;
    unsigned order;                     /* of the places that are emptied     */
    bool wait;                          /* for pages that are locked          */
    struct compact_scan scan;
    struct list targets;                /* free frames in hand, by page->link */
};

/* A frame to move a page to, the caller's; NULL: the scanners have met. */
static struct page *next_target(struct compaction *c)
{
    pfn_t start, end;

    while (list_is_empty(&c->targets)) {
        if (!compact_next_target(&c->scan, &c->zone->buddy, &start, &end))
            return NULL;
        count_vm_events(VM_COMPACTFREE_SCANNED, end - start);
        if (page_alloc_take_free(start, end, TARGETS, &c->targets) == TARGETS)
            c->scan.to = end;           /* there may be more of them */
    }
    return list_entry(list_pop_head(&c->targets), struct page, link);
}

static void give_targets_back(struct compaction *c)
{
    struct list *link;

    while ((link = list_pop_head(&c->targets)) != NULL)
        put_page(list_entry(link, struct page, link));
}

/* Move the page at PFN if it can be moved; false: there is nowhere to go. */
static bool move_page(struct compaction *c, pfn_t pfn)
{
    struct page *page = pfn_to_page(pfn), *new;

    if (frame_use(page) != FRAME_MOVABLE || !get_page_unless_zero(page))
        return true;
    new = next_target(c);
    if (new) {
        count_vm_event(VM_COMPACTISOLATED);
        page_migrate_to(page, new, c->wait);
        put_page(new);
    }
    put_page(page);
    return new;
}

/* Empty the place at START as far as possible; false: there is nowhere to go. */
static bool empty_place(struct compaction *c, pfn_t start)
{
    bool more = true;

    for (pfn_t pfn = start; more && pfn < start + (1UL << c->order); pfn++)
        more = move_page(c, pfn);
    return more;
}

/* Until there is a block of the order (ORDER 0: to the end), or the scanners meet. */
static bool compact_zone(struct compaction *c)
{
    bool more = true, done = false;
    pfn_t start;

    list_init(&c->targets);
    while (more && !done) {
        pfn_t before = c->scan.from;

        more = compact_next_source(&c->scan, &c->zone->buddy, c->order, &start);
        count_vm_events(VM_COMPACTMIGRATE_SCANNED, c->scan.from - before);
        if (!more)
            break;
        more = empty_place(c, start);
        if (c->order > 0) {
            page_alloc_drain();
            done = compact_has_block(&c->zone->buddy, c->order);
        }
        cond_resched();
    }
    give_targets_back(c);
    page_alloc_drain();
    return done || (c->order > 0 && compact_has_block(&c->zone->buddy, c->order));
}

/* ---- for a request ------------------------------------------------------------------------ */

static bool is_worthwhile(struct zone *z, gfp_t gfp, unsigned order)
{
    size_t limit = zone_limit(z, MARK_MIN, gfp, gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL);

    return z->managed && compact_is_worthwhile(&z->buddy, order, limit);
}

/* With contig_lock held.  Where the last search has ended first, then everywhere. */
static bool compact_for_locked(struct zone *z, enum zone_type t, unsigned order)
{
    struct compaction c = { .zone = z, .order = order };
    bool done = false;

    if (memory[t].from) {
        c.scan = (struct compact_scan){ memory[t].from, z->buddy.end_pfn };
        done = compact_zone(&c);
    }
    if (!done) {
        c.scan = (struct compact_scan){ z->buddy.first_pfn, z->buddy.end_pfn };
        done = compact_zone(&c);
    }
    memory[t].from = done ? c.scan.from : 0;
    compact_note(&memory[t].deferral, done);
    return done;
}

static bool try_zone(enum zone_type t, gfp_t gfp, unsigned order)
{
    struct zone *z = &zones[t];
    bool done;

    if (!is_worthwhile(z, gfp, order) || !mutex_trylock(&contig_lock))
        return false;
    done = !compact_is_deferred(&memory[t].deferral);
    if (done) {
        count_vm_event(VM_COMPACTSTALL);
        done = compact_for_locked(z, t, order);
        count_vm_event(done ? VM_COMPACTSUCCESS : VM_COMPACTFAIL);
    }
    mutex_unlock(&contig_lock);
    return done;
}

bool compact_for(gfp_t gfp, unsigned order)
{
    bool done = false;

    if (!(gfp & __GFP_DMA32))
        done = try_zone(ZONE_NORMAL, gfp, order);
    return done || try_zone(ZONE_DMA32, gfp, order);
}

/* ---- on request --------------------------------------------------------------------------- */

void compact_memory(void)
{
    mutex_lock(&contig_lock);
    for (enum zone_type t = 0; t < ZONES; t++) {
        struct compaction c = {
            .zone = &zones[t], .wait = true,
            .scan = { zones[t].buddy.first_pfn, zones[t].buddy.end_pfn },
        };

        if (zones[t].managed)
            compact_zone(&c);
        memory[t].from = 0;
        memory[t].deferral = (struct compact_deferral){ 0 };
    }
    mutex_unlock(&contig_lock);
}

/* SPDX-License-Identifier: MIT */
/*
 * hart_pages.c - each hart's lists of single pages in front of the zones.
 *
 * Last in, first out, by mobility.  An empty list fetches a batch from its zone
 * and a long one gives a batch back, so that the zone's lock is taken once in
 * many pages.
 *
 * A list's lock is nearly private: another hart takes it only to drain.
 * Interrupt handlers neither allocate nor free, and the kernel is not
 * preempted, so nothing can come between on the same hart.
 *
 * Lock order: hart list, zone.
 */
#include "kernel/mm/hart_lock.h"
#include "kernel/mm/page_internal.h"
#include "lib/bitops.h"

static inline struct page *pop(struct hart_pages *hp, enum mobility m)
{
    struct list *link = list_pop_head(&hp->list[m]);

    if (!link)
        return NULL;
    hp->count--;
    hp->nallocs++;
    return list_entry(link, struct page, link);
}

struct page *hart_pages_pop(struct hart_pages *hp, enum mobility m)
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

/* Fetch a batch from the zone.  HP is locked. */
static void refill(struct zone *z, struct hart_pages *hp, gfp_t gfp, enum zone_mark mark)
{
    enum mobility m = gfp_mobility(gfp);
    size_t n;

    buddy_lock(&z->buddy);
    n = buddy_alloc_singles(&z->buddy, refill_size(z, hp, gfp, mark), m, &hp->list[m]);
    buddy_unlock(&z->buddy);
    hp->count += n;
    hp->nrefilled += n;
}

struct page *hart_pages_take(struct zone *z, gfp_t gfp, enum zone_mark mark, bool fallback)
{
    struct hart_pages *hp = &z->harts[port_hart_index()];
    struct page *page = NULL;

    if (fallback && refill_size(z, hp, gfp, mark) == 0)
        return NULL;
    hart_lock(&hp->lock);
    page = pop(hp, gfp_mobility(gfp));
    if (!page) {
        refill(z, hp, gfp, mark);
        page = pop(hp, gfp_mobility(gfp));
    }
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

void hart_pages_push(struct hart_pages *hp, struct page *first, size_t n)
{
    hart_lock(&hp->lock);
    for (struct page *page = first; page < first + n; page++) {
        page->identity = PAGE_PCP;
        list_insert_head(&hp->list[page->mobility], &page->link);
    }
    hp->count += n;
    if (hp->count > hp->high)
        drain(&zones[first->zone], hp, first->mobility, MIN(hp->batch, hp->count));
    hart_unlock(&hp->lock);
}

static void drain_hart(struct zone *z, struct hart_pages *hp)
{
    hart_lock(&hp->lock);
    drain(z, hp, MOBILITY_UNMOVABLE, hp->count);
    hart_unlock(&hp->lock);
}

void page_alloc_drain(void)
{
    for (unsigned t = 0; t < ZONES; t++)
        for (unsigned i = 0; i < MAX_HARTS; i++)
            if (__atomic_load_n(&hart_pages[t][i].count, __ATOMIC_RELAXED))
                drain_hart(&zones[t], &hart_pages[t][i]);
}

/* SPDX-License-Identifier: MIT */
/*
 * memmap.c - the memory map: banks minus what is used.
 *
 * Both lists are kept sorted, in whole pages, without overlaps: banks shrunk to
 * whole pages, used ranges grown to them.  Free memory is then what one walk
 * along both leaves over.  Early allocation takes the lowest place that fits
 * and adds it to the used list.
 */
#include "kernel/mm/memmap.h"
#include "kernel/mm/zone.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define MAX_USED (2 * MEMMAP_MAX_RANGES + 32)   /* reserved, no-map, early allocations */

struct frames frames;

static struct memmap_range banks[MEMMAP_MAX_BANKS + 1];
static struct memmap_range used[MAX_USED];
static unsigned nbanks, nused;
static bool handed_over;

/* Enter R into the sorted list A of *N, merging what it meets. */
static void range_insert(struct memmap_range *a, unsigned *n, unsigned max,
                         struct memmap_range r)
{
    unsigned first = 0, last;

    if (r.start >= r.end)
        return;
    while (first < *n && a[first].end < r.start)
        first++;
    for (last = first; last < *n && a[last].start <= r.end; last++) {
        r.start = min_u64(r.start, a[last].start);
        r.end = max_u64(r.end, a[last].end);
    }
    if (*n + 1 - (last - first) > max)
        panic("memory map: more than %u ranges", max);
    memmove(&a[first + 1], &a[last], (*n - last) * sizeof(a[0]));
    *n = *n + 1 - (last - first);
    a[first] = r;
}

static void take_over(const struct memmap *m)
{
    nbanks = 0;
    nused = 0;
    handed_over = false;
    for (unsigned i = 0; i < m->nbanks; i++) {
        struct memmap_range r = { align_up(m->banks[i].start, PAGE_SIZE),
                                  align_down(m->banks[i].end, PAGE_SIZE) };

        range_insert(banks, &nbanks, ARRAY_SIZE(banks), r);
    }
    for (unsigned i = 0; i < m->nreserved + m->nnomap; i++) {
        struct memmap_range r = i < m->nreserved ? m->reserved[i] : m->nomap[i - m->nreserved];

        r.start = align_down(r.start, PAGE_SIZE);
        r.end = align_up(r.end, PAGE_SIZE);
        range_insert(used, &nused, ARRAY_SIZE(used), r);
    }
    if (nbanks == 0)
        panic("memory map: no RAM");
}

void memmap_for_each_free(void (*fn)(pfn_t start, pfn_t end, void *arg), void *arg)
{
    for (unsigned i = 0; i < nbanks; i++) {
        paddr_t cursor = banks[i].start;

        for (unsigned j = 0; j < nused && cursor < banks[i].end; j++) {
            paddr_t end = min_u64(used[j].start, banks[i].end);

            if (cursor < end)
                fn(cursor >> PAGE_SHIFT, end >> PAGE_SHIFT, arg);
            cursor = max_u64(cursor, used[j].end);
        }
        if (cursor < banks[i].end)
            fn(cursor >> PAGE_SHIFT, banks[i].end >> PAGE_SHIFT, arg);
    }
}

size_t memmap_present(pfn_t start, pfn_t end)
{
    size_t n = 0;

    for (unsigned i = 0; i < nbanks; i++) {
        pfn_t from = max_u64(start, banks[i].start >> PAGE_SHIFT);
        pfn_t to = min_u64(end, banks[i].end >> PAGE_SHIFT);

        n += from < to ? to - from : 0;
    }
    return n;
}

/* Early allocation */

struct request {
    size_t npages, align;
    pfn_t found;                        /* 0: nothing yet */
};

static void try_range(pfn_t start, pfn_t end, void *arg)
{
    struct request *rq = arg;
    pfn_t pfn = align_up(start, rq->align);

    if (!rq->found && pfn < end && rq->npages <= end - pfn)
        rq->found = pfn;
}

static paddr_t early_take(size_t size, size_t align)
{
    struct request rq = {
        .npages = align_up(size, PAGE_SIZE) >> PAGE_SHIFT,
        .align = max_u64(align, PAGE_SIZE) >> PAGE_SHIFT,
    };
    struct memmap_range r;

    ASSERT(!handed_over);
    memmap_for_each_free(try_range, &rq);
    if (!rq.found)
        panic("not enough memory: %lu KiB wanted at boot", size >> 10);
    r.start = rq.found << PAGE_SHIFT;
    r.end = r.start + (rq.npages << PAGE_SHIFT);
    range_insert(used, &nused, ARRAY_SIZE(used), r);
    return r.start;
}

void *memmap_early_alloc(size_t size, size_t align)
{
    void *p = phys_to_virt(early_take(size, align));

    memset(p, 0, align_up(size, PAGE_SIZE));
    return p;
}

/* The page array */

static void init_pages(pfn_t start, pfn_t end)
{
    for (struct page *page = pfn_to_page(start); start < end; start++, page++) {
        *page = (struct page){ .identity = PAGE_RESERVED, .zone = zone_of_pfn(start) };
        list_init(&page->link);
    }
}

void memmap_init(const struct memmap *m)
{
    size_t npages;

    take_over(m);
    frames.first_pfn = banks[0].start >> PAGE_SHIFT;
    frames.end_pfn = banks[nbanks - 1].end >> PAGE_SHIFT;
    npages = frames.end_pfn - frames.first_pfn;
    frames.pages = phys_to_virt(early_take(npages * sizeof(struct page), PAGE_SIZE));
    init_pages(frames.first_pfn, frames.end_pfn);
}

void memmap_hand_over(void)
{
    handed_over = true;
}

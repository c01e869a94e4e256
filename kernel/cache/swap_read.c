/* SPDX-License-Identifier: MIT */
/*
 * swap_read.c - the content of slots comes back, and that of their neighbours.
 *
 * How many neighbours, swap_ahead.h says.  They are read in the same request as the page
 * that is wanted, and enter the swap cache: nobody maps them until there is a fault.
 * One that is not wanted before the clock comes round goes again, without being written.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap_impl.h"
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/pressure.h"

/* About as many pages come in before one that comes in now, and is not used, goes again. */
static size_t room(void)
{
    struct lru_figures f = lru_figures();

    return nr_free_pages() + f.active[KIND_ANON] + f.inactive[KIND_ANON];
}

/* The slots to read for ENTRY, as its first one; *N of them. */
static uint64_t plan(uint64_t entry, size_t *n)
{
    struct swap_ahead_plan plan = { swap_entry_slot(entry), 1 };
    struct swap_area *area;
    size_t pages = room();

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    if (area)
        plan = swap_ahead_on_miss(&area->ahead, plan.first, pages);
    spin_unlock(&swap_lock);
    *n = plan.n;
    return swap_entry(swap_entry_area(entry), plan.first);
}

static void note_hit(uint64_t entry)
{
    struct swap_area *area;
    size_t pages = room();

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    if (area)
        swap_ahead_on_hit(&area->ahead, swap_entry_slot(entry), pages);
    spin_unlock(&swap_lock);
}

/* A page for ENTRY, if it is in swap alone and there is memory at hand; else NULL. */
static struct page *page_ahead(uint64_t entry)
{
    struct page *new = NULL;

    if (swap_cache_lacks(entry))
        new = alloc_page(GFP_USER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN);
    if (!new)
        return NULL;
    if (!swap_cache_enter(new, entry)) {
        put_page(new);
        return NULL;
    }
    page_set(new, PG_READAHEAD);
    return new;
}

/* To ask is part of the stall, as in Linux: a disk may answer before anybody waits. */
static void ask_for(struct page **pages, size_t n)
{
    bool began = pressure_enter(PRESSURE_MEMORY);

    swap_io_read(pages, n);
    pressure_leave(PRESSURE_MEMORY, began);
}

/* Read NEW, which has been entered for ENTRY, and what is worth reading around it. */
static void start_read(struct page *new, uint64_t entry)
{
    struct page *pages[SWAP_AHEAD_MAX];
    size_t nslots, n = 0;
    uint64_t first = plan(entry, &nslots);

    for (uint64_t e = first; e < first + nslots; e++) {
        pages[n] = e == entry ? new : page_ahead(e);
        n += pages[n] != NULL;
    }
    count_vm_events(VM_PSWPIN, n);
    for (size_t i = 0; i < n; i++)
        lru_add(pages[i]);
    get_page(new);
    ask_for(pages, n);
    for (size_t i = 0; i < n; i++)
        put_page(pages[i]);
}

/* The page of ENTRY if it is in memory.  The first who comes for it after it was read ahead is
 * remembered; his use says no more than one that brings a page in. */
static struct page *find(uint64_t entry)
{
    struct page *page = swap_cache_get(entry);

    if (page && page_test(page, PG_READAHEAD) && page_test_and_clear(page, PG_READAHEAD)) {
        page_clear(page, PG_SEEN);
        note_hit(entry);
    }
    return page;
}

struct page *swap_read_anon(uint64_t entry, bool *major, bool *nomem)
{
    struct page *page = find(entry), *new;

    *nomem = false;
    if (page)
        return page;
    new = alloc_page(GFP_USER_MOVABLE);
    *nomem = !new;
    if (!new)
        return NULL;
    if (!swap_cache_enter(new, entry)) {
        put_page(new);
        return find(entry);         /* somebody was faster, or took the entry away */
    }
    *major = true;
    start_read(new, entry);
    return new;
}

/* SPDX-License-Identifier: MIT */
/*
 * swap_area.c - swap areas: making one of a disk or of a file's blocks, choosing one
 * for the next slot, and its end.
 *
 * Areas stand in order of priority.  Those of one priority take turns, a cluster
 * each, so that their disks share the work.
 */
#include "kernel/cache/swap_header.h"
#include "kernel/cache/swap_impl.h"
#include "kernel/dev/block.h"
#include "kernel/mm/commit.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/vmalloc.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

#define PAGE_SECTORS (PAGE_SIZE / SECTOR_SIZE)

struct spinlock swap_lock = SPINLOCK_INIT(RANK_SWAP_MAP, "swap map");

static struct list areas = LIST_INIT(areas);            /* [swap] */
static struct swap_area *by_index[SWAP_MAX_AREAS];      /* [swap] */
static int next_auto_prio = -2;                         /* [swap] */

struct swap_area *swap_area_try_locked(uint64_t entry)
{
    unsigned index = swap_entry_area(entry);
    struct swap_area *area;

    ASSERT(spin_is_mine(&swap_lock));
    area = index < SWAP_MAX_AREAS ? by_index[index] : NULL;
    return area && swap_entry_slot(entry) < area->map.nslots ? area : NULL;
}

struct swap_area *swap_area_of_locked(uint64_t entry)
{
    struct swap_area *area = swap_area_try_locked(entry);

    if (!area)
        panic("swap: %lx is no entry", entry);
    return area;
}

/* AREA goes behind the others of its priority. */
static void requeue_locked(struct swap_area *area)
{
    struct list *at = area->link.next;

    while (at != &areas && list_entry(at, struct swap_area, link)->prio == area->prio)
        at = at->next;
    list_remove(&area->link);
    list_insert_before(at, &area->link);
}

uint64_t swap_area_alloc_locked(const struct page *page, bool of_file)
{
    struct swap_area *area;
    size_t slot;

    list_for_each_entry(area, &areas, link) {
        slot = area->retired ? 0 : swap_map_alloc(&area->map, page, of_file);
        if (!slot)
            continue;
        if (area->map.cursor % SWAP_CLUSTER == 0)
            requeue_locked(area);
        return swap_entry(area->index, slot);
    }
    return 0;
}

uint64_t swap_area_sector(const struct swap_area *area, size_t slot)
{
    size_t low = 0, high = area->nextents;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (area->extents[middle].first <= slot)
            low = middle;
        else
            high = middle;
    }
    return area->extents[low].sector + (slot - area->extents[low].first) * PAGE_SECTORS;
}

/* Becoming an area */

static size_t source_npages(const struct swap_source *source)
{
    const struct swap_extent *last = &source->extents[source->nextents - 1];

    return last->first + last->npages;
}

/* A map for what the header, in PAGE, says. */
static int make_map(struct swap_area *area, const struct swap_source *source, struct page *page)
{
    const struct swap_header *h = page_address(page);
    size_t nslots;
    int err;

    err = block_rw_sync(source->dev, BIO_READ, source->extents[0].sector, page_address(page),
                        PAGE_SIZE);
    if (!err)
        err = swap_header_check(h, source_npages(source), source->is_file, &nslots);
    if (err)
        return err;
    area->memory = vzalloc(swap_ahead_size(nslots) + swap_map_size(nslots));
    if (!area->memory)
        return -ENOMEM;
    swap_ahead_init(&area->ahead, area->memory, nslots);
    swap_map_init(&area->map, area->memory + swap_ahead_size(nslots), nslots);
    for (size_t i = 0; i < h->nr_badpages; i++)
        swap_map_bad(&area->map, h->badpages[i]);
    return 0;
}

static size_t nslots_of(const struct swap_area *area)
{
    return area->map.nslots - 1 - area->map.nbad;
}

/* The sum of what OF says of each area that gives out slots. */
static size_t sum_locked(size_t (*of)(const struct swap_area *area))
{
    struct swap_area *area;
    size_t n = 0;

    list_for_each_entry(area, &areas, link)
        if (!area->retired)
            n += of(area);
    return n;
}

/* AREA gives out slots, or does not any more: there is more or less to promise. */
static void retire_locked(struct swap_area *area, bool retired)
{
    area->retired = retired;
    commit_set_swap(sum_locked(nslots_of));
}

/* Put AREA among the others.  False: there are too many. */
static bool enter_locked(struct swap_area *area, int prio)
{
    struct list *at = areas.next;

    while (area->index < SWAP_MAX_AREAS && by_index[area->index])
        area->index++;
    if (area->index == SWAP_MAX_AREAS)
        return false;
    by_index[area->index] = area;
    area->prio = prio == SWAP_PRIO_AUTO ? next_auto_prio-- : prio;
    while (at != &areas && list_entry(at, struct swap_area, link)->prio >= area->prio)
        at = at->next;
    list_insert_before(at, &area->link);
    retire_locked(area, false);
    return true;
}

static int enter(struct swap_area *area, int prio)
{
    bool entered;

    spin_lock(&swap_lock);
    entered = enter_locked(area, prio);
    spin_unlock(&swap_lock);
    return entered ? 0 : -EPERM;
}

int swap_area_on(const struct swap_source *source)
{
    struct swap_area *area = kzalloc(sizeof(*area), GFP_KERNEL);
    struct page *page = alloc_page(GFP_KERNEL);
    int err = area && page ? make_map(area, source, page) : -ENOMEM;

    if (page)
        put_page(page);
    if (!err) {
        area->dev = source->dev;
        area->extents = source->extents;
        area->nextents = source->nextents;
        area->key = source->key;
        area->owner = source->owner;
        area->is_file = source->is_file;
        strlcpy(area->path, source->path, sizeof(area->path));
        err = enter(area, source->prio);
    }
    if (err) {
        if (area)
            vfree(area->memory);
        kfree(area);
    }
    return err;
}

/* Leaving */

struct swap_area *swap_area_retire(const void *key)
{
    struct swap_area *area, *found = NULL;

    spin_lock(&swap_lock);
    list_for_each_entry(area, &areas, link)
        if (area->key == key && !area->retired)
            found = area;
    if (found)
        retire_locked(found, true);
    spin_unlock(&swap_lock);
    return found;
}

void swap_area_resume(struct swap_area *area)
{
    spin_lock(&swap_lock);
    retire_locked(area, false);
    spin_unlock(&swap_lock);
}

bool swap_area_has(const struct swap_area *area, uint64_t entry)
{
    return swap_entry_area(entry) == area->index;
}

uint64_t swap_area_next_used(const struct swap_area *area, size_t slot)
{
    const struct swap_map *m = &area->map;

    spin_lock(&swap_lock);
    do
        slot++;
    while (slot < m->nslots && !m->users[slot] && !swap_map_page(m, slot));
    spin_unlock(&swap_lock);
    return slot < m->nslots ? swap_entry(area->index, slot) : 0;
}

/* AREA's priority, if it was given by us, becomes free: those below it move up, and the next
 * area that comes without one stands behind them. */
static void close_gap_locked(const struct swap_area *area)
{
    struct swap_area *other;

    if (area->prio >= 0)
        return;
    list_for_each_entry(other, &areas, link)
        if (other->prio < area->prio)
            other->prio++;
    next_auto_prio++;
}

void *swap_area_off(struct swap_area *area)
{
    void *owner = area->owner;

    spin_lock(&swap_lock);
    ASSERT(area->retired && swap_map_used(&area->map) == 0);
    list_remove(&area->link);
    by_index[area->index] = NULL;
    close_gap_locked(area);
    spin_unlock(&swap_lock);
    vfree(area->memory);
    kvfree(area->extents);
    kfree(area);
    return owner;
}

/* Figures */

static size_t nfree_of(const struct swap_area *area)
{
    return area->map.nfree;
}

bool swap_area_info(unsigned n, struct swap_area_info *info)
{
    struct swap_area *area;
    bool found = false;

    spin_lock(&swap_lock);
    list_for_each_entry(area, &areas, link) {
        if (n-- > 0)
            continue;
        strlcpy(info->path, area->path, sizeof(info->path));
        info->is_file = area->is_file;
        info->npages = nslots_of(area);
        info->nused = info->npages - nfree_of(area);
        info->prio = area->prio;
        found = true;
        break;
    }
    spin_unlock(&swap_lock);
    return found;
}

static size_t sum(size_t (*of)(const struct swap_area *area))
{
    size_t n;

    spin_lock(&swap_lock);
    n = sum_locked(of);
    spin_unlock(&swap_lock);
    return n;
}

size_t nr_swap_pages(void)
{
    return sum(nslots_of);
}

size_t nr_free_swap_pages(void)
{
    return sum(nfree_of);
}

size_t swap_area_slots(void)
{
    struct swap_area *area;
    size_t n = 0;

    spin_lock(&swap_lock);
    list_for_each_entry(area, &areas, link)
        n += area->map.nslots;
    spin_unlock(&swap_lock);
    return n;
}

size_t nr_swap_entries(void)
{
    struct swap_area *area;
    size_t n = 0;

    spin_lock(&swap_lock);
    list_for_each_entry(area, &areas, link)
        for (size_t slot = 1; slot < area->map.nslots; slot++)
            if (!swap_map_is_of_file(&area->map, slot))
                n += swap_map_users(&area->map, slot);
    spin_unlock(&swap_lock);
    return n;
}

const char *swap_check(void)
{
    const char *fault = NULL;
    struct swap_area *area;

    spin_lock(&swap_lock);
    list_for_each_entry(area, &areas, link)
        if (!fault)
            fault = swap_map_check(&area->map);
    spin_unlock(&swap_lock);
    return fault;
}

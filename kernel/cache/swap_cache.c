/* SPDX-License-Identifier: MIT */
/*
 * swap_cache.c - pages in memory that belong to a slot.
 *
 * Who takes the last swap entry away (an exit, an munmap) takes the page along if
 * nobody has it locked or in writeback at this moment.  If somebody has, the page
 * stays behind, in a slot without users, and reclaim finds it.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap_impl.h"

static size_t nr_cached;            /* [a] */

static bool is_of_file(const struct page *page)
{
    return page->identity == PAGE_CACHE;
}

bool swap_cache_add(struct page *page)
{
    uint64_t entry;

    ASSERT(page_is_locked(page) && !page_test(page, PG_SWAPCACHE));
    spin_lock(&swap_lock);
    entry = swap_area_alloc_locked(page, is_of_file(page));
    if (entry) {
        page->swap = entry;
        page_set(page, PG_SWAPCACHE);
    }
    spin_unlock(&swap_lock);
    if (!entry)
        return false;
    if (!is_of_file(page))
        get_page(page);
    page_set(page, PG_UPTODATE);
    page_set(page, PG_DIRTY);
    __atomic_fetch_add(&nr_cached, 1, __ATOMIC_RELAXED);
    return true;
}

/* PAGE leaves its slot; the cache's reference remains to be dropped. */
static void remove_locked(struct page *page)
{
    struct swap_area *area = swap_area_of_locked(page->swap);
    size_t slot = swap_entry_slot(page->swap);

    if (page_test(page, PG_ERROR))
        swap_map_bad(&area->map, slot);
    if (is_of_file(page))
        swap_map_put(&area->map, slot);
    swap_map_set_page(&area->map, slot, NULL);
    page_clear(page, PG_SWAPCACHE);
    page_clear(page, PG_ERROR);
    page->swap = 0;
}

/* After remove_locked. */
static void let_go(struct page *page)
{
    __atomic_fetch_sub(&nr_cached, 1, __ATOMIC_RELAXED);
    if (!is_of_file(page))
        put_page(page);             /* not the last: the caller has one */
}

void swap_cache_remove(struct page *page)
{
    ASSERT(page_is_locked(page) && page_test(page, PG_SWAPCACHE));
    ASSERT(!page_test(page, PG_WRITEBACK));
    page_set(page, PG_DIRTY);       /* now it exists nowhere else */
    spin_lock(&swap_lock);
    remove_locked(page);
    spin_unlock(&swap_lock);
    let_go(page);
}

bool swap_cache_try_remove(struct page *page)
{
    bool removed = false;

    if (!page_test(page, PG_SWAPCACHE) || !page_trylock(page))
        return false;
    if (page_test(page, PG_SWAPCACHE) && !page_test(page, PG_WRITEBACK)) {
        spin_lock(&swap_lock);
        removed = swap_map_users(&swap_area_of_locked(page->swap)->map,
                                 swap_entry_slot(page->swap)) == 0;
        if (removed)
            remove_locked(page);
        spin_unlock(&swap_lock);
    }
    if (removed) {
        page_set(page, PG_DIRTY);
        let_go(page);
    }
    page_unlock(page);
    return removed;
}

void swap_cache_bind(struct page *page, uint64_t entry)
{
    spin_lock(&swap_lock);
    page->swap = entry;
    page_set(page, PG_SWAPCACHE);
    swap_map_set_page(&swap_area_of_locked(entry)->map, swap_entry_slot(entry), page);
    spin_unlock(&swap_lock);
    __atomic_fetch_add(&nr_cached, 1, __ATOMIC_RELAXED);
}

void swap_cache_unbind(struct page *page)
{
    spin_lock(&swap_lock);
    swap_map_set_page(&swap_area_of_locked(page->swap)->map, swap_entry_slot(page->swap), NULL);
    page_clear(page, PG_SWAPCACHE);
    spin_unlock(&swap_lock);
    __atomic_fetch_sub(&nr_cached, 1, __ATOMIC_RELAXED);
}

bool swap_cache_replace(struct page *old, struct page *new)
{
    bool alone;

    ASSERT(page_is_locked(old) && page_test(old, PG_SWAPCACHE) && !page_test(old, PG_WRITEBACK));
    spin_lock(&swap_lock);
    alone = __atomic_load_n(&old->refcount, __ATOMIC_ACQUIRE)
            == __atomic_load_n(&old->mapcount, __ATOMIC_ACQUIRE) + 2;
    if (alone) {
        new->swap = old->swap;
        __atomic_fetch_or(&new->flags, old->flags & (1u << PG_SWAPCACHE | 1u << PG_ERROR),
                          __ATOMIC_RELAXED);
        swap_map_set_page(&swap_area_of_locked(old->swap)->map, swap_entry_slot(old->swap), new);
        old->swap = 0;
        page_clear(old, PG_SWAPCACHE);
        page_clear(old, PG_ERROR);
    }
    spin_unlock(&swap_lock);
    if (alone && !is_of_file(old)) {
        get_page(new);
        put_page(old);              /* not the last: the caller has one */
    }
    return alone;
}

bool swap_cache_is_orphan(const struct page *page)
{
    return swap_users(page->swap) == 0;
}

bool swap_cache_evict(struct page *page)
{
    bool alone;

    ASSERT(page_is_locked(page) && page_test(page, PG_SWAPCACHE) && !is_of_file(page));
    spin_lock(&swap_lock);
    alone = __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE) == 2
            && !page_test(page, PG_DIRTY) && !page_test(page, PG_WRITEBACK);
    if (alone)
        remove_locked(page);
    spin_unlock(&swap_lock);
    if (alone)
        let_go(page);
    return alone;
}

/* ---- entries ------------------------------------------------------------------------------- */

void swap_get(uint64_t entry)
{
    spin_lock(&swap_lock);
    swap_map_get(&swap_area_of_locked(entry)->map, swap_entry_slot(entry));
    spin_unlock(&swap_lock);
}

bool swap_put_user(uint64_t entry)
{
    bool last;

    spin_lock(&swap_lock);
    last = swap_map_put(&swap_area_of_locked(entry)->map, swap_entry_slot(entry));
    spin_unlock(&swap_lock);
    return last;
}

void swap_put(uint64_t entry)
{
    size_t slot = swap_entry_slot(entry);
    struct page *page = NULL;
    struct swap_map *m;

    spin_lock(&swap_lock);
    m = &swap_area_of_locked(entry)->map;
    if (swap_map_put(m, slot)) {
        page = swap_map_page(m, slot);
        if (page)
            get_page(page);         /* the cache has one */
    }
    spin_unlock(&swap_lock);
    if (!page)
        return;
    swap_cache_try_remove(page);
    put_page(page);
}

size_t swap_users(uint64_t entry)
{
    struct swap_area *area;
    size_t n;

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    n = area ? swap_map_users(&area->map, swap_entry_slot(entry)) : 0;
    spin_unlock(&swap_lock);
    return n;
}

/* ---- pages of entries ----------------------------------------------------------------------- */

struct page *swap_cache_get(uint64_t entry)
{
    struct swap_area *area;
    struct page *page;

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    page = area ? swap_map_page(&area->map, swap_entry_slot(entry)) : NULL;
    if (page && !get_page_unless_zero(page))
        page = NULL;
    spin_unlock(&swap_lock);
    return page;
}

/* Whether SLOT is an anonymous page's that is not in memory. */
static bool lacks_page_locked(const struct swap_area *area, size_t slot)
{
    const struct swap_map *m = &area->map;

    return swap_map_users(m, slot) > 0 && !swap_map_page(m, slot) && !swap_map_is_of_file(m, slot);
}

bool swap_cache_lacks(uint64_t entry)
{
    struct swap_area *area;
    bool lacks;

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    lacks = area && lacks_page_locked(area, swap_entry_slot(entry));
    spin_unlock(&swap_lock);
    return lacks;
}

bool swap_cache_enter(struct page *new, uint64_t entry)
{
    size_t slot = swap_entry_slot(entry);
    struct swap_area *area;
    bool entered;

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    entered = area && lacks_page_locked(area, slot);
    if (entered) {
        new->flags = 1u << PG_LOCKED | 1u << PG_SWAPBACKED | 1u << PG_SWAPCACHE;
        new->anon_vma = NULL;
        new->swap = entry;
        page_set_identity_last(new, PAGE_ANON);
        swap_map_set_page(&area->map, slot, new);
        get_page(new);
    }
    spin_unlock(&swap_lock);
    if (entered)
        __atomic_fetch_add(&nr_cached, 1, __ATOMIC_RELAXED);
    return entered;
}

size_t nr_swap_cache_pages(void)
{
    return __atomic_load_n(&nr_cached, __ATOMIC_RELAXED);
}

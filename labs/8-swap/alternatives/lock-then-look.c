/* SPDX-License-Identifier: MIT */
/* into: kernel/cache/swap_cache.c */
/* Decides everything under one hold of the lock of the slots, in another order. */

bool swap_cache_add(struct page *page)
{
    bool of_file = is_of_file(page);
    uint64_t entry;

    spin_lock(&swap_lock);
    entry = swap_area_alloc_locked(page, of_file);
    if (entry) {
        if (!of_file)
            get_page(page);
        page->swap = entry;
        __atomic_fetch_or(&page->flags, 1u << PG_SWAPCACHE | 1u << PG_UPTODATE | 1u << PG_DIRTY,
                          __ATOMIC_RELEASE);
        __atomic_fetch_add(&nr_cached, 1, __ATOMIC_RELAXED);
    }
    spin_unlock(&swap_lock);
    return entry != 0;
}

/* PAGE, locked, may leave a slot of M. */
static bool may_leave(const struct swap_map *m, const struct page *page)
{
    return !page_test(page, PG_WRITEBACK) && swap_map_users(m, swap_entry_slot(page->swap)) == 0;
}

bool swap_cache_try_remove(struct page *page)
{
    bool removed;

    if (!page_trylock(page))
        return false;
    spin_lock(&swap_lock);
    removed = page_test(page, PG_SWAPCACHE)
              && may_leave(&swap_area_of_locked(page->swap)->map, page);
    if (removed) {
        page_set(page, PG_DIRTY);
        remove_locked(page);
    }
    spin_unlock(&swap_lock);
    page_unlock(page);
    if (removed)
        let_go(page);
    return removed;
}

void swap_put(uint64_t entry)
{
    struct page *page = swap_cache_get(entry);

    if (swap_put_user(entry) && page)
        swap_cache_try_remove(page);
    if (page)
        put_page(page);
}

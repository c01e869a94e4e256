/* SPDX-License-Identifier: MIT */
/*
 * page_swap.c - pages of memory-only mappings (tmpfs, shared memory) in swap.
 *
 * Where such a page stood in the tree, its swap entry stands then, marked by its
 * lowest bit, which no address of a page has.  The entry is a user of the slot.
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/swap.h"
#include "kernel/sched/thread.h"
#include "lib/abi/errno.h"

static void *item_of(uint64_t entry)
{
    return (void *)(entry << 1 | 1);
}

static uint64_t entry_of(const void *item)
{
    return (uintptr_t)item >> 1;
}

bool page_swap_take_over(struct address_space *as, struct page *page, pgoff_t index)
{
    void *item = radix_lookup(&as->pages, index);

    if (!page_swap_is_entry(item))
        return false;
    radix_replace(&as->pages, index, page);
    page_set(page, PG_MAPPED_BLOCK);
    swap_cache_bind(page, entry_of(item));
    as->nswapped--;
    return true;
}

bool page_cache_swap_out(struct page *page)
{
    struct address_space *as = page->mapping;
    bool alone;

    ASSERT(page_is_locked(page) && page_test(page, PG_SWAPCACHE) && !as->writes_back);
    spin_lock(&as->tree_lock);
    alone = !page_test(page, PG_DIRTY) && !page_test(page, PG_WRITEBACK)
            && __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0
            && __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE) == 2;
    if (alone) {
        radix_replace(&as->pages, page->index, item_of(page->swap));
        swap_cache_unbind(page);
        page->mapping = NULL;
        as->npages--;
        as->nswapped++;
        page_cache_count(as, -1);
    }
    spin_unlock(&as->tree_lock);
    if (!alone)
        return false;
    page_clear(page, PG_MAPPED_BLOCK);
    page_set_identity(page, PAGE_OWNED);
    put_page(page);
    return true;
}

void page_cache_drop_swapped(struct address_space *as, pgoff_t first, pgoff_t end)
{
    spin_lock(&as->tree_lock);
    for (pgoff_t index = first; as->nswapped > 0; index++) {
        void *item = radix_next(&as->pages, &index, RADIX_PRESENT);

        if (!item || index >= end)
            break;
        if (page_swap_is_entry(item)) {
            radix_delete(&as->pages, index);
            as->nswapped--;
            as->ops->forget_swapped(as);
            swap_put(entry_of(item));
        }
    }
    spin_unlock(&as->tree_lock);
}

/* The content at INDEX, which was seen to be in swap.  0, -EAGAIN: no longer; -EIO, -ENOMEM. */
static int swap_in(struct address_space *as, pgoff_t index, struct page **out)
{
    struct page *page;
    int err = page_cache_add(as, index, as->gfp, true, &page);

    if (err == -EEXIST || err == -ENOENT)
        return -EAGAIN;
    if (err)
        return err;
    page_lock_take_over(page);
    err = as->ops->read_page(as, page);
    if (err)
        page_cache_discard_unread(as, page);
    page_unlock(page);
    if (err)
        put_page(page);
    else
        *out = page;
    return err;
}

static bool has_swapped(struct address_space *as, pgoff_t index)
{
    bool has;

    spin_lock(&as->tree_lock);
    has = as->nswapped > 0 && page_swap_is_entry(radix_lookup(&as->pages, index));
    spin_unlock(&as->tree_lock);
    return has;
}

int page_cache_find_content(struct address_space *as, pgoff_t index, struct page **page)
{
    int err;

    do {
        *page = page_cache_find(as, index);
        err = 0;
        if (!*page) {
            if (has_swapped(as, index))
                err = swap_in(as, index, page);
            continue;
        }
        err = page_cache_make_uptodate(as, *page);
        if (err) {
            put_page(*page);
            *page = NULL;
        }
    } while (err == -EAGAIN);
    return err;
}

/* The first index at or behind INDEX whose content is in AREA; false: there is none. */
static bool find_swapped(struct address_space *as, const struct swap_area *area, pgoff_t *index)
{
    bool found = false;
    void *item;

    spin_lock(&as->tree_lock);
    while (as->nswapped > 0 && (item = radix_next(&as->pages, index, RADIX_PRESENT))) {
        found = page_swap_is_entry(item) && swap_area_has(area, entry_of(item));
        if (found)
            break;
        ++*index;
    }
    spin_unlock(&as->tree_lock);
    return found;
}

int page_cache_swap_in_all(struct address_space *as, const struct swap_area *area)
{
    struct page *page;
    int err = 0;

    for (pgoff_t index = 0; !err && find_swapped(as, area, &index); index++) {
        err = page_cache_find_content(as, index, &page);
        if (!err && page)
            put_page(page);
        cond_resched();
    }
    return err;
}

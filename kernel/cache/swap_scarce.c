/* SPDX-License-Identifier: MIT */
/*
 * swap_scarce.c - when slots are short.
 *
 * A page that was read back keeps its slot, so that it can go again without being written.
 * That is worth having while there are slots for all who want one.  When more than half are
 * taken, a page that comes in, or is found in use, gives its slot back; and when none is free,
 * all areas are searched for slots whose pages are in memory.
 */
#include "kernel/cache/swap_impl.h"
#include "lib/bitops.h"

#define BATCH 32                        /* pages taken hold of at a time     */
#define LOOKS 4096                      /* slots under one hold of the lock  */

static unsigned hand_area;              /* where the next search begins [swap] */
static size_t hand_slot = 1;            /*                              [swap] */

bool swap_is_scarce(uint64_t entry)
{
    const struct swap_area *area;
    bool retired;

    spin_lock(&swap_lock);
    area = swap_area_try_locked(entry);
    retired = area && area->retired;
    spin_unlock(&swap_lock);
    return retired || nr_free_swap_pages() < nr_swap_pages() / 2;
}

void swap_give_up_slot(struct page *page)
{
    if (!page_test(page, PG_WRITEBACK) && swap_is_scarce(page->swap)
        && (page->identity == PAGE_CACHE ? page_test(page, PG_UPTODATE)
                                         : swap_cache_is_orphan(page)))
        swap_cache_remove(page);
}

/* The page of the slot under the hand, referenced, if nobody has an entry for the slot; the
 * hand moves on. */
static struct page *next_locked(void)
{
    uint64_t entry = swap_entry(hand_area, hand_slot++);
    const struct swap_area *area = swap_area_try_locked(entry);
    struct page *page;

    if (!area) {
        hand_area = (hand_area + 1) % SWAP_MAX_AREAS;
        hand_slot = 1;
        return NULL;
    }
    if (swap_map_users(&area->map, swap_entry_slot(entry)))
        return NULL;
    page = swap_map_page(&area->map, swap_entry_slot(entry));
    return page && get_page_unless_zero(page) ? page : NULL;
}

/* Up to MOST of them; *LEFT slots are yet to be looked at. */
static size_t collect(struct page **pages, size_t most, size_t *left)
{
    size_t n = 0, looks = MIN(*left, (size_t)LOOKS);

    spin_lock(&swap_lock);
    for (; looks > 0 && n < most; looks--, --*left) {
        pages[n] = next_locked();
        n += pages[n] != NULL;
    }
    spin_unlock(&swap_lock);
    return n;
}

size_t swap_take_back(size_t wanted)
{
    size_t left = nr_swap_cache_pages() ? swap_area_slots() + SWAP_MAX_AREAS : 0, taken = 0;
    struct page *pages[BATCH];

    while (taken < wanted && left > 0) {
        size_t n = collect(pages, MIN(wanted - taken, (size_t)BATCH), &left);

        for (size_t i = 0; i < n; i++) {
            taken += swap_cache_try_remove(pages[i]);
            put_page(pages[i]);
        }
    }
    return taken;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 9: pages are taken whatever zone is short, one that cannot be had stays
 * where it is, and no list but the inactive one is known.
 */

static bool take_locked(struct page_lists *l, struct page *page, int zone)
{
    (void)zone;
    if (!get_page_unless_zero(page))
        return false;
    page_lists_remove(l, page);
    page_clear(page, PG_LRU);
    page_set(page, PG_ISOLATED);
    return true;
}

static void deactivate_all_locked(struct page_lists *l)
{
    (void)l;
}

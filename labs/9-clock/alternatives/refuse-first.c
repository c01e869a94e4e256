/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/lru.c */
/* Refuses before it takes, and moves whole lists where it can. */

static bool take_locked(struct page_lists *l, struct page *page, int zone)
{
    bool is_wanted = zone == ALL_ZONES || zone == page->zone;

    if (!is_wanted || !get_page_unless_zero(page)) {
        list_remove(&page->link);
        list_insert_head(page_test(page, PG_ACTIVE) ? &l->active : &l->inactive, &page->link);
        return false;
    }
    page_set(page, PG_ISOLATED);
    page_clear(page, PG_LRU);
    page_lists_remove(l, page);
    return true;
}

static void deactivate_all_locked(struct page_lists *l)
{
    struct page *page;

    list_for_each_entry(page, &l->active, link)
        page_clear(page, PG_ACTIVE);
    l->ninactive += l->nactive;
    l->nactive = 0;
    list_splice(&l->inactive, &l->fresh);
    list_splice_tail(&l->inactive, &l->active);
}

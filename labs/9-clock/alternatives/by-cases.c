/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/policy_clock2.c */
/* Decides case by case, and asks the lists in another order. */

static struct page *clock2_next(struct page_lists *l)
{
    struct list *from = &l->inactive;

    if (l->nactive > l->ninactive)
        from = &l->active;
    if (!list_is_empty(&l->fresh))
        from = &l->fresh;
    return list_is_empty(from) ? NULL : list_last_entry(from, struct page, link);
}

static bool clock2_judge(struct page_lists *l, struct page *page, bool used)
{
    if (page_test(page, PG_ACTIVE)) {
        bool stays = used && page_test(page, PG_FETCHABLE);

        page_clear(page, PG_ACTIVE);
        page_lists_insert(l, page, stays);
        return false;
    }
    if (!page_test(page, PG_SEEN)) {
        page_set(page, PG_SEEN);
        page_lists_insert(l, page, false);
        return false;
    }
    if (used)
        page_lists_insert(l, page, true);
    return !used;
}

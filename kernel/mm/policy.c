/* SPDX-License-Identifier: MIT */
/*
 * policy.c - the replacement policies there are, and what several of them share.
 */
#include "kernel/mm/policy.h"
#include "lib/string.h"

const struct policy *const policies[] = {
    &policy_clock2, &policy_clock, &policy_fifo, &policy_random, NULL,
};

const struct policy *policy_find(const char *name)
{
    for (const struct policy *const *p = policies; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

void page_lists_init(struct page_lists *l, enum page_kind kind)
{
    *l = (struct page_lists){ .kind = kind };
    list_init(&l->active);
    list_init(&l->inactive);
    list_init(&l->fresh);
}

void page_lists_insert(struct page_lists *l, struct page *page, bool active)
{
    if (active)
        page_set(page, PG_ACTIVE);
    list_insert_head(active ? &l->active : &l->inactive, &page->link);
    *(active ? &l->nactive : &l->ninactive) += 1;
}

void page_lists_remove(struct page_lists *l, struct page *page)
{
    list_remove(&page->link);
    *(page_test(page, PG_ACTIVE) ? &l->nactive : &l->ninactive) -= 1;
}

void policy_add_inactive(struct page_lists *l, struct page *page)
{
    page_lists_insert(l, page, false);
}

struct page *policy_oldest_inactive(struct page_lists *l)
{
    return list_is_empty(&l->inactive) ? NULL : list_last_entry(&l->inactive, struct page, link);
}

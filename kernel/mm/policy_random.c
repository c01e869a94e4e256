/* SPDX-License-Identifier: MIT */
/*
 * policy_random.c - any page, by chance.
 *
 * It needs no order at all, and is hard to beat on a loop somewhat larger than
 * memory, where the clock evicts each page just before its next use.
 */
#include "kernel/mm/policy.h"

/* Frames drawn before it is left to the list: with few pages of a kind most draws miss. */
#define DRAWS 16

static struct page *random_next(struct page_lists *l)
{
    for (int i = 0; i < DRAWS; i++) {
        pfn_t n = frames.end_pfn - frames.first_pfn;
        struct page *page = &frames.pages[port_random() % n];

        if (page_test(page, PG_LRU) && page_kind(page) == l->kind)
            return page;
    }
    return policy_oldest_inactive(l);
}

static bool random_judge(struct page_lists *l, struct page *page, bool used)
{
    (void)l, (void)page, (void)used;
    return true;
}

const struct policy policy_random = {
    .name = "random",
    .add = policy_add_inactive,
    .next = random_next,
    .judge = random_judge,
};

/* SPDX-License-Identifier: MIT */
/*
 * policy_clock.c - the clock: a hand goes round, and takes the first page that
 * was not used since it last came by (Corbato 1968).
 *
 * The list is the dial cut open at the hand: the page under the hand is the last,
 * and turning the hand moves it to the head.
 *
 *          .--[A]--.                     newest            hand
 *        [F]       [B]    =        head -> F  E  D  C  B  A -> tail
 *     hand->[A]...
 */
#include "kernel/mm/policy.h"

static bool clock_judge(struct page_lists *l, struct page *page, bool used)
{
    page_clear(page, PG_ACTIVE);        /* as clock2 left it, if that was the policy */
    if (used)
        page_lists_insert(l, page, false);
    return !used;
}

const struct policy policy_clock = {
    .name = "clock",
    .add = policy_add_inactive,
    .next = policy_oldest_inactive,
    .judge = clock_judge,
};

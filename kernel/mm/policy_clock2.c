/* SPDX-License-Identifier: MIT */
/*
 * policy_clock2.c - two clocks, one behind the other.
 *
 * What comes in is on probation: a page that is used in two looks one after the
 * other becomes active; one that is not used between two looks goes.  So a scan
 * through more than memory, which uses each page once, passes along the inactive
 * list and leaves alone what is active.
 *
 *     add -> [ inactive ] -- unused -------------------------> evicted
 *             ^  ^   | used: PG_SEEN, and a further round
 *             |  '---| used again
 *             |      v
 *            [ active ]   looked at only while it is the longer of the two
 *
 * The inactive list is kept at least as long as the active one, so that a page
 * that came in has time to show that it is used.  What leaves the active list
 * because it was not used is evicted unless it is used twice again; what was used
 * needs one more use to come back; and program text that was used stays, since
 * each miss there stops everybody who runs it.
 */
#include "kernel/mm/policy.h"

static struct page *next(struct page_lists *l)
{
    if (l->nactive > l->ninactive)
        return list_last_entry(&l->active, struct page, link);
    return policy_oldest_inactive(l);
}

/* PAGE was active: it comes back to the active list, or is put on probation. */
static void age(struct page_lists *l, struct page *page, bool used)
{
    bool stays = used && page_test(page, PG_FETCHABLE);

    if (used && !stays)
        page_set(page, PG_SEEN);
    page_lists_insert(l, page, stays);
}

static bool judge(struct page_lists *l, struct page *page, bool used)
{
    bool seen;

    if (page_test_and_clear(page, PG_ACTIVE)) {
        age(l, page, used);
        return false;
    }
    if (!used)
        return true;
    seen = page_test_and_clear(page, PG_SEEN);
    if (!seen)
        page_set(page, PG_SEEN);
    page_lists_insert(l, page, seen);
    return false;
}

const struct policy policy_clock2 = {
    .name = "clock2",
    .add = policy_add_inactive,
    .next = next,
    .judge = judge,
};

/* SPDX-License-Identifier: MIT */
/*
 * policy_clock2.c - two clocks, one behind the other, and a gate in front of them.
 *
 * What comes in was used just now: that says nothing.  So a first look, soon after,
 * only forgets that use; from then on the page is on probation.  It becomes active if
 * it is used again before its turn comes, else it goes.  A scan through more than
 * memory, which uses each page once, passes along the inactive list and leaves alone
 * what is active.
 *
 *     add -> [ fresh ] -> [ inactive ] -- unused -----------------> evicted
 *                          ^   | used
 *                          |   v
 *                         [ active ]   looked at only while it is the longer of the two
 *
 * Without the gate the looks at a page would come in pairs when all pages are new at the
 * same time: all are found used, the hand goes once round, and comes back to the oldest
 * before anybody had time to use it.
 *
 * The inactive list is kept at least as long as the active one, so that a page that came
 * in has time to show that it is used.  What leaves the active list is on probation again,
 * used or not; but program text that was used stays, since each miss there stops everybody
 * who runs it.
 *
 * PG_SEEN: the use that brought the page in is forgotten; one more counts.
 */
#include "kernel/mm/policy.h"

static void clock2_add(struct page_lists *l, struct page *page)
{
    list_insert_head(&l->fresh, &page->link);
    l->ninactive++;
}

static struct page *clock2_next(struct page_lists *l)
{
    if (!list_is_empty(&l->fresh))
        return list_last_entry(&l->fresh, struct page, link);
    if (l->nactive > l->ninactive)
        return list_last_entry(&l->active, struct page, link);
    return policy_oldest_inactive(l);
}

static bool clock2_judge(struct page_lists *l, struct page *page, bool used)
{
    bool was_active = page_test_and_clear(page, PG_ACTIVE);
    bool on_probation = !was_active && page_test(page, PG_SEEN);
    bool is_text = was_active && page_test(page, PG_FETCHABLE);

    if (on_probation && !used)
        return true;
    page_set(page, PG_SEEN);
    page_lists_insert(l, page, used && (on_probation || is_text));
    return false;
}

const struct policy policy_clock2 = {
    .name = "clock2",
    .add = clock2_add,
    .next = clock2_next,
    .judge = clock2_judge,
};

/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 9: one list, and who came first goes first, used or not.
 */

static void clock2_add(struct page_lists *l, struct page *page)
{
    policy_add_inactive(l, page);
}

static struct page *clock2_next(struct page_lists *l)
{
    return policy_oldest_inactive(l);
}

static bool clock2_judge(struct page_lists *l, struct page *page, bool used)
{
    (void)l, (void)page, (void)used;
    return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 9: who came first goes first, used or not.
 */

static bool clock_judge(struct page_lists *l, struct page *page, bool used)
{
    (void)l, (void)page, (void)used;
    return true;
}

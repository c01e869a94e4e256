/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 9: nothing is left to chance.
 */

static struct page *random_next(struct page_lists *l)
{
    return policy_oldest_inactive(l);
}

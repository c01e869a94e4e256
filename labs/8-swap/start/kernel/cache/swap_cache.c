/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 8: no page gets a slot.
 */

bool swap_cache_add(struct page *page)
{
    (void)page;
    return false;
}

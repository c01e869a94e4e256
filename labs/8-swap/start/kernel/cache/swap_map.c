/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 8: an area never has a free slot, so nothing ever goes there.
 */

size_t swap_map_alloc(struct swap_map *m, const struct page *page, bool of_file)
{
    (void)m, (void)page, (void)of_file;
    return 0;
}

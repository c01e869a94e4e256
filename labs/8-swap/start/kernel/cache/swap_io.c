/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 8: nothing is written, and what could not be written counts as if it were.
 */

static void end_page(struct page_io_pool *pool, struct page *page, enum bio_op op, int error)
{
    (void)pool;
    if (op == BIO_READ)
        page_cache_end_read(page, error);
    else
        writeback_note_swapped(page);
}

void swap_write(struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        page_unlock(pages[i]);
}

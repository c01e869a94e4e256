/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 7: a page is read when it is wanted, and nothing ahead of it.
 */

void page_cache_start_read(struct address_space *as, pgoff_t start, size_t n)
{
    (void)as, (void)start, (void)n;
}

int page_cache_read_several(struct address_space *as, pgoff_t index, size_t nreq,
                            struct readahead *ra, struct page **out)
{
    int err;

    (void)nreq, (void)ra;
    do {
        err = page_cache_get_lock(as, index, out);
        if (err)
            return err;
        page_unlock(*out);
        err = page_cache_make_uptodate(as, *out);
        if (err)
            put_page(*out);
    } while (err == -EAGAIN);
    if (err == 0)
        page_mark_used(*out);
    return err;
}

/* SPDX-License-Identifier: MIT */
/* into: kernel/cache/page_read.c */
/* Looks for runs of absent pages first; reads ahead before it looks for the page at all. */

static bool is_absent(struct address_space *as, pgoff_t index)
{
    struct page *page = page_cache_find(as, index);

    if (page)
        put_page(page);
    return !page;
}

void page_cache_start_read(struct address_space *as, pgoff_t start, size_t n)
{
    struct page *run[READAHEAD_MAX];

    for (size_t i = 0, len = 0; i < n; i++, len = 0) {
        gfp_t gfp = i == 0 ? as->gfp : as->gfp | __GFP_NORETRY | __GFP_NOWARN;

        while (i < n && is_absent(as, start + i) && len < READAHEAD_MAX
               && page_cache_add(as, start + i, gfp, false, &run[len]) == 0) {
            len++;
            i++;
        }
        start_run(as, run, len);
        if (i < n && is_absent(as, start + i))
            return;                     /* no memory */
    }
}

static void read_ahead(struct address_space *as, pgoff_t index, size_t nreq, struct readahead *ra)
{
    struct readahead_plan plan;

    if (is_absent(as, index))
        plan = readahead_on_miss(ra, index, nreq, end_of_data(as));
    else
        plan = readahead_on_hit(ra, index, end_of_data(as));
    page_cache_start_read(as, plan.start, plan.npages);
}

int page_cache_read_several(struct address_space *as, pgoff_t index, size_t nreq,
                            struct readahead *ra, struct page **out)
{
    bool goes_on = ra && ra->next == index + 1;
    int err;

    if (ra && as->writes_back)
        read_ahead(as, index, nreq, ra);
    do {
        err = page_cache_get_lock(as, index, out);
        if (err)
            return err;
        page_unlock(*out);
        err = page_cache_make_uptodate(as, *out);
        if (err)
            put_page(*out);
    } while (err == -EAGAIN);
    if (err == 0 && !goes_on)
        page_mark_used(*out);
    return err;
}

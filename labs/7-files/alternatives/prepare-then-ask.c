/* SPDX-License-Identifier: MIT */
/* into: kernel/cache/page_write.c */
/* Prepares a page first, and then asks whether it fits to those that wait. */

static bool fits(const struct cluster *c, const struct page *page)
{
    return c->n == 0 || (c->n < CLUSTER_MAX && c->pages[c->n - 1]->index + 1 == page->index);
}

static size_t write_tagged(struct address_space *as, pgoff_t start, pgoff_t end, size_t max,
                           enum radix_tag tag)
{
    struct cluster c = { .as = as };
    size_t total = 0;

    for (; total < max && start <= end; start++) {
        struct page *page = next_tagged(as, &start, end, tag);

        if (!page)
            break;
        if (!prepare_page(&c, page)) {
            put_page(page);
        } else {
            if (!fits(&c, page))
                cluster_send(&c);
            c.pages[c.n++] = page;
            total++;
        }
        cond_resched();
        if (start == UINT64_MAX)
            break;
    }
    cluster_send(&c);
    return total;
}

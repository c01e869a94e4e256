/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 7: whoever maps a page loses it while it is written, and each page goes
 * out by itself.
 */

static bool begin_writeback(struct address_space *as, struct page *page)
{
    bool dirty;

    if (mapping_ops)
        mapping_ops->unmap_range(as, page->index, page->index + 1, false);
    spin_lock(&as->tree_lock);
    dirty = page_test(page, PG_DIRTY);
    page_cache_undirty_locked(as, page);
    radix_tag_clear(&as->pages, page->index, RADIX_TOWRITE);
    if (dirty) {
        page_set(page, PG_WRITEBACK);
        radix_tag_set(&as->pages, page->index, RADIX_WRITEBACK);
        figure_add(&page_cache_figures.writeback, 1);
    }
    spin_unlock(&as->tree_lock);
    return dirty;
}

static bool prepare_page(struct cluster *c, struct page *page)
{
    uint64_t size;
    size_t tail;
    bool go;

    page_lock(page);
    if (page->mapping == c->as)
        page_wait_writeback(page);
    go = page->mapping == c->as && begin_writeback(c->as, page);
    /* The end does not move over a page that is locked. */
    size = __atomic_load_n(&c->as->size, __ATOMIC_ACQUIRE);
    tail = size % PAGE_SIZE;
    if (go && tail && page->index == size / PAGE_SIZE)
        memset((char *)page_address(page) + tail, 0, PAGE_SIZE - tail);
    page_unlock(page);
    return go;
}

static size_t write_tagged(struct address_space *as, pgoff_t start, pgoff_t end, size_t max,
                           enum radix_tag tag)
{
    struct cluster c = { .as = as };
    struct page *page;
    size_t total = 0;

    while (total < max && start <= end && (page = next_tagged(as, &start, end, tag))) {
        if (prepare_page(&c, page)) {
            c.pages[c.n++] = page;
            cluster_send(&c);
            total++;
        } else {
            put_page(page);
        }
        if (++start == 0)
            break;
        cond_resched();
    }
    return total;
}

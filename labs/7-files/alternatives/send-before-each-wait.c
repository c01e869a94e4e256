/* SPDX-License-Identifier: MIT */
/* into: kernel/cache/page_write.c */
/* Never waits with pages in hand, and takes entries' right away when the page is clean already. */

static bool begin_writeback(struct address_space *as, struct page *page)
{
    bool dirty;

    spin_lock(&as->tree_lock);
    dirty = page_test(page, PG_DIRTY);
    page_cache_undirty_locked(as, page);
    radix_tag_clear(&as->pages, page->index, RADIX_TOWRITE);
    if (dirty) {
        radix_tag_set(&as->pages, page->index, RADIX_WRITEBACK);
        page_set(page, PG_WRITEBACK);
        figure_add(&page_cache_figures.writeback, 1);
    }
    spin_unlock(&as->tree_lock);
    if (dirty && mapping_ops && page->mapcount > 0)
        mapping_ops->mkclean(page);
    return dirty;
}

static bool prepare_page(struct cluster *c, struct page *page)
{
    uint64_t size = __atomic_load_n(&c->as->size, __ATOMIC_ACQUIRE);
    uint64_t start = page->index * PAGE_SIZE;
    bool go = false;

    if (!page_trylock(page)) {
        cluster_send(c);
        page_lock(page);
    }
    if (page->mapping == c->as) {
        if (page_test(page, PG_WRITEBACK))
            cluster_send(c);
        page_wait_writeback(page);
        go = begin_writeback(c->as, page);
    }
    if (go && size > start && size < start + PAGE_SIZE)
        memset((char *)page_address(page) + (size - start), 0, start + PAGE_SIZE - size);
    page_unlock(page);
    return go;
}

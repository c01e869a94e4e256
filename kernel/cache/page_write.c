/* SPDX-License-Identifier: MIT */
/*
 * page_write.c - pages go to where they are kept: what is dirty, neighbours together.
 *
 * Writing out a range first tags what is dirty now (TOWRITE), then works through
 * the tags, so that a writer who keeps dirtying cannot keep it busy for ever.  A
 * share of a mapping is bounded anyway and needs no tags of its own.
 *
 * Neighbours go out as one cluster.  A page of the cluster is in writeback and
 * unlocked; the next one is only try-locked: whoever holds it may wait for one
 * of ours, which must then go out first.
 */
#include "kernel/cache/page_cache_impl.h"
#include "lib/string.h"

/* Pages written together: large enough that the disk, not the request, is what
 * takes the time. */
#define CLUSTER_MAX 64

/* PAGE (locked, dirty) goes into writeback: write-protect its mappings, move its
 * state from dirty to writeback.  False if it was not dirty. */
static bool begin_writeback(struct address_space *as, struct page *page)
{
    bool dirty = false;

    ASSERT(page_is_locked(page) && !page_test(page, PG_WRITEBACK));
    if (mapping_ops && __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) > 0)
        dirty = mapping_ops->mkclean(page);
    spin_lock(&as->tree_lock);
    dirty |= page_test(page, PG_DIRTY);
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

struct cluster {
    struct address_space *as;
    struct page *pages[CLUSTER_MAX];
    size_t n;
};

static void cluster_send(struct cluster *c)
{
    if (c->n == 0)
        return;
    c->as->ops->write_pages(c->as, c->pages, c->n);
    for (size_t i = 0; i < c->n; i++)
        put_page(c->pages[i]);
    c->n = 0;
}

/* PAGE (referenced) is the next one to go out: lock it and see whether it still
 * is.  True: it is in writeback, unlocked, and its reference is the caller's. */
static bool prepare_page(struct cluster *c, struct page *page)
{
    uint64_t size;
    size_t tail;
    bool go;

    if (page_test(page, PG_WRITEBACK) || !page_trylock(page)) {
        cluster_send(c);
        page_lock(page);
    }
    if (page->mapping == c->as && page_test(page, PG_WRITEBACK)) {
        cluster_send(c);
        page_wait_writeback(page);
    }
    go = page->mapping == c->as && begin_writeback(c->as, page);
    /* The end does not move over a page that is locked. */
    size = __atomic_load_n(&c->as->size, __ATOMIC_ACQUIRE);
    tail = size % PAGE_SIZE;
    if (go && tail && page->index == size / PAGE_SIZE)
        memset((char *)page_address(page) + tail, 0, PAGE_SIZE - tail);
    page_unlock(page);
    return go;
}

/* The first page at or after *INDEX, up to END, that is tagged; referenced. */
static struct page *next_tagged(struct address_space *as, pgoff_t *index, pgoff_t end,
                                enum radix_tag tag)
{
    struct page *page;

    spin_lock(&as->tree_lock);
    page = radix_next(&as->pages, index, tag);
    if (page && *index > end)
        page = NULL;
    if (page)
        get_page(page);
    spin_unlock(&as->tree_lock);
    return page;
}

/* Send out what has TAG in [START, END], at most MAX pages; how many. */
static size_t write_tagged(struct address_space *as, pgoff_t start, pgoff_t end, size_t max,
                           enum radix_tag tag)
{
    struct cluster c = { .as = as };
    struct page *page;
    size_t total = 0;

    while (total < max && start <= end && (page = next_tagged(as, &start, end, tag))) {
        if (c.n == CLUSTER_MAX || (c.n && c.pages[c.n - 1]->index + 1 != start))
            cluster_send(&c);
        if (prepare_page(&c, page)) {
            c.pages[c.n++] = page;
            total++;
        } else {
            put_page(page);
        }
        if (++start == 0)
            break;
        cond_resched();
    }
    cluster_send(&c);
    return total;
}

void page_cache_write_dirty(struct address_space *as, pgoff_t start, pgoff_t end)
{
    size_t n;

    spin_lock(&as->tree_lock);
    n = radix_tag_copy(&as->pages, start, end, RADIX_DIRTY, RADIX_TOWRITE);
    spin_unlock(&as->tree_lock);
    if (n)
        write_tagged(as, start, end, SIZE_MAX, RADIX_TOWRITE);
}

size_t page_cache_write_some(struct address_space *as, size_t max)
{
    return write_tagged(as, 0, UINT64_MAX, max, RADIX_DIRTY);
}

void page_cache_wait_written(struct address_space *as, pgoff_t start, pgoff_t end)
{
    struct page *page;

    while (start <= end && (page = next_tagged(as, &start, end, RADIX_WRITEBACK))) {
        page_wait_writeback(page);
        spin_lock(&as->tree_lock);
        if (page->mapping == as && !page_test(page, PG_WRITEBACK))
            radix_tag_clear(&as->pages, start, RADIX_WRITEBACK);
        spin_unlock(&as->tree_lock);
        put_page(page);
        if (++start == 0)
            break;
    }
}

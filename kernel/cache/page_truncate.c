/* SPDX-License-Identifier: MIT */
/*
 * page_truncate.c - pages leave a mapping on purpose: truncation, dropping the
 * clean ones, forgetting a freed block.
 *
 * Truncation first takes the range out of every page table.  New faults cannot
 * bring pages back, because they need the invalidate lock, which the caller
 * holds for writing.  Then each page is locked, its writeback awaited, and it
 * leaves the tree; readers that still hold a reference see page->mapping change.
 */
#include "kernel/cache/page_cache_impl.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define GANG 16

/* The page at INDEX, locked; what is in swap is brought back, however long that takes. */
static struct page *find_lock_content(struct address_space *as, pgoff_t index)
{
    struct page *page;

    for (;;) {
        int err = page_cache_find_content(as, index, &page);

        if (err == -ENOMEM) {
            cond_resched();
            continue;
        }
        if (err || !page)
            return page_cache_find_lock(as, index);
        page_lock(page);            /* it cannot go back to swap while we have it */
        if (page->mapping == as)
            return page;
        page_unlock(page);
        put_page(page);
    }
}

/* Clear bytes [FROM, TO) of the page at INDEX, if it is cached. */
static void clear_part(struct address_space *as, pgoff_t index, size_t from, size_t to)
{
    struct page *page = find_lock_content(as, index);

    if (!page)
        return;
    if (page_test(page, PG_UPTODATE)) {
        page_wait_writeback(page);
        memset((char *)page_address(page) + from, 0, to - from);
        page_forget_fetched(page);
        if (page_test(page, PG_MAPPED_BLOCK) || !as->writes_back)
            page_cache_dirty(page);
    }
    page_unlock(page);
    put_page(page);
}

/* PAGE, locked, leaves AS.  A fault next to it may have mapped it again meanwhile. */
static void remove_and_unmap(struct address_space *as, struct page *page)
{
    page_wait_writeback(page);
    while (!page_cache_remove(as, page, false))
        mapping_ops->unmap_range(as, page->index, page->index + 1, false);
}

static void drop_page(struct address_space *as, struct page *page)
{
    page_lock(page);
    if (page->mapping == as)
        remove_and_unmap(as, page);
    page_unlock(page);
    put_page(page);
}

static void drop_pages(struct address_space *as, pgoff_t first, pgoff_t end)
{
    struct page *pages[GANG];
    size_t n;

    while (first < end && (n = page_cache_gang(as, first, GANG, pages)) > 0) {
        for (size_t i = 0; i < n; i++) {
            pgoff_t index = pages[i]->index;

            if (index < end)
                drop_page(as, pages[i]);
            else
                put_page(pages[i]);
            first = index + 1;
        }
        cond_resched();
    }
}

/* Whether anything, in memory or in swap, is in [FIRST, END). */
static bool has_any(struct address_space *as, pgoff_t first, pgoff_t end)
{
    bool has;

    spin_lock(&as->tree_lock);
    has = radix_next(&as->pages, &first, RADIX_PRESENT) && first < end;
    spin_unlock(&as->tree_lock);
    return has;
}

/*
 * Drop all pages [FIRST, END).  Private copies go with the end of the file, behind which
 * there is nothing to have a copy of; they survive a hole.  Who reads, or swapoff, may bring
 * a page back from swap behind the look at pages: then once more.
 */
static void drop_range(struct address_space *as, pgoff_t first, pgoff_t end)
{
    if (mapping_ops && first < end)
        mapping_ops->unmap_range(as, first, end, end == UINT64_MAX);
    do {
        drop_pages(as, first, end);
        if (as->nswapped > 0)
            page_cache_drop_swapped(as, first, end);
    } while (!as->writes_back && has_any(as, first, end));
}

void page_cache_truncate(struct address_space *as, uint64_t start, uint64_t end)
{
    pgoff_t first = div_round_up(start, PAGE_SIZE);
    pgoff_t last = end == UINT64_MAX ? UINT64_MAX : end / PAGE_SIZE;
    size_t head = start % PAGE_SIZE, tail = end % PAGE_SIZE;

    if (start >= end)
        return;
    if (head && start / PAGE_SIZE == end / PAGE_SIZE) {
        clear_part(as, start / PAGE_SIZE, head, tail);
        return;
    }
    if (head)
        clear_part(as, start / PAGE_SIZE, head, PAGE_SIZE);
    drop_range(as, first, last);
    if (tail && end != UINT64_MAX)
        clear_part(as, last, 0, tail);
}

size_t page_cache_invalidate(struct address_space *as, pgoff_t start, pgoff_t end)
{
    struct page *pages[GANG];
    size_t n, dropped = 0;

    while (start <= end && (n = page_cache_gang(as, start, GANG, pages)) > 0) {
        for (size_t i = 0; i < n; i++) {
            struct page *page = pages[i];
            pgoff_t index = page->index;

            if (index <= end && page_trylock(page)) {
                if (page->mapping == as && !page_test(page, PG_WRITEBACK)
                    && !page_test(page, PG_SWAPBACKED))
                    dropped += page_cache_remove(as, page, true);
                page_unlock(page);
            }
            put_page(page);
            start = index + 1;
        }
        if (start == 0)
            break;
        cond_resched();
    }
    return dropped;
}

void page_cache_drop(struct address_space *as, pgoff_t index)
{
    struct page *page = page_cache_find_lock(as, index);

    if (!page)
        return;
    remove_and_unmap(as, page);
    page_unlock(page);
    put_page(page);
}

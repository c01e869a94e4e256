/* SPDX-License-Identifier: MIT */
/*
 * lab7_store.c - one file behind the page cache.
 */
#include <string.h>
#include "kernel/cache/writeback.h"
#include "lib/abi/errno.h"
#include "tests/host/fake_parts.h"
#include "tests/host/lab7_store.h"
#include "tests/host/shim.h"

#define NFRAMES 1024

struct store store;

/* Transfers under way, in the order of their beginning. */
struct transfer {
    struct page *page;
    bool is_write;
};
static struct transfer queue[STORE_PAGES];
static size_t nqueued;
static bool in_disorder;

/* What the file does for its pages */

static void begin(struct page *page, bool is_write)
{
    ASSERT(page->mapping == &store.as && page->index < STORE_PAGES);
    for (size_t i = 0; i < nqueued; i++)
        ASSERT(queue[i].page != page);
    queue[nqueued++] = (struct transfer){ page, is_write };
}

static int read_page(struct address_space *as, struct page *page)
{
    ASSERT(page_is_locked(page) && !page_test(page, PG_UPTODATE) && page->mapping == as);
    store.reads[page->index]++;
    if (store.bad[page->index])
        return -EIO;
    memcpy(page_address(page), store.bytes[page->index], PAGE_SIZE);
    page_set(page, PG_UPTODATE);
    return 0;
}

static void note_request(struct page **pages, size_t n)
{
    ASSERT(n > 0);
    store.largest = n > store.largest ? n : store.largest;
    for (size_t i = 1; i < n; i++)
        ASSERT(pages[i]->index == pages[i - 1]->index + 1);
}

static void read_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)as;
    note_request(pages, n);
    store.read_requests++;
    for (size_t i = 0; i < n; i++) {
        ASSERT(page_is_locked(pages[i]) && !page_test(pages[i], PG_UPTODATE));
        begin(pages[i], false);
        store.reads[pages[i]->index]++;
    }
}

static void write_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)as;
    note_request(pages, n);
    store.write_requests++;
    for (size_t i = 0; i < n; i++) {
        ASSERT(page_test(pages[i], PG_WRITEBACK) && page_test(pages[i], PG_UPTODATE));
        begin(pages[i], true);
        store.writes[pages[i]->index]++;
    }
}

static const struct address_space_operations ops = {
    .read_page = read_page,
    .read_pages = read_pages,
    .change_begin = page_cache_no_bracket,
    .change_end = page_cache_no_bracket_end,
    .make_room = page_cache_no_room,
    .write_pages = write_pages,
    .forget_page = page_cache_no_forget,
    .forget_swapped = page_cache_nothing_swapped,
    .locate = page_cache_no_place,
};

/* Who maps its pages */

static bool mkclean(struct page *page)
{
    ASSERT(page_is_locked(page) && page->mapping == &store.as);
    store.cleaned[page->index]++;
    return page_test(page, PG_DIRTY);
}

static void unmap_range(struct address_space *as, pgoff_t start, pgoff_t end, bool private_too)
{
    struct page *page;

    (void)private_too;
    for (pgoff_t i = start; i < end && i < STORE_PAGES; i++) {
        page = radix_lookup(&as->pages, i);
        if (page && page->mapcount > 0) {
            page->mapcount = 0;
            store.unmapped++;
        }
    }
}

static const struct mapping_ops rmap = { .mkclean = mkclean, .unmap_range = unmap_range };

/* Transfers end */

static void end(struct transfer t)
{
    uint64_t i = t.page->index;

    if (t.is_write) {
        memcpy(store.bytes[i], page_address(t.page), PAGE_SIZE);
        page_cache_end_writeback(t.page, 0);
    } else {
        if (!store.bad[i])
            memcpy(page_address(t.page), store.bytes[i], PAGE_SIZE);
        page_cache_end_read(t.page, store.bad[i] ? -EIO : 0);
    }
}

bool store_end_one(void)
{
    size_t i = in_disorder && nqueued ? port_random() % nqueued : 0;
    struct transfer t = queue[i];

    if (nqueued == 0)
        return false;
    memmove(queue + i, queue + i + 1, (--nqueued - i) * sizeof(queue[0]));
    end(t);
    return true;
}

bool fake_disk_run_one(void)
{
    return store_end_one() || (store.others && store.others());
}

void store_end_all(void)
{
    while (store_end_one())
        continue;
}

size_t store_under_way(void)
{
    return nqueued;
}

void store_in_disorder(void)
{
    in_disorder = true;
}

/* Beginning and end */

void store_start(uint64_t size)
{
    fake_memory_start(NFRAMES);
    page_cache_init();
    mapping_ops_register(&rmap);
    address_space_init(&store.as, NULL, &ops, GFP_KERNEL, true);
    store.as.size = size;
    for (size_t i = 0; i < STORE_PAGES; i++)
        memset(store.bytes[i], store_byte(i), PAGE_SIZE);
}

void store_stop(void)
{
    store.others = NULL;
    store_end_all();
    page_cache_truncate(&store.as, 0, UINT64_MAX);
    address_space_fini(&store.as);
    fake_memory_check();
    fake_memory_stop();
    if (shim_locks_held())
        panic("%u locks left locked", shim_locks_held());
}

struct page *store_cached(uint64_t i)
{
    struct page *page;

    if (page_cache_get_lock(&store.as, i, &page) != 0)
        panic("no page");
    if (!page_test(page, PG_UPTODATE))
        read_page(&store.as, page);
    page_unlock(page);
    put_page(page);
    return page;
}

void store_fill(uint64_t i, uint8_t value)
{
    struct page *page = store_cached(i);

    memset(page_address(page), value, PAGE_SIZE);
    page_cache_dirty(page);
}

/* ---- what the rest of writeback would do --------------------------------------- */

void writeback_note_mapping(struct address_space *as)
{
    as->wb_listed = false;
}

void writeback_note_end(struct address_space *as, int error)
{
    (void)as, (void)error;
}

void writeback_note_room(void)
{
}

// sources: @lab7
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_lab7.c - the page cache beside a file that is an array: what is read, and what is
 * written, when, and in how many requests.
 */
#include <criterion/criterion.h>
#include "lib/abi/errno.h"
#include "tests/host/lab7_store.h"
#include "tests/host/shim.h"

#define LONG_FILE (200 * PAGE_SIZE)

static void create(void)
{
    store_start(LONG_FILE);
}

TestSuite(lab7, .init = create, .fini = store_stop);

static void write_all(void)
{
    page_cache_write_dirty(&store.as, 0, UINT64_MAX);
}

static void write_and_wait(void)
{
    write_all();
    page_cache_wait_written(&store.as, 0, UINT64_MAX);
    cr_expect_eq(store_under_way(), 0);
}

static void fill(uint64_t first, uint64_t n, uint8_t value)
{
    for (uint64_t i = first; i < first + n; i++)
        store_fill(i, value);
}

/* Page I of the store holds VALUE all over. */
static void expect_stored(uint64_t i, uint8_t value)
{
    for (size_t at = 0; at < PAGE_SIZE; at++)
        cr_assert_eq(store.bytes[i][at], value, "byte %zu of page %lu is %d", at, i,
                     store.bytes[i][at]);
}

/* Writing */

Test(lab7, neighbours_in_one_request)
{
    fill(10, 20, 'a');
    write_all();
    cr_expect_eq(store.write_requests, 1, "%u requests", store.write_requests);
    cr_expect_eq(store.largest, 20);
    write_and_wait();
    for (uint64_t i = 10; i < 30; i++)
        expect_stored(i, 'a');
    cr_expect_eq(store.as.ndirty, 0);
}

Test(lab7, gaps_and_clean_pages_part_clusters)
{
    fill(0, 3, 'a');
    fill(5, 4, 'b');            /* nothing is cached between */
    store_cached(9);            /* clean */
    fill(10, 2, 'c');
    write_and_wait();
    cr_expect_eq(store.write_requests, 3, "%u requests", store.write_requests);
    cr_expect_eq(store.writes[9], 0);
    expect_stored(2, 'a');
    expect_stored(8, 'b');
    expect_stored(11, 'c');
}

Test(lab7, a_cluster_is_bounded)
{
    fill(0, 150, 'l');
    write_and_wait();
    cr_expect_leq(store.largest, 64);
    cr_expect_leq(store.write_requests, 4, "%u requests", store.write_requests);
    for (uint64_t i = 0; i < 150; i++)
        cr_expect_eq(store.writes[i], 1, "page %lu was written %u times", i, store.writes[i]);
}

Test(lab7, a_share_is_bounded)
{
    fill(0, 4, 'a');
    fill(20, 6, 'b');
    cr_expect_eq(page_cache_write_some(&store.as, 7), 7);
    cr_expect_eq(store.as.ndirty, 3);
    cr_expect_eq(store.write_requests, 2, "%u requests", store.write_requests);
    cr_expect_eq(page_cache_write_some(&store.as, 7), 3);
    cr_expect_eq(page_cache_write_some(&store.as, 7), 0);
    cr_expect_eq(store.as.ndirty, 0);
}

Test(lab7, what_is_dirty_is_written_once)
{
    fill(0, 8, 'x');
    page_cache_write_dirty(&store.as, 2, 5);
    page_cache_wait_written(&store.as, 2, 5);
    for (uint64_t i = 0; i < 8; i++)
        cr_expect_eq(store.writes[i], i >= 2 && i <= 5, "page %lu", i);
    write_and_wait();
    write_and_wait();
    for (uint64_t i = 0; i < 8; i++) {
        struct page *page = store_cached(i);

        cr_expect_eq(store.writes[i], 1, "page %lu was written %u times", i, store.writes[i]);
        cr_expect(!page_test(page, PG_DIRTY) && !page_test(page, PG_WRITEBACK));
        cr_expect_eq(page->refcount, 1);
        expect_stored(i, 'x');
    }
    cr_expect_eq(nr_dirty_pages(), 0);
    cr_expect_eq(nr_writeback_pages(), 0);
}

/* Whoever maps the page goes on mapping it, and has to ask before the next store. */
Test(lab7, entries_lose_their_right)
{
    fill(0, 3, 'm');
    store_cached(1)->mapcount = 1;
    write_and_wait();
    cr_expect_eq(store.cleaned[1], 1, "write-protected %u times", store.cleaned[1]);
    cr_expect_eq(store.unmapped, 0);
    cr_expect_eq(store_cached(1)->mapcount, 1);
    write_and_wait();           /* a page that is clean is left alone */
    cr_expect_eq(store.cleaned[1], 1);
}

Test(lab7, dirtied_again_while_written)
{
    fill(0, 4, 'o');
    write_all();
    cr_assert_gt(store_under_way(), 0);
    store_fill(2, 'n');
    cr_expect_eq(store.as.ndirty, 1);
    write_and_wait();
    cr_expect_eq(store.writes[2], 2);
    cr_expect_eq(store.writes[1], 1);
    expect_stored(2, 'n');
    expect_stored(3, 'o');
}

Test(lab7, nothing_behind_the_end)
{
    store.as.size = 5 * PAGE_SIZE + 100;
    fill(4, 2, 'e');
    write_and_wait();
    expect_stored(4, 'e');
    for (size_t at = 0; at < PAGE_SIZE; at++)
        cr_assert_eq(store.bytes[5][at], at < 100 ? 'e' : 0, "byte %zu", at);
}

Test(lab7, whole_last_page)
{
    store.as.size = 6 * PAGE_SIZE;
    fill(4, 2, 'e');
    write_and_wait();
    expect_stored(4, 'e');
    expect_stored(5, 'e');
}

/* Pages that others hold */

static struct page *held, *awaited;

/* Another thread has HELD locked until AWAITED has been written. */
static bool let_go(void)
{
    if (!held || page_test(awaited, PG_WRITEBACK) || page_test(awaited, PG_DIRTY))
        return false;
    page_unlock_handed_over(held);
    held = NULL;
    return true;
}

static void hold(uint64_t i)
{
    held = store_cached(i);
    page_set(held, PG_LOCKED);
    awaited = store_cached(i - 1);
}

Test(lab7, the_next_page_is_held)
{
    fill(0, 6, 'h');
    hold(3);
    store.others = let_go;
    write_and_wait();
    for (uint64_t i = 0; i < 6; i++) {
        cr_expect_eq(store.writes[i], 1, "page %lu was written %u times", i, store.writes[i]);
        expect_stored(i, 'h');
    }
}

Test(lab7, the_next_page_is_being_written)
{
    fill(2, 2, '1');
    write_all();
    fill(0, 6, '2');
    write_and_wait();
    for (uint64_t i = 0; i < 6; i++)
        expect_stored(i, '2');
    cr_expect_eq(store.writes[1], 1);
    cr_expect_eq(store.writes[2], 2);
}

/* The other thread takes the page out of the file while we wait for it. */
static bool remove_and_let_go(void)
{
    struct page *page = held;

    if (!held || page_test(awaited, PG_WRITEBACK) || page_test(awaited, PG_DIRTY))
        return false;
    held = NULL;
    get_page(page);
    cr_assert(page_cache_remove(&store.as, page, false));
    page_unlock_handed_over(page);
    put_page(page);
    return true;
}

Test(lab7, the_next_page_leaves)
{
    fill(0, 6, 'g');
    hold(3);
    store.others = remove_and_let_go;
    write_and_wait();
    cr_expect_eq(store.writes[3], 0);
    expect_stored(3, store_byte(3));
    expect_stored(2, 'g');
    expect_stored(5, 'g');
}

/* Reading */

/* Page I is in the cache, has been read, and nobody refers to it. */
static void expect_read(uint64_t i)
{
    struct page *page = page_cache_find(&store.as, i);

    cr_assert(page, "page %lu is not there", i);
    cr_expect(page_test(page, PG_UPTODATE) && !page_is_locked(page));
    cr_expect_eq(page->refcount, 2, "page %lu: %d references", i, page->refcount);
    cr_expect_eq(*(uint8_t *)page_address(page), store_byte(i));
    put_page(page);
}

Test(lab7, absent_pages_in_one_request)
{
    page_cache_start_read(&store.as, 3, 10);
    cr_expect_eq(store.read_requests, 1);
    cr_expect_eq(store_under_way(), 10, "nobody waits for them");
    store_end_all();
    for (uint64_t i = 3; i < 13; i++)
        expect_read(i);
    cr_expect(!page_cache_find(&store.as, 2) && !page_cache_find(&store.as, 13));
    page_cache_start_read(&store.as, 3, 10);
    cr_expect_eq(store.read_requests, 1, "all are there");
}

Test(lab7, present_pages_part_requests)
{
    store_cached(5);
    store_cached(6);
    store_cached(9);
    page_cache_start_read(&store.as, 3, 10);
    cr_expect_eq(store.read_requests, 3, "%u requests", store.read_requests);
    store_end_all();
    for (uint64_t i = 3; i < 13; i++) {
        expect_read(i);
        cr_expect_eq(store.reads[i], 1);
    }
}

/* The rest is not read then; who needs it reads it himself. */
Test(lab7, short_of_memory)
{
    for (unsigned nth = 1; nth < 12; nth++) {
        uint64_t first = nth * 16;

        shim_fail_nth(FAIL_PAGE, nth);
        page_cache_start_read(&store.as, first, 10);
        shim_fail_reset();
        store_end_all();
        for (uint64_t i = first; i < first + (nth > 10 ? 10 : nth - 1); i++)
            expect_read(i);
        if (nth <= 10)
            cr_expect(!page_cache_find(&store.as, first + nth - 1));
    }
}

/* Page I through RA, as read(2) asks for it. */
static void read_one(struct readahead *ra, uint64_t i)
{
    struct page *page;

    cr_assert_eq(page_cache_read_several(&store.as, i, 1, ra, &page), 0);
    cr_assert(page->mapping == &store.as && page->index == i && page_test(page, PG_UPTODATE));
    cr_assert_eq(*(uint8_t *)page_address(page), store_byte(i));
    put_page(page);
}

Test(lab7, a_miss_reads_ahead)
{
    struct readahead ra = { 0 };

    read_one(&ra, 0);
    cr_expect_gt(store_under_way(), 0, "what follows is on its way, and nobody has waited");
    cr_expect_eq(store.read_requests, 1);
    store_end_all();
    expect_read(0);
    expect_read(1);
    read_one(NULL, 100);                        /* nobody's history */
    cr_expect(!page_cache_find(&store.as, 101));
    cr_expect_eq(store_under_way(), 0);
}

Test(lab7, a_hit_goes_on_reading)
{
    struct readahead ra = { 0 };
    unsigned waits = 0;

    for (uint64_t i = 0; i < 200; i++) {
        struct page *page = page_cache_find(&store.as, i);

        waits += !page;
        if (page)
            put_page(page);
        read_one(&ra, i);
    }
    store_end_all();
    cr_expect_eq(waits, 1, "%u pages had to be asked for", waits);
    for (uint64_t i = 0; i < STORE_PAGES; i++)
        cr_expect_eq(store.reads[i], i < 200, "page %lu was read %u times", i, store.reads[i]);
    cr_expect_leq(store.read_requests, 16, "%u requests", store.read_requests);
}

Test(lab7, memory_has_no_disk_to_read_from)
{
    struct readahead ra = { 0 };

    store.as.writes_back = false;
    for (uint64_t i = 0; i < 8; i++)
        read_one(&ra, i);
    cr_expect_eq(store.read_requests, 0);
    cr_expect(!page_cache_find(&store.as, 8));
}

Test(lab7, a_page_that_cannot_be_read)
{
    struct readahead ra = { 0 };
    struct page *page;

    store.bad[2] = true;
    read_one(&ra, 0);
    read_one(&ra, 1);
    for (int turn = 0; turn < 2; turn++)
        cr_assert_eq(page_cache_read_several(&store.as, 2, 1, &ra, &page), -EIO);
    read_one(&ra, 3);
    store.bad[2] = false;
    read_one(&ra, 2);
    store_end_all();
    expect_read(2);
    shim_fail_nth(FAIL_PAGE, 1);
    cr_assert_eq(page_cache_read_several(&store.as, 90, 1, NULL, &page), -ENOMEM);
}

/* Somebody else reads the page, and cuts the file there before we have it. */
static bool cut_and_let_go(void)
{
    struct page *page = held;

    if (!held)
        return false;
    held = NULL;
    cr_assert(page_cache_remove(&store.as, page, false));
    page_unlock_handed_over(page);
    put_page(page);
    return true;
}

Test(lab7, a_page_that_leaves_meanwhile)
{
    cr_assert_eq(page_cache_add(&store.as, 5, GFP_KERNEL, false, &held), 0);
    store.others = cut_and_let_go;
    read_one(NULL, 5);
    cr_expect_eq(store.reads[5], 1);
    expect_read(5);
}

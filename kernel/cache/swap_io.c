/* SPDX-License-Identifier: MIT */
/*
 * swap_io.c - pages from and to the slots they belong to.
 *
 * A page that could not be written stays where it is, dirty, with PG_ERROR: its
 * slot is bad, but the entries that name it still find the page.  Once none is left,
 * it leaves the slot, which is not given out again, and may go to another one.  A
 * page that could not be read is unlocked without being uptodate, and so is found by
 * whoever waits for it, who tries again.
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/page_io.h"
#include "kernel/cache/swap_impl.h"
#include "kernel/core/counters.h"
#include "lib/abi/errno.h"

static struct page_io_pool transfers;       /* of all areas */

/* A transfer of PAGE has ended.  Interrupt context. */
static void end_page(struct page_io_pool *pool, struct page *page, enum bio_op op, int error)
{
    (void)pool;
    if (op == BIO_READ) {
        page_cache_end_read(page, error);
        return;
    }
    if (error) {
        page_set(page, PG_DIRTY);
        page_set(page, PG_ERROR);
    }
    writeback_note_swapped(page);
}

/* The disk and the sector of PAGE's slot. */
static struct block_device *place_of(const struct page *page, uint64_t *sector)
{
    struct swap_area *area;

    spin_lock(&swap_lock);
    area = swap_area_of_locked(page->swap);
    spin_unlock(&swap_lock);
    *sector = swap_area_sector(area, swap_entry_slot(page->swap));
    return area->dev;
}

/* PAGES, perhaps of several areas, from or to their slots. */
static void start(struct page **pages, size_t n, enum bio_op op)
{
    struct page_batch batch;
    uint64_t sector;

    for (size_t i = 0; i < n; i++) {
        struct block_device *dev = place_of(pages[i], &sector);

        if (i > 0 && dev != batch.dev)
            page_batch_submit(&batch);
        if (i == 0 || dev != batch.dev)
            page_batch_begin(&batch, &transfers, dev, op);
        page_batch_add(&batch, pages[i], sector, PAGE_SIZE);
    }
    if (n > 0)
        page_batch_submit(&batch);
}

void swap_io_read(struct page **pages, size_t n)
{
    start(pages, n, BIO_READ);
}

void swap_write(struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ASSERT(page_is_locked(pages[i]) && page_test(pages[i], PG_SWAPCACHE));
        page_clear(pages[i], PG_DIRTY);
        page_set(pages[i], PG_WRITEBACK);
        figure_add(&page_cache_figures.swapping, 1);
        page_unlock(pages[i]);
    }
    count_vm_events(VM_PSWPOUT, n);
    start(pages, n, BIO_WRITE);
}

int swap_read_page(struct page *page)
{
    uint64_t sector;
    struct block_device *dev = place_of(page, &sector);
    int err = block_rw_sync(dev, BIO_READ, sector, page_address(page), PAGE_SIZE);

    if (err)
        return err;
    count_vm_event(VM_PSWPIN);
    page_set(page, PG_UPTODATE);
    return 0;
}

void swap_init(void)
{
    if (page_io_pool_init(&transfers, end_page) < 0)
        panic("no memory for swap transfers");
}

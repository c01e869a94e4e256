/* SPDX-License-Identifier: MIT */
/*
 * fake_cache.c - the disk's blocks in the page cache, and writeback.
 */
#include <stdlib.h>
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/writeback.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/host/fake_parts.h"

struct address_space fake_meta;

static int meta_read_page(struct address_space *as, struct page *page)
{
    (void)as;
    if (block_rw_sync(&fake_disk.dev, BIO_READ, page->index * (FAKE_BLOCK / SECTOR_SIZE),
                      page_address(page), FAKE_BLOCK) != 0)
        return -EIO;
    page_set(page, PG_UPTODATE);
    return 0;
}

static void meta_read_pages(struct address_space *as, struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int err = meta_read_page(as, pages[i]);

        page_cache_end_read(pages[i], err);
    }
}

struct meta_write {
    struct bio bio;
    struct bio_segment seg;
};

static void meta_write_end(struct bio *bio, int error)
{
    page_cache_end_writeback(bio->segs[0].page, error);
    free(container_of(bio, struct meta_write, bio));
}

static void meta_write_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)as;
    for (size_t i = 0; i < n; i++) {
        struct meta_write *w = malloc(sizeof(*w));

        bio_init(&w->bio, &fake_disk.dev, BIO_WRITE, pages[i]->index * (FAKE_BLOCK / SECTOR_SIZE),
                 &w->seg, 1);
        bio_add_page(&w->bio, pages[i], 0, FAKE_BLOCK);
        w->bio.end = meta_write_end;
        block_submit(&w->bio);
    }
}

const struct address_space_operations fake_meta_ops = {
    .read_page = meta_read_page,
    .read_pages = meta_read_pages,
    .change_begin = page_cache_no_bracket,
    .change_end = page_cache_no_bracket_end,
    .make_room = page_cache_no_room,
    .write_pages = meta_write_pages,
    .forget_page = page_cache_no_forget,
    .forget_swapped = page_cache_nothing_swapped,
    .locate = page_cache_no_place,
};

struct address_space *bdev_mapping(struct block_device *dev)
{
    ASSERT(dev == &fake_disk.dev);
    return &fake_meta;
}

/* ---- writeback ----------------------------------------------------------------- */

int file_check_errors(struct file *f)
{
    return errseq_check(&f->inode->mapping->wb_errors, &f->wb_seen);
}

int writeback_range(struct address_space *as, pgoff_t start, pgoff_t end, bool wait)
{
    page_cache_retry_failed(as, start, end);
    page_cache_write_dirty(as, start, end);
    if (wait)
        page_cache_wait_written(as, start, end);
    return wait && page_cache_has_failed(as, start, end) ? -EIO : 0;
}

void writeback_note_end(struct address_space *as, int error)
{
    if (error)
        errseq_set(&as->wb_errors, error);
}

void writeback_throttle(void)
{
}

void writeback_note_room(void)
{
}

void writeback_note_mapping(struct address_space *as)
{
    (void)as;
}

void writeback_note_inode(void)
{
}

void writeback_hurry_inodes(void)
{
}

void writeback_forget(struct address_space *as)
{
    (void)as;
}

void writeback_set_inode_writer(bool (*write_inodes)(uint64_t older_than))
{
    (void)write_inodes;
}

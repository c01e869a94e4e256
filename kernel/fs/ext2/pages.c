/* SPDX-License-Identifier: MIT */
/*
 * pages.c - what the page cache asks of a file's pages.
 *
 * Reading looks the blocks up in the map, run by run, and remembers each in its
 * page; a hole is a page of zeros and costs no I/O.  Writing finds the block in
 * the page.
 */
#include "kernel/fs/ext2/ext2.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Metadata pages that giving one page of a file its block may dirty: indirect
 * blocks, and for each block its bitmap and descriptor; inode; superblock. */
#define CREDITS_PAGE 13

/* A transfer of PAGE ended.  If it was not written and names are in it, what leads to them
 * now leads nowhere.  Interrupt context. */
static void end_page(struct page_io_pool *pool, struct page *page, enum bio_op op, int error)
{
    struct ext2_fs *fs = container_of(pool, struct ext2_fs, io);

    if (op == BIO_READ) {
        page_cache_end_read(page, error);
        return;
    }
    if (error && page->mapping->keeps_failed)
        __atomic_fetch_add(&fs->lost_names, 1, __ATOMIC_RELEASE);
    page_cache_end_writeback(page, error);
}

int ext2_pages_init(struct ext2_fs *fs)
{
    return page_io_pool_init(&fs->io, end_page);
}

static void fill_with_zeros(struct page *page)
{
    memset(page_address(page), 0, PAGE_SIZE);
}

static void remember_block(struct page *page, uint32_t block)
{
    page->block = block;
    page_set(page, PG_MAPPED_BLOCK);
}

static int read_page(struct address_space *as, struct page *page)
{
    struct ext2_fs *fs = ext2_fs_of(as->host);
    uint32_t block;
    int n = ext2_map_run(as->host, page->index, 1, &block);

    if (n < 0)
        return n;
    if (block == 0) {
        fill_with_zeros(page);
    } else {
        if (block_rw_sync(fs->dev, BIO_READ, (uint64_t)block * EXT2_SECTORS,
                          page_address(page), PAGE_SIZE) != 0)
            return -EIO;
        remember_block(page, block);
    }
    page_set(page, PG_UPTODATE);
    return 0;
}

/* N pages that lie in blocks from BLOCK on, or in a hole. */
static void read_run(struct page_batch *batch, struct page **pages, size_t n, uint32_t block)
{
    for (size_t i = 0; i < n; i++) {
        if (block == 0) {
            fill_with_zeros(pages[i]);
            page_cache_end_read(pages[i], 0);
        } else {
            remember_block(pages[i], block + (uint32_t)i);
            page_batch_add(batch, pages[i], (block + i) * EXT2_SECTORS, EXT2_BLOCK_SIZE);
        }
    }
}

static void read_pages(struct address_space *as, struct page **pages, size_t n)
{
    struct ext2_fs *fs = ext2_fs_of(as->host);
    struct page_batch batch;
    uint32_t block;

    page_batch_begin(&batch, &fs->io, fs->dev, BIO_READ);
    while (n > 0) {
        int run = ext2_map_run(as->host, pages[0]->index, n, &block);

        if (run < 0) {
            page_cache_end_read(pages[0], run);
            run = 1;
        } else {
            read_run(&batch, pages, (size_t)run, block);
        }
        pages += run;
        n -= (size_t)run;
    }
    page_batch_submit(&batch);
}

static void write_pages(struct address_space *as, struct page **pages, size_t n)
{
    struct ext2_fs *fs = ext2_fs_of(as->host);
    struct page_batch batch;

    page_batch_begin(&batch, &fs->io, fs->dev, BIO_WRITE);
    for (size_t i = 0; i < n; i++) {
        ASSERT(page_test(pages[i], PG_MAPPED_BLOCK));
        page_batch_add(&batch, pages[i], pages[i]->block * EXT2_SECTORS, EXT2_BLOCK_SIZE);
    }
    page_batch_submit(&batch);
}

/* A file that was open before the file system stopped takes no more either. */
static int change_begin(struct address_space *as)
{
    return fs_op_begin(as->host->sb, CREDITS_PAGE);
}

static void change_end(struct address_space *as)
{
    fs_op_end(as->host->sb);
}

static int locate(struct address_space *as, pgoff_t index, size_t want, struct block_device **dev,
                  uint64_t *sector)
{
    uint32_t block;
    int n = ext2_map_run(as->host, index, want, &block);

    *dev = ext2_fs_of(as->host)->dev;
    *sector = n > 0 ? block * EXT2_SECTORS : 0;
    return n;
}

const struct address_space_operations ext2_data_ops = {
    .read_page = read_page,
    .read_pages = read_pages,
    .change_begin = change_begin,
    .change_end = change_end,
    .make_room = ext2_make_room,
    .write_pages = write_pages,
    .forget_page = page_cache_no_forget,
    .forget_swapped = page_cache_nothing_swapped,
    .locate = locate,
};

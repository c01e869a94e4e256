/* SPDX-License-Identifier: MIT */
/*
 * file.c - regular files: truncation, writing beyond the end, fsync.
 *
 * Bytes behind the end of a file must read as zeros should the file grow over
 * them.  The page that holds the end may have others there: a program that maps
 * the page can store behind the end.  So they are cleared when the file is cut
 * and when it grows by a gap.
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/cache/writeback.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* Clear the page that holds byte SIZE from there on, on the disk too in time.  The
 * size cannot move over this page while it is locked.  0, -EIO, -ENOMEM. */
static int clear_tail(struct inode *inode, uint64_t size)
{
    uint32_t offset = size % PAGE_SIZE;
    struct page *page;
    int err;

    if (offset == 0)
        return 0;
    err = page_cache_read(inode->mapping, size >> PAGE_SHIFT, NULL, &page);
    if (err)
        return err;
    page_lock(page);
    if (page->mapping == inode->mapping && page_test(page, PG_MAPPED_BLOCK) &&
        size <= inode_size(inode)) {
        memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
        page_cache_dirty(page);
    }
    page_unlock(page);
    put_page(page);
    return 0;
}

/*
 * Cutting: clear what stays of the last page while its block can still be read,
 * then drop pages, then free blocks.  An error before the size was set leaves the
 * file as it was.
 */
static int truncate(struct inode *inode, uint64_t size)
{
    uint64_t old = inode_size(inode);
    int err;

    if (size > ext2_max_size())
        return -EFBIG;
    err = clear_tail(inode, MIN(size, old));
    if (err)
        return err;
    inode_set_size(inode, size);
    inode_mark_dirty(inode);
    if (size >= old)
        return 0;
    page_cache_truncate(inode->mapping, size, UINT64_MAX);
    return ext2_free_from(inode, div_round_up(size, PAGE_SIZE));
}

static ssize_t write(struct file *f, struct uio *uio, uint64_t *pos)
{
    uint64_t size = inode_size(f->inode);

    if (*pos > size && !(f->flags & O_APPEND)) {
        int err = clear_tail(f->inode, size);

        if (err)
            return err;
    }
    return file_op_write_cache(f, uio, pos);
}

/* Data, then what leads to it: indirect blocks, inode; then the disk's own cache. */
int ext2_fsync(struct file *f, bool data_only)
{
    struct inode *inode = f->inode;
    int err = writeback_range(inode->mapping, 0, UINT64_MAX, true);

    (void)data_only;        /* the size or the map may have changed */
    if (!err)
        err = inode_write(inode);
    if (!err)
        err = ext2_sync_map(inode);
    if (!err)
        err = ext2_sync_inode(inode);
    ext2_note_lost_writes(ext2_fs_of(inode));
    return err ? err : block_flush(ext2_fs_of(inode)->dev);
}

const struct inode_operations ext2_file_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_LINK,
    INODE_OPS_PLAIN,
    .truncate = truncate,
};

const struct file_operations ext2_file_file_ops = {
    FILE_OPS_NOT_DIRECTORY,
    FILE_OPS_PLAIN,
    .read = file_op_read_cache,
    .write = write,
    .seek = file_op_seek_size,
    .mmap = file_op_mmap_cache,
    .fsync = ext2_fsync,
};

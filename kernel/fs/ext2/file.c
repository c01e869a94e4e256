/* SPDX-License-Identifier: MIT */
/*
 * file.c - regular files: truncation, writing beyond the end, holes, room in advance, fsync.
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
    return ext2_free_range(inode, div_round_up(size, PAGE_SIZE), UINT64_MAX);
}

/* INODE is to grow by a gap, if POS is still behind its end: what is behind the end now may
 * be data as soon as the inode is not locked. */
static int clear_gap(struct inode *inode, uint64_t pos)
{
    int err = 0;

    rwsem_write_lock(&inode->lock);
    if (pos > inode->size)
        err = clear_tail(inode, inode->size);
    rwsem_write_unlock(&inode->lock);
    return err;
}

static ssize_t write(struct file *f, struct uio *uio, uint64_t *pos)
{
    if (*pos > inode_size(f->inode) && !(file_write_flags(f, uio) & O_APPEND)) {
        int err = clear_gap(f->inode, *pos);

        if (err)
            return err;
    }
    return file_op_write_cache(f, uio, pos);
}

/* fallocate */

/* The page at byte AT, referenced, if AT is within one; NULL if a page begins there. */
static int get_part(struct inode *inode, uint64_t at, struct page **page)
{
    *page = NULL;
    return at % PAGE_SIZE ? page_cache_read(inode->mapping, at >> PAGE_SHIFT, NULL, page) : 0;
}

static void put_part(struct page *page)
{
    if (page)
        put_page(page);
}

/* What is behind the end of the file is gone as well: there is never a block. */
static int punch_locked(struct inode *inode, uint64_t off, uint64_t end)
{
    struct page *first, *last = NULL;
    int err = get_part(inode, off, &first);

    if (!err)
        err = get_part(inode, end, &last);
    if (!err) {
        page_cache_truncate(inode->mapping, off, end);      /* clears the parts, which are here */
        err = ext2_free_range(inode, div_round_up(off, PAGE_SIZE), end / PAGE_SIZE);
    }
    put_part(first);
    put_part(last);
    return err;
}

/* As cutting does: pages first, then blocks.  Faults and readers that would bring pages back
 * wait until the blocks are gone. */
static int punch(struct inode *inode, uint64_t off, uint64_t end)
{
    int err;

    if (off >= inode->size)
        return 0;
    if (end > inode->size)
        end = align_up(inode->size, PAGE_SIZE);
    rwsem_write_lock(&inode->data.invalidate);
    err = fs_op_begin(inode->sb, 0);
    if (!err) {
        err = punch_locked(inode, off, end);
        fs_op_end(inode->sb);
    }
    rwsem_write_unlock(&inode->data.invalidate);
    return err;
}

/* The page at INDEX, uptodate, referenced and locked. */
static int lock_page_of(struct address_space *as, uint64_t index, struct page **page)
{
    int err;

    while (!(err = page_cache_read(as, index, NULL, page))) {
        page_lock(*page);
        if ((*page)->mapping == as)
            break;
        page_unlock(*page);         /* it has moved to another frame, or was not needed */
        put_page(*page);
    }
    return err;
}

/* Page INDEX, a hole, gets a block of zeros; the file may grow up to SIZE, as far as the page
 * reaches. */
static int fill_hole(struct inode *inode, uint64_t index, uint64_t size)
{
    struct address_space *as = inode->mapping;
    uint64_t page_end = (index + 1) << PAGE_SHIFT;
    struct page *page;
    int err = as->ops->change_begin(as);

    if (err)
        return err;
    err = lock_page_of(as, index, &page);
    if (!err) {
        err = as->ops->make_room(as, page, PAGE_SIZE);
        if (!err) {
            page_cache_dirty(page);
            inode_set_size(inode, MAX(inode->size, min_u64(size, page_end)));
        }
        page_unlock(page);
        put_page(page);
    }
    as->ops->change_end(as);
    writeback_throttle();
    cond_resched();
    return err;
}

static int fill_holes(struct inode *inode, uint64_t index, uint64_t end, uint64_t size)
{
    uint32_t block;
    int n = 1;

    for (; n > 0 && index < end; index += (uint64_t)n) {
        n = ext2_map_run(inode, index, EXT2_ADDR_PER_BLOCK, &block);
        if (n > 0 && block == 0) {
            int err = fill_hole(inode, index, size);

            n = err ? err : 1;
        }
    }
    return n < 0 ? n : 0;
}

/* There are surely not as many free blocks as NPAGES of INODE may want. */
static bool is_hopeless(const struct inode *inode, uint64_t npages)
{
    const struct ext2_alloc *a = &ext2_fs_of(inode)->alloc;

    return npages > __atomic_load_n(&a->free_blocks, __ATOMIC_RELAXED)
                    + inode->blocks / EXT2_SECTORS;
}

/* ext2 knows no block without content: a hole gets zeros.  And none behind the end. */
static int make_room(struct inode *inode, uint64_t off, uint64_t end, bool keep_size)
{
    uint64_t size = inode->size, first = off / PAGE_SIZE, last = div_round_up(end, PAGE_SIZE);
    int err = 0;

    if (keep_size && end > align_up(size, PAGE_SIZE))
        return -EOPNOTSUPP;
    if (is_hopeless(inode, last - first))
        return -ENOSPC;
    if (end > size && !keep_size)
        err = clear_tail(inode, size);
    if (!err)
        err = fill_holes(inode, first, last, keep_size ? 0 : end);
    if (!err && !keep_size && end > inode->size)
        inode_set_size(inode, end);
    inode_mark_dirty(inode);
    return err;
}

static int fallocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
    if (mode & FALLOC_FL_PUNCH_HOLE)
        return punch(f->inode, off, off + len);
    return make_room(f->inode, off, off + len, mode & FALLOC_FL_KEEP_SIZE);
}

/* Data, then what leads to it: indirect blocks, attributes, inode; then the disk's own cache. */
int ext2_fsync(struct file *f, bool data_only)
{
    struct inode *inode = f->inode;
    int err, told;

    (void)data_only;        /* the size or the map may have changed */
    writeback_range(inode->mapping, 0, UINT64_MAX, true);
    told = file_check_errors(f);
    err = inode_write(inode);
    if (!err)
        err = ext2_sync_map(inode);
    if (!err)
        err = ext2_sync_xattr(inode);
    if (!err)
        err = ext2_sync_inode(inode);
    ext2_note_lost_writes(ext2_fs_of(inode));
    if (!err)
        err = block_flush(ext2_fs_of(inode)->dev);
    return told ? told : err;
}

const struct inode_operations ext2_file_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_LINK,
    INODE_OPS_PLAIN,
    .xattr = &ext2_xattr_ops,
    .truncate = truncate,
};

const struct file_operations ext2_file_file_ops = {
    FILE_OPS_NOT_DIRECTORY,
    .poll = file_op_poll_ready,
    .ioctl = file_op_ioctl_refuse,
    .open = file_op_open_accept,
    .release = file_op_release_nothing,
    .flush = file_op_flush_nothing,
    .read = file_op_read_cache,
    .write = write,
    .seek = file_op_seek_sparse,
    .mmap = file_op_mmap_cache,
    .fsync = ext2_fsync,
    .fallocate = fallocate,
};

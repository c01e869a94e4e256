/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_file.c - the content of tmpfs files: pages of the page cache with nothing
 * behind them.
 *
 * A page counts against the file system's limit from make_room on, which
 * PG_MAPPED_BLOCK remembers.  A hole has no page; reading one with read(2) makes
 * none, touching one through a mapping does.
 */
#include "kernel/cache/swap.h"
#include "kernel/fs/seal.h"
#include "kernel/fs/tmpfs_impl.h"
#include "kernel/mm/commit.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* Pages that one page of INODE adds to what has been promised. */
static size_t committed(const struct inode *inode)
{
    return inode_test(inode, INODE_RESERVED) ? 0 : 1;
}

/* Count one more page of INODE against the limits, the file system's and the machine's. */
static int charge(const struct inode *inode)
{
    struct tmpfs *t = tmpfs_of(inode->sb);
    size_t limit = __atomic_load_n(&t->max_pages, __ATOMIC_RELAXED), pages;

    if (commit_charge(COMMIT_FILES, committed(inode), 0) < 0)
        return -ENOSPC;
    pages = __atomic_add_fetch(&t->pages, 1, __ATOMIC_RELAXED);
    if (limit == 0 || pages <= limit)
        return 0;
    __atomic_fetch_sub(&t->pages, 1, __ATOMIC_RELAXED);
    commit_uncharge(COMMIT_FILES, committed(inode));
    return -ENOSPC;
}

static __attribute__((noinline)) int take_room(struct inode *inode, struct page *page)
{
    int err = charge(inode);

    if (err)
        return err;
    page_set(page, PG_MAPPED_BLOCK);
    __atomic_fetch_add(&inode->blocks, TMPFS_PAGE_BLOCKS, __ATOMIC_RELAXED);
    return 0;
}

static int tmpfs_make_room(struct address_space *as, struct page *page, size_t to)
{
    (void)to;
    return page_test(page, PG_MAPPED_BLOCK) ? 0 : take_room(as->host, page);
}

/* There is one page of INODE less. */
static void uncharge(struct inode *inode)
{
    __atomic_fetch_sub(&inode->blocks, TMPFS_PAGE_BLOCKS, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&tmpfs_of(inode->sb)->pages, 1, __ATOMIC_RELAXED);
    commit_uncharge(COMMIT_FILES, committed(inode));
}

static void tmpfs_forget_page(struct address_space *as, struct page *page)
{
    if (page_test(page, PG_MAPPED_BLOCK))
        uncharge(as->host);
}

static void tmpfs_forget_swapped(struct address_space *as)
{
    uncharge(as->host);
}

/* PAGE, which is not uptodate, is in swap, or a hole that gets a page. */
static int tmpfs_read_page(struct address_space *as, struct page *page)
{
    int err;

    if (page_test(page, PG_SWAPCACHE))
        return swap_read_page(page);
    err = tmpfs_make_room(as, page, PAGE_SIZE);
    if (err)
        return err;
    memset(page_address(page), 0, PAGE_SIZE);
    page_set(page, PG_UPTODATE);
    return 0;
}

static void tmpfs_read_pages(struct address_space *as, struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        page_cache_end_read(pages[i], tmpfs_read_page(as, pages[i]));
}

static void tmpfs_write_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)pages;
    panic("%zu pages of tmpfs inode %lu are to be written back", n, as->host->ino);
}

const struct address_space_operations tmpfs_pages_ops = {
    .read_page = tmpfs_read_page,
    .read_pages = tmpfs_read_pages,
    .change_begin = page_cache_no_bracket,
    .change_end = page_cache_no_bracket_end,
    .make_room = tmpfs_make_room,
    .write_pages = tmpfs_write_pages,
    .forget_page = tmpfs_forget_page,
    .forget_swapped = tmpfs_forget_swapped,
    .locate = page_cache_no_place,
};

/* ---- read(2): a hole is zeros and stays a hole -------------------------------------------- */

/* Bytes moved from the page at *POS, or from the hole there; short: not present.  -EIO,
 * -ENOMEM: it is in swap. */
static ssize_t copy_page(struct address_space *as, uint64_t pos, size_t n, struct uio *uio)
{
    struct page *page;
    int err = page_cache_find_content(as, pos / PAGE_SIZE, &page);

    if (err && err != -ENOSPC)
        return err;
    if (!page)                          /* a hole, also one that was not to be filled */
        return (ssize_t)uio_zero_out(uio, n);
    n = uio_copy_out(uio, (char *)page_address(page) + pos % PAGE_SIZE, n);
    put_page(page);
    return (ssize_t)n;
}

static ssize_t tmpfs_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *inode = f->inode;
    uint64_t size = inode_size(inode), start = *pos;
    int err = 0;

    while (!err && uio->resid > 0 && *pos < size) {
        size_t n = min_u64(min_u64(PAGE_SIZE - *pos % PAGE_SIZE, uio->resid), size - *pos);
        ssize_t copied = copy_page(&inode->data, *pos, n, uio);

        if (copied < 0) {
            err = (int)copied;
            break;
        }
        *pos += (size_t)copied;
        if ((size_t)copied < n)
            err = uio_fault_in(uio, n - (size_t)copied, true);
        cond_resched();
    }
    if (*pos == start)
        return err;
    if (!(f->flags & O_NOATIME))
        inode_touch_atime(inode);
    return (ssize_t)(*pos - start);
}

/* ---- size ------------------------------------------------------------------------------- */

static int tmpfs_truncate(struct inode *inode, uint64_t size)
{
    uint64_t old = inode->size;

    /* What a mapping stored behind the old end is no part of the file that grows. */
    if (size > old && old % PAGE_SIZE)
        page_cache_truncate(&inode->data, old, align_up(old, PAGE_SIZE));
    inode_set_size(inode, size);
    if (size < old)
        page_cache_truncate(&inode->data, size, UINT64_MAX);
    return 0;
}

/* Have a page for each of [START, END); -ENOSPC, -ENOMEM. */
static int allocate_pages(struct address_space *as, pgoff_t start, pgoff_t end)
{
    struct page *page;
    int err = 0;

    for (; !err && start < end; start++) {
        err = page_cache_read(as, start, NULL, &page);
        if (err)
            break;
        page_cache_dirty(page);
        put_page(page);
        cond_resched();
    }
    return err;
}

static int punch(struct inode *inode, uint64_t off, uint64_t end)
{
    rwsem_write_lock(&inode->data.invalidate);
    page_cache_truncate(&inode->data, off, end);
    rwsem_write_unlock(&inode->data.invalidate);
    return 0;
}

static int tmpfs_fallocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
    struct inode *inode = f->inode;
    uint64_t end = off + len, unseen;
    int err;

    if (mode & FALLOC_FL_PUNCH_HOLE)
        return punch(inode, off, end);
    err = allocate_pages(&inode->data, off / PAGE_SIZE, div_round_up(end, PAGE_SIZE));
    /* What nobody can see behind the end is not left to fill the file system. */
    unseen = MAX(align_up(inode->size, PAGE_SIZE), align_down(off, PAGE_SIZE));
    if (err && unseen < end)
        punch(inode, unseen, align_up(end, PAGE_SIZE));
    if (!err && !(mode & FALLOC_FL_KEEP_SIZE) && end > inode->size)
        inode_set_size(inode, end);
    return err;
}

const struct inode_operations tmpfs_file_inode_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_LINK,
    INODE_OPS_PLAIN,
    .xattr = &tmpfs_xattr_ops,
    .truncate = tmpfs_truncate,
};

#define FILE_OPS                                                                  \
    .read = tmpfs_read, .write = file_op_write_cache, .seek = file_op_seek_sparse,\
    .mmap = file_op_mmap_sealed, .fsync = file_op_fsync_nothing,                  \
    .iterate = file_op_iterate_notdir, .poll = file_op_poll_ready,                \
    .ioctl = file_op_ioctl_refuse, .open = file_op_open_accept,                   \
    .flush = file_op_flush_nothing, .fallocate = tmpfs_fallocate

const struct file_operations tmpfs_file_ops = {
    FILE_OPS,
    .release = file_op_release_nothing,
};

const struct file_operations memfd_ops = {
    FILE_OPS,
    .release = memfd_release,
};

/* SPDX-License-Identifier: MIT */
/*
 * bdev.c - a disk's blocks in the page cache, and /dev/vda as a file.
 */
#include "kernel/fs/bdev.h"
#include "kernel/cache/page_io.h"
#include "kernel/cache/writeback.h"
#include "kernel/fs/super.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/ioctl.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

static struct super_block *bdev_super;
static struct page_io_pool transfers;       /* of all disks */

/* Interrupt context. */
static void end_page(struct page_io_pool *pool, struct page *page, enum bio_op op, int error)
{
    (void)pool;
    if (op == BIO_READ)
        page_cache_end_read(page, error);
    else
        page_cache_end_writeback(page, error);
}

static struct block_device *disk_of(const struct address_space *as)
{
    return as->host->private;
}

/* Bytes of page INDEX that exist: the last one of a disk may be cut. */
static uint32_t bytes_in_page(const struct block_device *dev, pgoff_t index)
{
    uint64_t first = index * SECTORS_PER_PAGE;

    if (first >= dev->capacity)
        return 0;
    return (uint32_t)(min_u64(dev->capacity - first, SECTORS_PER_PAGE) * SECTOR_SIZE);
}

static void start_pages(struct address_space *as, struct page **pages, size_t n, enum bio_op op)
{
    struct block_device *dev = disk_of(as);
    struct page_batch batch;

    page_batch_begin(&batch, &transfers, dev, op);
    for (size_t i = 0; i < n; i++)
        page_batch_add(&batch, pages[i], pages[i]->index * SECTORS_PER_PAGE,
                       bytes_in_page(dev, pages[i]->index));
    page_batch_submit(&batch);
}

/* ---- the mapping ---------------------------------------------------------------------------- */

/* What lies beyond the disk's end is zero, and never transferred. */
static void clear_beyond(const struct block_device *dev, struct page *page)
{
    uint32_t len = bytes_in_page(dev, page->index);

    if (len < PAGE_SIZE)
        memset((char *)page_address(page) + len, 0, PAGE_SIZE - len);
}

static int bdev_read_page(struct address_space *as, struct page *page)
{
    struct block_device *dev = disk_of(as);
    uint32_t len = bytes_in_page(dev, page->index);
    int err = len ? block_rw_sync(dev, BIO_READ, page->index * SECTORS_PER_PAGE,
                                  page_address(page), len)
                  : -EIO;

    if (err)
        return err;
    clear_beyond(dev, page);
    page_set(page, PG_UPTODATE);
    return 0;
}

static void bdev_read_pages(struct address_space *as, struct page **pages, size_t n)
{
    while (n > 0 && bytes_in_page(disk_of(as), pages[n - 1]->index) == 0)
        page_cache_end_read(pages[--n], -EIO);
    for (size_t i = 0; i < n; i++)
        clear_beyond(disk_of(as), pages[i]);
    start_pages(as, pages, n, BIO_READ);
}

static int bdev_make_room(struct address_space *as, struct page *page, size_t to)
{
    return to > bytes_in_page(disk_of(as), page->index) ? -ENOSPC : 0;
}

static void bdev_write_pages(struct address_space *as, struct page **pages, size_t n)
{
    start_pages(as, pages, n, BIO_WRITE);
}

static const struct address_space_operations bdev_pages_ops = {
    .read_page = bdev_read_page,
    .read_pages = bdev_read_pages,
    .change_begin = page_cache_no_bracket,
    .change_end = page_cache_no_bracket_end,
    .make_room = bdev_make_room,
    .write_pages = bdev_write_pages,
    .forget_page = page_cache_no_forget,
    .forget_swapped = page_cache_nothing_swapped,
    .locate = page_cache_no_place,
};

static struct inode *make_inode(struct block_device *dev)
{
    struct inode *inode = inode_new(bdev_super);

    if (!inode)
        return NULL;
    inode_set_mode(inode, S_IFBLK | S_IRUSR | S_IWUSR);
    inode->rdev = dev_make(dev->major, dev->minor);
    inode->private = dev;
    /* Unmovable: file systems hold on to these pages while they work on them. */
    inode_set_data_ops(inode, &bdev_pages_ops, GFP_NOFS, true);
    inode->data.metadata = true;
    inode_set_size(inode, dev->capacity * SECTOR_SIZE);
    return inode;
}

struct address_space *bdev_mapping(struct block_device *dev)
{
    struct address_space *old = __atomic_load_n(&dev->mapping, __ATOMIC_ACQUIRE);
    struct inode *inode;

    if (old)
        return old;
    inode = make_inode(dev);
    if (!inode)
        return NULL;
    if (__atomic_compare_exchange_n(&dev->mapping, &old, &inode->data, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return &inode->data;
    inode_put(inode);
    return old;
}

static int sync_disk(struct block_device *dev, bool wait)
{
    struct address_space *as = __atomic_load_n(&dev->mapping, __ATOMIC_ACQUIRE);
    int err, e;

    if (!as)
        return 0;
    err = writeback_range(as, 0, UINT64_MAX, wait);
    e = wait ? block_flush(dev) : 0;
    return err ? err : e;
}

int bdev_flush_and_drop(struct block_device *dev)
{
    struct address_space *as = __atomic_load_n(&dev->mapping, __ATOMIC_ACQUIRE);
    int err = sync_disk(dev, true);

    if (as)
        page_cache_invalidate(as, 0, UINT64_MAX);
    return err;
}

int bdev_sync_all(bool wait)
{
    struct block_device *dev = NULL;
    int err = 0;

    while ((dev = block_next(dev)) != NULL) {
        int e = sync_disk(dev, wait);

        if (!err)
            err = e;
    }
    return err;
}

struct block_device *bdev_of_inode(const struct inode *inode)
{
    return block_find_devno(dev_major(inode->rdev), dev_minor(inode->rdev));
}

/* ---- the file --------------------------------------------------------------------------------- */

static int bdev_open(struct inode *inode, struct file *f)
{
    struct block_device *dev = bdev_of_inode(inode);
    struct address_space *as;

    if (!dev)
        return -ENXIO;
    if (dev->read_only && (f->mode & FILE_WRITE))
        return -EACCES;
    as = bdev_mapping(dev);
    if (!as)
        return -ENOMEM;
    inode->mapping = as;
    f->private = dev;
    __atomic_fetch_add(&dev->nopen, 1, __ATOMIC_RELAXED);
    return 0;
}

/* With the last file what was written goes to the disk, as in Linux; a file system that has the
 * disk writes when it wants. */
static void bdev_release(struct file *f)
{
    struct block_device *dev = f->private;

    if (__atomic_sub_fetch(&dev->nopen, 1, __ATOMIC_ACQ_REL) == 0
        && !__atomic_load_n(&dev->holder, __ATOMIC_RELAXED))
        writeback_range(f->inode->mapping, 0, UINT64_MAX, true);
}

static uint64_t size_of(const struct file *f)
{
    return f->inode->mapping->size;
}

static ssize_t bdev_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    return page_cache_read_iter(f->inode->mapping, pos, size_of(f), &f->ra, uio);
}

static void never_grows(struct inode *inode, uint64_t size)
{
    panic("block device of inode %p grows to %lu bytes", (void *)inode, size);
}

/* The disk's inode is locked: nobody makes a swap area of it meanwhile. */
static ssize_t write_locked(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct address_space *as = f->inode->mapping;
    uint64_t size = size_of(f);
    size_t cut;
    ssize_t n;

    if (inode_test(as->host, INODE_SWAPFILE))
        return -ETXTBSY;
    if (uio->resid == 0)
        return 0;
    if (*pos >= size)
        return -ENOSPC;
    cut = uio->resid - min_u64(uio->resid, size - *pos);
    uio->resid -= cut;
    n = page_cache_write_iter(as, pos, size, uio, never_grows);
    uio->resid += cut;
    return n;
}

static ssize_t bdev_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *host = f->inode->mapping->host;
    uint32_t flags = file_write_flags(f, uio);
    int err = 0;
    ssize_t n;

    rwsem_write_lock(&host->lock);
    n = write_locked(f, uio, pos);
    rwsem_write_unlock(&host->lock);
    if (n > 0 && (flags & (O_SYNC | O_DSYNC)))
        err = f->ops->fsync(f, (flags & O_SYNC) != O_SYNC);
    return err ? err : n;
}

static int64_t bdev_seek(struct file *f, int64_t offset, int whence)
{
    int64_t base = 0;

    if (whence == SEEK_CUR)
        base = (int64_t)f->pos;
    else if (whence == SEEK_END)
        base = (int64_t)size_of(f);
    else if (whence != SEEK_SET)
        return -EINVAL;
    if (__builtin_add_overflow(base, offset, &base) || base < 0 || base > (int64_t)size_of(f))
        return -EINVAL;
    return base;
}

static int bdev_fsync(struct file *f, bool data_only)
{
    int err, e;

    (void)data_only;
    writeback_range(f->inode->mapping, 0, UINT64_MAX, true);
    e = block_flush(f->private);
    err = file_check_errors(f);
    return err ? err : e;
}

static int bdev_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    struct block_device *dev = f->private;
    uint64_t bytes = dev->capacity * SECTOR_SIZE;
    int32_t number;

    switch (cmd) {
    case BLKGETSIZE64:
        return file_copy_out(arg, &bytes, sizeof(bytes));
    case BLKGETSIZE:
        return file_copy_out(arg, &dev->capacity, sizeof(dev->capacity));
    case BLKSSZGET:
        number = SECTOR_SIZE;
        return file_copy_out(arg, &number, sizeof(number));
    case BLKROGET:
        number = dev->read_only;
        return file_copy_out(arg, &number, sizeof(number));
    case BLKFLSBUF:
        return bdev_flush_and_drop(dev);
    default:
        return -ENOTTY;
    }
}

const struct file_operations bdev_file_ops = {
    .read = bdev_read,
    .write = bdev_write,
    .seek = bdev_seek,
    .iterate = file_op_iterate_notdir,
    .poll = file_op_poll_ready,
    .ioctl = bdev_ioctl,
    .mmap = file_op_mmap_cache,
    .open = bdev_open,
    .release = bdev_release,
    .fsync = bdev_fsync,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

static const struct file_system_type bdev_type = { .name = "bdev" };

void bdev_init(void)
{
    bdev_super = super_create_internal(&bdev_type);
    if (page_io_pool_init(&transfers, end_page) < 0)
        panic("no memory for disks");
}

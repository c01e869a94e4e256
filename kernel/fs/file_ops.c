/* SPDX-License-Identifier: MIT */
/*
 * file_ops.c - members for tables of file operations: refusals, each with its
 * errno, and the plain file whose content is its inode's pages.
 */
#include "kernel/fs/seal.h"
#include "kernel/fs/super.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/poll.h"
#include "lib/abi/uio.h"
#include "lib/bitops.h"

/* ---- refusals ------------------------------------------------------------------------ */

ssize_t file_op_read_isdir(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EISDIR;
}

ssize_t file_op_read_refuse(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EINVAL;
}

ssize_t file_op_write_refuse(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EINVAL;
}

int64_t file_op_seek_refuse(struct file *f, int64_t offset, int whence)
{
    (void)f, (void)offset, (void)whence;
    return -ESPIPE;
}

int64_t file_op_seek_nowhere(struct file *f, int64_t offset, int whence)
{
    (void)f, (void)offset, (void)whence;
    return 0;
}

int file_op_iterate_notdir(struct file *f, struct dir_context *ctx)
{
    (void)f, (void)ctx;
    return -ENOTDIR;
}

uint32_t file_op_poll_ready(struct file *f, struct poll_table *pt)
{
    (void)f, (void)pt;
    return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

int file_op_ioctl_refuse(struct file *f, uint32_t cmd, uintptr_t arg)
{
    (void)f, (void)cmd, (void)arg;
    return -ENOTTY;
}

int file_op_mmap_refuse(struct file *f, struct mmap_request *req)
{
    (void)f, (void)req;
    return -ENODEV;
}

int file_op_open_accept(struct inode *inode, struct file *f)
{
    (void)inode, (void)f;
    return 0;
}

void file_op_release_nothing(struct file *f)
{
    (void)f;
}

int file_op_fsync_refuse(struct file *f, bool data_only)
{
    (void)f, (void)data_only;
    return -EINVAL;
}

int file_op_fsync_nothing(struct file *f, bool data_only)
{
    (void)f, (void)data_only;
    return 0;
}

int file_op_flush_nothing(struct file *f)
{
    (void)f;
    return 0;
}

int file_op_fallocate_refuse(struct file *f, int mode, uint64_t off, uint64_t len)
{
    (void)f, (void)mode, (void)off, (void)len;
    return -EOPNOTSUPP;
}

const struct file_operations file_ops_default = {
    .read = file_op_read_refuse,
    .write = file_op_write_refuse,
    .seek = file_op_seek_size,
    .mmap = file_op_mmap_refuse,
    .fsync = file_op_fsync_refuse,
    FILE_OPS_NOT_DIRECTORY,
    FILE_OPS_PLAIN,
};

/* ---- files of pages -------------------------------------------------------------------- */

int64_t file_op_seek_size(struct file *f, int64_t offset, int whence)
{
    int64_t size = (int64_t)inode_size(f->inode), base = 0;

    switch (whence) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        base = (int64_t)f->pos;
        break;
    case SEEK_END:
        base = size;
        break;
    case SEEK_DATA:
        return offset < 0 || offset >= size ? -ENXIO : offset;
    case SEEK_HOLE:
        return offset < 0 || offset >= size ? -ENXIO : size;
    default:
        return -EINVAL;
    }
    if (__builtin_add_overflow(base, offset, &base))
        return -EINVAL;
    return base < 0 || (uint64_t)base > f->inode->sb->max_size ? -EINVAL : base;
}

/* How many pages, 1 to WANT, from INDEX on have content, or are a hole (*IS_HOLE); or an errno. */
static int64_t count_alike(struct address_space *as, pgoff_t index, uint64_t want, bool *is_hole)
{
    struct block_device *dev;
    uint64_t sector;
    int n;

    if (!as->writes_back)
        return (int64_t)page_cache_count_alike(as, index, want, is_hole);
    n = as->ops->locate(as, index, want, &dev, &sector);
    *is_hole = n > 0 && sector == 0;
    return n;
}

/* Where, from OFFSET on, a hole begins, or content does; behind all content there is a hole. */
static int64_t find_border(struct inode *inode, int64_t offset, bool want_hole)
{
    uint64_t size = inode_size(inode), at = (uint64_t)offset;
    bool is_hole;

    if (offset < 0 || at >= size)
        return -ENXIO;
    while (at < size) {
        uint64_t left = div_round_up(size, PAGE_SIZE) - at / PAGE_SIZE;
        int64_t n = count_alike(inode->mapping, at / PAGE_SIZE, left, &is_hole);

        if (n < 0)
            return n;
        if (is_hole == want_hole)
            return (int64_t)at;
        at = (at / PAGE_SIZE + (uint64_t)n) * PAGE_SIZE;
        cond_resched();
    }
    return want_hole ? (int64_t)size : -ENXIO;
}

int64_t file_op_seek_sparse(struct file *f, int64_t offset, int whence)
{
    if (whence == SEEK_DATA || whence == SEEK_HOLE)
        return find_border(f->inode, offset, whence == SEEK_HOLE);
    return file_op_seek_size(f, offset, whence);
}

int file_op_mmap_cache(struct file *f, struct mmap_request *req)
{
    req->kind = MMAP_CACHE;
    req->as = f->inode->mapping;
    return 0;
}

ssize_t file_op_read_cache(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *inode = f->inode;
    ssize_t n = page_cache_read_iter(inode->mapping, pos, inode_size(inode), &f->ra, uio);

    if (n > 0 && !(f->flags & O_NOATIME))
        inode_touch_atime(inode);
    return n;
}

uint64_t inode_max_size(const struct inode *inode)
{
    uint64_t max = inode->sb->max_size;
    const uint64_t *limit = current->file_limit;

    return limit && *limit < max ? *limit : max;
}

static void grow(struct inode *inode, uint64_t size)
{
    inode_set_size(inode, size);
    inode_mark_dirty(inode);
}

/* The inode is locked.  *POS + uio->resid is no more than the largest size. */
static ssize_t write_locked(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *inode = f->inode;
    ssize_t n;

    if (inode_test(inode, INODE_SWAPFILE))
        return -ETXTBSY;
    if ((inode->mode & (S_ISUID | S_ISGID)) && uio->resid > 0)
        inode_strip_set_id(inode, current->cred);
    n = page_cache_write_iter(inode->mapping, pos, inode->size, uio, grow);
    if (n > 0) {
        inode->mtime = inode->ctime = inode_now();
        inode_mark_dirty(inode);
    }
    return n;
}

/* The same for a write that reaches beyond the largest size, or that seals may forbid: as
 * much as fits. */
static ssize_t write_clipped(struct file *f, struct uio *uio, uint64_t *pos, uint64_t max)
{
    int err = seal_check_write(f->inode, *pos, uio->resid, &max);
    size_t all = uio->resid, fits = MIN(max > *pos ? max - *pos : 0, all);
    ssize_t n;

    if (err)
        return err;
    if (all == 0 || fits == 0)
        return all ? -EFBIG : 0;
    uio->resid = fits;
    n = write_locked(f, uio, pos);
    uio->resid += all - fits;
    return n;
}

uint32_t file_write_flags(const struct file *f, const struct uio *uio)
{
    uint32_t flags = f->flags, rwf = uio->rwf;

    if (rwf == 0)
        return flags;
    return (rwf & RWF_NOAPPEND ? flags & ~(uint32_t)O_APPEND : flags)
           | (rwf & RWF_APPEND ? O_APPEND : 0) | (rwf & RWF_DSYNC ? O_DSYNC : 0)
           | (rwf & RWF_SYNC ? O_SYNC : 0);
}

ssize_t file_op_write_cache(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *inode = f->inode;
    uint64_t max = inode_max_size(inode);
    uint32_t flags = file_write_flags(f, uio);
    ssize_t n;
    int err = 0;

    rwsem_write_lock(&inode->lock);
    if (flags & O_APPEND)
        *pos = inode->size;
    if (*pos <= max && uio->resid <= max - *pos && !(inode->seals & ~(uint32_t)F_SEAL_SEAL))
        n = write_locked(f, uio, pos);
    else
        n = write_clipped(f, uio, pos, max);
    rwsem_write_unlock(&inode->lock);
    if (n > 0 && (flags & (O_SYNC | O_DSYNC)))
        err = f->ops->fsync(f, (flags & O_SYNC) != O_SYNC);
    return err ? err : n;
}

/* SPDX-License-Identifier: MIT */
/*
 * fake_vfs.c - what is above inodes in the fake kernel: files, mounting, and the world.
 */
#include <string.h>
#include "kernel/cache/page_cache_impl.h"
#include "kernel/fs/locks.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "tests/host/fake_parts.h"
#include "tests/host/shim.h"

/* ---- files --------------------------------------------------------------------- */

/* Nobody has a limit. */
uint64_t inode_max_size(const struct inode *inode)
{
    return inode->sb->max_size;
}

const struct file_operations file_ops_default;

void inode_init_special(struct inode *inode, dev_t rdev)
{
    inode->rdev = rdev;
}

void inode_free_locks(struct inode *inode)
{
    (void)inode;
}

ssize_t file_op_read_cache(struct file *f, struct uio *uio, uint64_t *pos)
{
    return page_cache_read_iter(f->inode->mapping, pos, inode_size(f->inode), &f->ra, uio);
}

static void grow(struct inode *inode, uint64_t size)
{
    inode_set_size(inode, size);
}

uint32_t file_write_flags(const struct file *f, const struct uio *uio)
{
    (void)uio;
    return f->flags;
}

ssize_t file_op_write_cache(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *inode = f->inode;
    ssize_t n;

    if (*pos >= inode->sb->max_size)
        return -EFBIG;
    rwsem_write_lock(&inode->lock);
    n = page_cache_write_iter(inode->mapping, pos, inode->size, uio, grow);
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
    rwsem_write_unlock(&inode->lock);
    return n;
}

ssize_t file_op_read_refuse(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EINVAL;
}

ssize_t file_op_read_isdir(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EISDIR;
}

ssize_t file_op_write_refuse(struct file *f, struct uio *uio, uint64_t *pos)
{
    return file_op_read_refuse(f, uio, pos);
}

int64_t file_op_seek_size(struct file *f, int64_t offset, int whence)
{
    (void)f, (void)offset, (void)whence;
    return -EINVAL;
}

int64_t file_op_seek_sparse(struct file *f, int64_t offset, int whence)
{
    return file_op_seek_size(f, offset, whence);
}

int file_op_iterate_notdir(struct file *f, struct dir_context *ctx)
{
    (void)f, (void)ctx;
    return -ENOTDIR;
}

uint32_t file_op_poll_ready(struct file *f, struct poll_table *pt)
{
    (void)f, (void)pt;
    return 0;
}

int file_op_ioctl_refuse(struct file *f, uint32_t cmd, uintptr_t arg)
{
    (void)f, (void)cmd, (void)arg;
    return -ENOTTY;
}

int file_op_mmap_cache(struct file *f, struct mmap_request *req)
{
    (void)f, (void)req;
    return 0;
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

/* ---- mounting ------------------------------------------------------------------ */

static struct file_system_type *type;

void filesystem_register(struct file_system_type *t)
{
    type = t;
}

void super_op_no_options(struct super_block *sb, char *buf, size_t size)
{
    (void)sb, (void)size;
    buf[0] = '\0';
}

struct super_block *super_create(const struct file_system_type *t, struct block_device *dev,
                                 uint32_t flags)
{
    struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

    if (!sb)
        return NULL;
    sb->type = t;
    sb->bdev = dev;
    sb->flags = flags;
    list_init(&sb->inodes);
    return sb;
}

/* Nobody refers to an inode any more but what the cache keeps. */
void super_destroy(struct super_block *sb)
{
    size_t left = inode_evict_unused(sb);

    ASSERT(left == 0);
    kfree(sb);
}

void fs_op_begin_late(struct super_block *sb, unsigned credits)
{
    (void)credits;
    rank_acquire_pair(RANK_FS_OP, "fs op");
    sb->fs_ops++;
}

int fs_op_begin(struct super_block *sb, unsigned credits)
{
    if (super_is_read_only(sb))
        return -EROFS;
    fs_op_begin_late(sb, credits);
    return 0;
}

void fs_op_end(struct super_block *sb)
{
    sb->fs_ops--;
    rank_release(RANK_FS_OP, "fs op");
}

void super_stop(struct super_block *sb)
{
    sb->internal_flags |= SB_STOPPED;
}

int fake_mount(uint32_t flags, struct super_block **sb)
{
    int err = type->mount(type, &fake_disk.dev, flags, NULL, sb);

    if (err)
        page_cache_truncate(&fake_meta, 0, UINT64_MAX);
    return err;
}

int fake_remount(struct super_block *sb, uint32_t flags)
{
    int err = fake_sync(sb);

    if (!err)
        err = sb->ops->remount(sb, flags, NULL);
    if (!err)
        sb->flags = flags;
    return err;
}

int fake_sync(struct super_block *sb)
{
    int err = inode_sync_all(sb, true), e = sb->ops->sync(sb, true);

    return err ? err : e;
}

int fake_unmount(struct super_block *sb)
{
    int err = fake_sync(sb);

    if (inode_evict_unused(sb) > 1)
        return -EBUSY;
    inode_put(sb->root);
    sb->ops->unmount(sb);
    super_destroy(sb);
    fake_disk_run_all();
    page_cache_truncate(&fake_meta, 0, UINT64_MAX);
    return err;
}

void fake_drop_caches(struct super_block *sb)
{
    struct inode *inode;

    fake_sync(sb);
    fake_disk_run_all();
    list_for_each_entry(inode, &sb->inodes, sb_link)
        page_cache_invalidate(&inode->data, 0, UINT64_MAX);
    inode_cache_shrink(SIZE_MAX);
    page_cache_invalidate(&fake_meta, 0, UINT64_MAX);
}

void fake_start(const char *image, size_t npages)
{
    static bool once;

    fake_memory_start(npages);
    fake_disk_open(image);
    if (!once) {
        page_cache_init();
        inode_cache_init();
    }
    once = true;
    address_space_init(&fake_meta, NULL, &fake_meta_ops, GFP_NOFS, true);
    fake_meta.metadata = true;
}

void fake_stop(void)
{
    fake_disk_run_all();
    page_cache_truncate(&fake_meta, 0, UINT64_MAX);
    address_space_fini(&fake_meta);
    fake_memory_check();
    if (shim_locks_held())
        panic("%u locks left behind", shim_locks_held());
    fake_disk_close();
    fake_memory_stop();
}

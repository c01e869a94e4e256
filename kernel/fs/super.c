/* SPDX-License-Identifier: MIT */
/*
 * super.c - super blocks: the kinds of file systems, their life, sync, statfs.
 */
#include "kernel/fs/super.h"
#include "kernel/fs/bdev.h"
#include "kernel/fs/mount.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sched/wait.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Minor numbers of file systems without a disk (st_dev), major 0. */
static uint32_t next_minor = 1;
static struct list types = LIST_INIT(types);    /* filled at boot, then constant */

void filesystem_register(struct file_system_type *type)
{
    list_insert_tail(&types, &type->link);
}

struct file_system_type *filesystem_find(const char *name)
{
    struct file_system_type *type;

    list_for_each_entry(type, &types, link)
        if (strcmp(type->name, name) == 0)
            return type;
    return NULL;
}

void filesystem_for_each(int (*fn)(const struct file_system_type *type, void *arg), void *arg)
{
    struct file_system_type *type;

    list_for_each_entry(type, &types, link)
        if (fn(type, arg) != 0)
            return;
}

/* ---- members for file systems with nothing to do -------------------------------------- */

int super_op_sync_nothing(struct super_block *sb, bool wait)
{
    (void)sb, (void)wait;
    return 0;
}

int super_op_write_inode_nothing(struct inode *inode)
{
    (void)inode;
    return 0;
}

void super_op_evict_nothing(struct inode *inode)
{
    (void)inode;
}

void super_op_unmount_nothing(struct super_block *sb)
{
    (void)sb;
}

void super_op_no_options(struct super_block *sb, char *buf, size_t size)
{
    (void)sb;
    if (size)
        buf[0] = '\0';
}

int super_op_remount_accept(struct super_block *sb, uint32_t flags, const char *options)
{
    (void)sb, (void)flags, (void)options;
    return 0;
}

int super_op_statfs_empty(struct super_block *sb, struct statfs *st)
{
    (void)sb;
    st->f_bsize = st->f_frsize = PAGE_SIZE;
    st->f_namelen = NAME_MAX;
    return 0;
}

/* ---- life -------------------------------------------------------------------------------- */

struct super_block *super_create(const struct file_system_type *type, struct block_device *dev,
                                 uint32_t flags)
{
    struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

    if (!sb)
        return NULL;
    sb->type = type;
    sb->bdev = dev;
    sb->flags = flags;
    sb->users = 1;
    sb->max_size = INT64_MAX;
    sb->dev = dev ? dev_make(dev->major, dev->minor)
                  : dev_make(0, __atomic_fetch_add(&next_minor, 1, __ATOMIC_RELAXED));
    mutex_init(&sb->rename_lock, RANK_RENAME, "rename");
    list_init(&sb->inodes);
    list_init(&sb->link);
    return sb;
}

static const struct super_operations internal_ops = {
    .evict = super_op_evict_nothing,
    .write_inode = super_op_write_inode_nothing,
    .sync = super_op_sync_nothing,
    .unmount = super_op_unmount_nothing,
    .statfs = super_op_statfs_empty,
    .show_options = super_op_no_options,
    .remount = super_op_remount_accept,
};

struct super_block *super_create_internal(const struct file_system_type *type)
{
    struct super_block *sb = super_create(type, NULL, 0);

    if (!sb)
        panic("no memory for %s", type->name);
    sb->ops = &internal_ops;
    return sb;
}

void super_destroy(struct super_block *sb)
{
    ASSERT(list_is_empty(&sb->inodes));
    kfree(sb);
}

void super_stop(struct super_block *sb)
{
    __atomic_fetch_or(&sb->internal_flags, SB_STOPPED, __ATOMIC_SEQ_CST);
}

/* ---- operations ------------------------------------------------------------------------------ */

static struct wait_queue ops_ended = WAIT_QUEUE_INIT(ops_ended);

void fs_op_begin_late(struct super_block *sb, unsigned credits)
{
    (void)credits;
    /* An operation may end in deleting a file, which is one too: they nest. */
    if (PAGODA_DEBUG)
        rank_acquire_pair(RANK_FS_OP, "file-system operation");
    __atomic_fetch_add(&sb->fs_ops, 1, __ATOMIC_SEQ_CST);
}

/* It is counted first: whoever stops operations waits for it, or it sees that they are stopped. */
int fs_op_begin(struct super_block *sb, unsigned credits)
{
    fs_op_begin_late(sb, credits);
    if (!super_is_read_only(sb)
        && !(__atomic_load_n(&sb->internal_flags, __ATOMIC_SEQ_CST) & SB_NO_NEW_OPS))
        return 0;
    fs_op_end(sb);
    return -EROFS;
}

void fs_op_end(struct super_block *sb)
{
    if (PAGODA_DEBUG)
        rank_release(RANK_FS_OP, "file-system operation");
    if (__atomic_sub_fetch(&sb->fs_ops, 1, __ATOMIC_SEQ_CST) == 0
        && (__atomic_load_n(&sb->internal_flags, __ATOMIC_SEQ_CST) & SB_NO_NEW_OPS))
        wake_up_all(&ops_ended);
}

void fs_ops_stop(struct super_block *sb)
{
    __atomic_fetch_or(&sb->internal_flags, SB_NO_NEW_OPS, __ATOMIC_SEQ_CST);
    wait_event(&ops_ended, __atomic_load_n(&sb->fs_ops, __ATOMIC_SEQ_CST) == 0);
}

void fs_ops_resume(struct super_block *sb)
{
    __atomic_fetch_and(&sb->internal_flags, ~SB_NO_NEW_OPS, __ATOMIC_SEQ_CST);
}

int fs_sync(struct super_block *sb, bool wait)
{
    int err, e;

    if (sb->flags & MS_RDONLY)
        return 0;
    err = inode_sync_all(sb, wait);
    e = sb->ops->sync(sb, wait);
    return err ? err : e;
}

int fs_statfs(const struct path *path, struct statfs *st)
{
    struct super_block *sb = path_inode(path)->sb;

    *st = (struct statfs){ .f_fsid = { (int32_t)sb->dev, 0 }, .f_flags = ST_VALID };
    if (super_is_read_only(sb))
        st->f_flags |= ST_RDONLY;
    if (sb->flags & MS_NOSUID)
        st->f_flags |= ST_NOSUID;
    if (sb->flags & MS_NODEV)
        st->f_flags |= ST_NODEV;
    if (sb->flags & MS_NOEXEC)
        st->f_flags |= ST_NOEXEC;
    if (sb->flags & MS_NOATIME)
        st->f_flags |= ST_NOATIME;
    if (sb->flags & MS_NODIRATIME)
        st->f_flags |= ST_NODIRATIME;
    if (!(sb->flags & (MS_NOATIME | MS_STRICTATIME)))
        st->f_flags |= ST_RELATIME;
    return sb->ops->statfs(sb, st);
}

static void super_kill(struct super_block *sb)
{
    struct block_device *bdev = sb->bdev;

    __atomic_fetch_or(&sb->internal_flags, SB_DYING, __ATOMIC_SEQ_CST);
    if (sb->root_dentry)
        dentry_put(sb->root_dentry);
    dentry_shrink_super(sb);
    fs_sync(sb, true);
    if (sb->root)
        inode_put(sb->root);
    sb->root = NULL;
    inode_evict_all(sb);
    sb->ops->unmount(sb);
    super_destroy(sb);
    if (!bdev)
        return;
    bdev_flush_and_drop(bdev);
    block_release(bdev, bdev);
}

void super_get(struct super_block *sb)
{
    __atomic_fetch_add(&sb->users, 1, __ATOMIC_RELAXED);
}

void super_put(struct super_block *sb)
{
    if (__atomic_sub_fetch(&sb->users, 1, __ATOMIC_ACQ_REL) == 0)
        super_kill(sb);
}

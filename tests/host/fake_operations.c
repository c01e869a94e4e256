/* SPDX-License-Identifier: MIT */
/*
 * fake_operations.c - what a test has the file system do, inside the locks and the bracket
 * that the VFS would hold.  The VFS would refuse them on a file system that takes no changes;
 * a test knows better.
 */
#include <string.h>
#include "kernel/fs/locks.h"
#include "lib/abi/errno.h"
#include "tests/host/fake_vfs.h"

const struct cred fake_root;
const struct cred *fake_cred = &fake_root;

int fake_lookup(struct inode *dir, const char *name, struct inode **child)
{
    int err;

    rwsem_read_lock(&dir->lock);
    err = dir->ops->lookup(dir, name, strlen(name), child);
    rwsem_read_unlock(&dir->lock);
    return err;
}

static void change_begin(struct inode *dir)
{
    rwsem_write_lock(&dir->lock);
    fs_op_begin_late(dir->sb, 16);
}

static void change_end(struct inode *dir)
{
    fs_op_end(dir->sb);
    rwsem_write_unlock(&dir->lock);
}

int fake_create(struct inode *dir, const char *name, uint32_t mode, dev_t rdev,
                struct inode **child)
{
    int err;

    change_begin(dir);
    err = dir->ops->create(dir, name, strlen(name), mode, rdev, fake_cred, child);
    change_end(dir);
    return err;
}

int fake_mkdir(struct inode *dir, const char *name, struct inode **child)
{
    int err;

    change_begin(dir);
    err = dir->ops->mkdir(dir, name, strlen(name), 0755, fake_cred, child);
    change_end(dir);
    return err;
}

int fake_symlink(struct inode *dir, const char *name, const char *target, struct inode **child)
{
    int err;

    change_begin(dir);
    err = dir->ops->symlink(dir, name, strlen(name), target, fake_cred, child);
    change_end(dir);
    return err;
}

/* The same with a second inode locked. */
static int change_name(struct inode *dir, const char *name, struct inode *child,
                       int (*op)(struct inode *dir, const char *name, size_t len,
                                 struct inode *child))
{
    int err;

    rwsem_write_lock(&dir->lock);
    rwsem_write_lock_nested(&child->lock);
    fs_op_begin_late(dir->sb, 16);
    err = op(dir, name, strlen(name), child);
    fs_op_end(dir->sb);
    rwsem_write_unlock(&child->lock);
    rwsem_write_unlock(&dir->lock);
    return err;
}

int fake_link(struct inode *dir, const char *name, struct inode *target)
{
    return change_name(dir, name, target, dir->ops->link);
}

int fake_unlink(struct inode *dir, const char *name, struct inode *child)
{
    return change_name(dir, name, child, dir->ops->unlink);
}

int fake_rmdir(struct inode *dir, const char *name, struct inode *child)
{
    return change_name(dir, name, child, dir->ops->rmdir);
}

int fake_rename(struct inode *from, const char *oname, struct inode *child, struct inode *to,
                const char *nname, struct inode *victim, uint32_t flags)
{
    int err;

    rwsem_write_lock(&from->lock);
    if (to != from)
        rwsem_write_lock_nested(&to->lock);
    if (victim)
        rwsem_write_lock_nested(&victim->lock);
    fs_op_begin_late(from->sb, 32);
    err = from->ops->rename(from, oname, strlen(oname), child, to, nname, strlen(nname), victim,
                            flags);
    fs_op_end(from->sb);
    if (victim)
        rwsem_write_unlock(&victim->lock);
    if (to != from)
        rwsem_write_unlock(&to->lock);
    rwsem_write_unlock(&from->lock);
    return err;
}

int fake_truncate(struct inode *inode, uint64_t size)
{
    int err;

    rwsem_write_lock(&inode->lock);
    rwsem_write_lock(&inode->data.invalidate);
    fs_op_begin_late(inode->sb, 16);
    err = inode->ops->truncate(inode, size);
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
    fs_op_end(inode->sb);
    rwsem_write_unlock(&inode->data.invalidate);
    rwsem_write_unlock(&inode->lock);
    return err;
}

int fake_allocate(struct inode *inode, int mode, uint64_t off, uint64_t len)
{
    struct file f = { .inode = inode, .ops = inode->fops };
    int err;

    rwsem_write_lock(&inode->lock);
    err = f.ops->fallocate(&f, mode, off, len);
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
    rwsem_write_unlock(&inode->lock);
    return err;
}

ssize_t fake_read(struct inode *inode, void *buf, size_t n, uint64_t pos)
{
    struct file f = { .inode = inode, .ops = inode->fops };
    struct uio_segment seg;
    struct uio uio;

    uio_init_kernel(&uio, &seg, buf, n);
    return f.ops->read(&f, &uio, &pos);
}

ssize_t fake_write(struct inode *inode, const void *buf, size_t n, uint64_t pos)
{
    struct file f = { .inode = inode, .ops = inode->fops };
    struct uio_segment seg;
    struct uio uio;

    uio_init_kernel(&uio, &seg, (void *)buf, n);
    return f.ops->write(&f, &uio, &pos);
}

int fake_fsync(struct inode *inode)
{
    struct file f = {
        .inode = inode, .ops = inode->fops, .wb_seen = errseq_sample(&inode->mapping->wb_errors),
    };

    return f.ops->fsync(&f, false);
}

int fake_iterate(struct inode *dir, struct dir_context *ctx)
{
    struct file f = { .inode = dir, .ops = dir->fops };
    int err;

    rwsem_read_lock(&dir->lock);
    err = f.ops->iterate(&f, ctx);
    rwsem_read_unlock(&dir->lock);
    return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_namei.c - names in tmpfs: making, linking, removing, moving, listing.
 *
 * An entry holds a reference on its inode, which keeps it in memory.  Everything
 * that can fail is allocated before anything is changed.
 */
#include "kernel/fs/tmpfs_impl.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/string.h"

/* DIR's names changed. */
static void touch_dir(struct inode *dir)
{
    dir->mtime = dir->ctime = inode_now();
    inode_set_size(dir, (tmpfs_dir_of(dir)->nentries + 2) * TMPFS_DIRENT_SIZE);
}

static int tmpfs_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    struct tmpfs_entry *e = tmpfs_dir_find(tmpfs_dir_of(dir), name, len);

    if (!e)
        return -ENOENT;
    inode_get(e->inode);
    *child = e->inode;
    return 0;
}

/* Give INODE, fresh, its name; it is thrown away if that fails. */
static int enter(struct inode *dir, const char *name, size_t len, struct inode *inode)
{
    struct tmpfs_entry *e = tmpfs_entry_create(name, len, inode);

    if (!e) {
        inode->nlink = 0;
        inode_put(inode);
        return -ENOSPC;
    }
    tmpfs_dir_insert(tmpfs_dir_of(dir), e);
    touch_dir(dir);
    return 0;
}

static int tmpfs_create(struct inode *dir, const char *name, size_t len, uint32_t mode,
                        dev_t rdev, const struct cred *cred, struct inode **child)
{
    int err = tmpfs_new_inode(dir->sb, dir, mode, rdev, cred, child);

    return err ? err : enter(dir, name, len, *child);
}

static int tmpfs_mkdir(struct inode *dir, const char *name, size_t len, uint32_t mode,
                       const struct cred *cred, struct inode **child)
{
    int err = tmpfs_create(dir, name, len, mode, 0, cred, child);

    if (!err)
        dir->nlink++;
    return err;
}

static int tmpfs_symlink(struct inode *dir, const char *name, size_t len, const char *target,
                         const struct cred *cred, struct inode **child)
{
    char *text = kstrdup(target, GFP_KERNEL);
    int err = text ? tmpfs_new_inode(dir->sb, dir, S_IFLNK | 0777, 0, cred, child) : -ENOMEM;

    if (err) {
        kfree(text);
        return err;
    }
    (*child)->private = text;
    inode_set_size(*child, strlen(target));
    return enter(dir, name, len, *child);
}

/* A further name is memory too: it takes as much of the limit as an inode. */
static int tmpfs_link(struct inode *dir, const char *name, size_t len, struct inode *target)
{
    struct tmpfs *t = tmpfs_of(dir->sb);
    struct tmpfs_entry *e;

    if (!tmpfs_take_space(t, t->inode_space))
        return -ENOSPC;
    e = tmpfs_entry_create(name, len, target);
    if (!e) {
        tmpfs_return_space(t, t->inode_space);
        return -ENOMEM;
    }
    tmpfs_dir_insert(tmpfs_dir_of(dir), e);
    target->nlink++;
    target->ctime = inode_now();
    touch_dir(dir);
    return 0;
}

/* Take the name out of DIR. */
static void leave(struct inode *dir, const char *name, size_t len)
{
    struct tmpfs_dir *d = tmpfs_dir_of(dir);
    struct tmpfs_entry *e = tmpfs_dir_find(d, name, len);

    tmpfs_dir_remove(d, e);
    tmpfs_entry_destroy(e);
    touch_dir(dir);
}

/* INODE, no directory, has a name less: the last one's space is the inode's own. */
static void drop_name(struct inode *inode)
{
    struct tmpfs *t = tmpfs_of(inode->sb);

    if (--inode->nlink > 0)
        tmpfs_return_space(t, t->inode_space);
}

static int tmpfs_unlink(struct inode *dir, const char *name, size_t len, struct inode *child)
{
    drop_name(child);
    child->ctime = inode_now();
    leave(dir, name, len);
    return 0;
}

static int tmpfs_rmdir(struct inode *dir, const char *name, size_t len, struct inode *child)
{
    if (tmpfs_dir_of(child)->nentries > 0)
        return -ENOTEMPTY;
    child->nlink = 0;
    dir->nlink--;
    leave(dir, name, len);
    return 0;
}

/* ---- rename --------------------------------------------------------------------------- */

/* CHILD changed from FROM to TO: who counts it, and where its ".." leads. */
static void reparent(struct inode *child, struct inode *from, struct inode *to)
{
    child->ctime = inode_now();
    if (!S_ISDIR(child->mode) || from == to)
        return;
    from->nlink--;
    to->nlink++;
    tmpfs_dir_of(child)->parent_ino = to->ino;
}

static int exchange(struct inode *from, struct tmpfs_entry *a, struct inode *to,
                    struct tmpfs_entry *b)
{
    struct inode *inode = a->inode;

    reparent(a->inode, from, to);
    reparent(b->inode, to, from);
    a->inode = b->inode;
    b->inode = inode;
    touch_dir(from);
    touch_dir(to);
    return 0;
}

static void remove_victim(struct inode *to, struct tmpfs_entry *e)
{
    struct inode *victim = e->inode;

    victim->ctime = inode_now();
    if (S_ISDIR(victim->mode)) {
        victim->nlink = 0;
        to->nlink--;
    } else {
        drop_name(victim);
    }
    tmpfs_dir_remove(tmpfs_dir_of(to), e);
    tmpfs_entry_destroy(e);
}

static int tmpfs_rename(struct inode *from, const char *oname, size_t olen, struct inode *child,
                        struct inode *to, const char *nname, size_t nlen, struct inode *victim,
                        uint32_t flags)
{
    struct tmpfs_entry *old = tmpfs_dir_find(tmpfs_dir_of(from), oname, olen);
    struct tmpfs_entry *there = tmpfs_dir_find(tmpfs_dir_of(to), nname, nlen);
    struct tmpfs_entry *e;

    if (flags & RENAME_EXCHANGE)
        return exchange(from, old, to, there);
    if (victim && S_ISDIR(victim->mode) && tmpfs_dir_of(victim)->nentries > 0)
        return -ENOTEMPTY;
    e = tmpfs_entry_create(nname, nlen, child);
    if (!e)
        return -ENOMEM;
    if (there)
        remove_victim(to, there);
    tmpfs_dir_remove(tmpfs_dir_of(from), old);
    tmpfs_entry_destroy(old);
    tmpfs_dir_insert(tmpfs_dir_of(to), e);
    reparent(child, from, to);
    touch_dir(from);
    touch_dir(to);
    return 0;
}

/* ---- listing ---------------------------------------------------------------------------- */

static int tmpfs_iterate(struct file *f, struct dir_context *ctx)
{
    struct tmpfs_dir *d = tmpfs_dir_of(f->inode);
    struct tmpfs_entry *e;

    if (ctx->pos == 0) {
        if (!ctx->emit(ctx, ".", 1, f->inode->ino, DT_DIR, 1))
            return 0;
        ctx->pos = 1;
    }
    if (ctx->pos == 1) {
        if (!ctx->emit(ctx, "..", 2, d->parent_ino, DT_DIR, 2))
            return 0;
        ctx->pos = 2;
    }
    while ((e = tmpfs_dir_find_cookie(d, ctx->pos))) {
        uint8_t type = (uint8_t)((e->inode->mode & S_IFMT) >> 12);

        if (!ctx->emit(ctx, e->name, e->len, e->inode->ino, type, e->cookie + 1))
            return 0;
        ctx->pos = e->cookie + 1;
    }
    return 0;
}

static ssize_t tmpfs_readlink(struct inode *inode, char *buf, size_t size)
{
    size_t len = strlcpy(buf, inode->private, size);

    return len < size ? (ssize_t)len : -ENAMETOOLONG;
}

const struct inode_operations tmpfs_dir_inode_ops = {
    .lookup = tmpfs_lookup,
    .create = tmpfs_create,
    .mkdir = tmpfs_mkdir,
    .symlink = tmpfs_symlink,
    .link = tmpfs_link,
    .unlink = tmpfs_unlink,
    .rmdir = tmpfs_rmdir,
    .rename = tmpfs_rename,
    INODE_OPS_NOT_LINK,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    .xattr = &tmpfs_xattr_ops,
};

const struct inode_operations tmpfs_link_inode_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    .xattr = &tmpfs_xattr_ops,
    .readlink = tmpfs_readlink,
    .follow = inode_op_follow_text,
};

const struct inode_operations tmpfs_special_inode_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_LINK,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    .xattr = &tmpfs_xattr_ops,
};

const struct file_operations tmpfs_dir_file_ops = {
    FILE_OPS_NO_DATA,
    FILE_OPS_PLAIN,
    .seek = file_op_seek_size,
    .iterate = tmpfs_iterate,
    .fsync = file_op_fsync_nothing,
};

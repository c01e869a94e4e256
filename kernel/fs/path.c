/* SPDX-License-Identifier: MIT */
/*
 * path.c - lookups, and the operations behind the *at() system calls that do not
 * rename: each one walks to the parent directory, locks it, checks, and asks the
 * file system, between fs_op_begin and fs_op_end.
 */
#include "kernel/fs/path.h"
#include "kernel/fs/dir_op.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

int path_lookup(const struct path_ctx *ctx, const struct path *start, const char *name,
                uint32_t flags, struct path *out)
{
    struct walk w;
    int err;

    if (!*name && !(flags & LOOKUP_EMPTY))
        return -ENOENT;
    walk_begin(&w, ctx, start, name);
    err = walk_to_end(&w, flags & LOOKUP_FOLLOW);
    if (!err && (flags & LOOKUP_DIRECTORY) && !S_ISDIR(path_inode(&w.at)->mode))
        err = -ENOTDIR;
    if (!err)
        walk_take(&w, out);
    walk_end(&w);
    return err;
}

/* ---- names of paths --------------------------------------------------------------- */

/* Put the LEN bytes at S in front of *P, not below BUF. */
static bool prepend(char **p, const char *buf, const char *s, size_t len)
{
    if ((size_t)(*p - buf) < len)
        return false;
    *p -= len;
    memcpy(*p, s, len);
    return true;
}

/*
 * The name of AT in front of *P.  0; -ENOENT: ROOT is not above it (the name is that
 * from the root of all, or what a file without one is called); -ENAMETOOLONG.
 */
static int prepend_name_locked(struct path at, const struct path *root, char **p, const char *buf)
{
    bool any = false;

    if (at.mount == &mount_apart)
        return prepend(p, buf, at.dentry->name, at.dentry->len) ? -ENOENT : -ENAMETOOLONG;
    for (;;) {
        if (path_equal(&at, root))
            break;
        mount_ascend_locked(&at, root);
        if (path_equal(&at, root) || at.dentry->parent == at.dentry)
            break;
        if (!prepend(p, buf, at.dentry->name, at.dentry->len) || !prepend(p, buf, "/", 1))
            return -ENAMETOOLONG;
        any = true;
        at.dentry = at.dentry->parent;
    }
    if (!any && !prepend(p, buf, "/", 1))
        return -ENAMETOOLONG;
    return path_equal(&at, root) ? 0 : -ENOENT;
}

static bool is_deleted_locked(const struct path *p)
{
    return !p->dentry->hashed && p->dentry->parent != p->dentry;
}

char *path_name(const struct path *p, const struct path *root, char *buf, size_t size, int *err)
{
    char *start = buf + size;

    *err = prepend(&start, buf, "", 1) ? 0 : -ENAMETOOLONG;
    spin_lock(&dentry_lock);
    if (!*err && is_deleted_locked(p))
        *err = -ENOENT;
    if (!*err)
        *err = prepend_name_locked(*p, root, &start, buf);
    spin_unlock(&dentry_lock);
    return *err ? NULL : start;
}

char *path_describe(const struct path *p, const struct path *root, char *buf, size_t size)
{
    static const char deleted[] = " (deleted)";
    char *start = buf + size;
    bool fits;

    spin_lock(&dentry_lock);
    fits = is_deleted_locked(p) ? prepend(&start, buf, deleted, sizeof(deleted))
                                : prepend(&start, buf, "", 1);
    if (fits)
        fits = prepend_name_locked(*p, root, &start, buf) != -ENAMETOOLONG;
    spin_unlock(&dentry_lock);
    return fits ? start : NULL;
}

int path_make_apart(struct inode *inode, const char *name, struct path *out)
{
    inode_get(inode);
    out->dentry = dentry_make_apart(inode->sb, inode, name);
    if (!out->dentry) {
        inode_put(inode);
        return -ENOMEM;
    }
    out->mount = &mount_apart;
    mount_get(out->mount);
    return 0;
}

ssize_t path_readlink(const struct path *p, char *buf, size_t size)
{
    struct inode *inode = path_inode(p);

    if (!S_ISLNK(inode->mode))
        return -EINVAL;
    inode_touch_atime(inode);
    return inode->ops->readlink(inode, buf, size);
}

/* ---- operations on one name in a directory ------------------------------------------- */

int dir_op_begin(struct dir_op *op, const struct path_ctx *ctx, const struct path *start,
                 const char *name)
{
    int err;

    op->child = NULL;
    op->removed = NULL;
    op->locked = false;
    walk_begin(&op->walk, ctx, start, name);
    err = *name ? walk_to_parent(&op->walk) : -ENOENT;
    if (!err)
        err = dir_op_lock(op);
    return err;
}

int dir_op_lock(struct dir_op *op)
{
    struct walk *w = &op->walk;

    op->dir = path_inode(&w->at);
    if (w->last != WALK_NAME)
        return 0;
    rwsem_write_lock(&op->dir->lock);
    op->locked = true;
    return dentry_lookup(w->at.dentry, w->name.s, w->name.len, true, &op->child);
}

void dir_op_unlock(struct dir_op *op)
{
    if (op->locked)
        rwsem_write_unlock(&op->dir->lock);
    op->locked = false;
}

void dir_op_end(struct dir_op *op)
{
    dir_op_unlock(op);
    if (op->child)
        dentry_put(op->child);
    if (op->removed)
        inode_put(op->removed);
    walk_end(&op->walk);
}

int dir_may_create(struct inode *dir, const struct cred *cred)
{
    if (inode_test(dir, INODE_DEAD) || (dir->sb->internal_flags & SB_NO_NEW_NAMES))
        return -ENOENT;
    return inode_permission(dir, MAY_WRITE | MAY_EXEC, cred);
}

int dir_may_delete(struct inode *dir, const struct dentry *victim, bool is_dir,
                   const struct cred *cred)
{
    const struct inode *inode = victim->inode;
    int err = inode_permission(dir, MAY_WRITE | MAY_EXEC, cred);

    if (err)
        return err;
    if ((dir->mode & S_ISVTX) && cred->fsuid != 0 && cred->fsuid != inode->uid
        && cred->fsuid != dir->uid)
        return -EPERM;
    if (inode_test(inode, INODE_SWAPFILE))
        return -EPERM;
    if (is_dir && !S_ISDIR(inode->mode))
        return -ENOTDIR;
    if (!is_dir && S_ISDIR(inode->mode))
        return -EISDIR;
    return 0;
}

/* Ready to make the name: 0, or what stands against it.  MAKES_DIR: slashes may follow. */
static int check_new_name(const struct dir_op *op, bool makes_dir)
{
    if (op->walk.last != WALK_NAME || op->child->inode)
        return -EEXIST;
    if (op->walk.name.has_slash && !makes_dir)
        return -ENOENT;
    return dir_may_create(op->dir, op->walk.ctx->cred);
}

int path_mknod(const struct path_ctx *ctx, const struct path *start, const char *name,
               uint32_t mode, dev_t rdev, struct path *made)
{
    struct inode *inode = NULL;
    struct dir_op op;
    int err;

    if (S_ISDIR(mode))
        return -EPERM;
    if (!(mode & S_IFMT))
        mode |= S_IFREG;
    if (!S_ISREG(mode) && !S_ISCHR(mode) && !S_ISBLK(mode) && !S_ISFIFO(mode) && !S_ISSOCK(mode))
        return -EINVAL;
    err = dir_op_begin(&op, ctx, start, name);
    if (!err)
        err = check_new_name(&op, false);
    if (!err && (S_ISCHR(mode) || S_ISBLK(mode)) && ctx->cred->fsuid != 0)
        err = -EPERM;
    if (!err)
        err = dir_op_create(&op, mode & ~ctx->umask, rdev, &inode);
    if (!err && made) {
        *made = (struct path){ op.walk.at.mount, op.child };
        path_get(made);
    }
    dir_op_end(&op);
    return err;
}

int dir_op_create(struct dir_op *op, uint32_t mode, dev_t rdev, struct inode **out)
{
    const struct path_name *name = &op->walk.name;
    int err = fs_op_begin(op->dir->sb, 0);

    if (err)
        return err;
    err = op->dir->ops->create(op->dir, name->s, name->len, mode, rdev, op->walk.ctx->cred, out);
    fs_op_end(op->dir->sb);
    if (!err)
        dentry_instantiate(op->child, *out);
    return err;
}

int path_mkdir(const struct path_ctx *ctx, const struct path *start, const char *name,
               uint32_t mode)
{
    struct inode *inode = NULL;
    struct dir_op op;
    int err = dir_op_begin(&op, ctx, start, name);

    if (!err)
        err = check_new_name(&op, true);
    if (!err)
        err = fs_op_begin(op.dir->sb, 0);
    if (!err) {
        mode = S_IFDIR | (mode & (07777 & ~ctx->umask) & ~(S_ISUID | S_ISGID));
        err = op.dir->ops->mkdir(op.dir, op.walk.name.s, op.walk.name.len, mode, ctx->cred,
                                 &inode);
        fs_op_end(op.dir->sb);
    }
    if (!err)
        dentry_instantiate(op.child, inode);
    dir_op_end(&op);
    return err;
}

int path_symlink(const struct path_ctx *ctx, const char *target, const struct path *start,
                 const char *name)
{
    struct inode *inode = NULL;
    struct dir_op op;
    int err;

    if (!*target)
        return -ENOENT;
    err = dir_op_begin(&op, ctx, start, name);
    if (!err)
        err = check_new_name(&op, false);
    if (!err)
        err = fs_op_begin(op.dir->sb, 0);
    if (!err) {
        err = op.dir->ops->symlink(op.dir, op.walk.name.s, op.walk.name.len, target, ctx->cred,
                                   &inode);
        fs_op_end(op.dir->sb);
    }
    if (!err)
        dentry_instantiate(op.child, inode);
    dir_op_end(&op);
    return err;
}

/* The directory is locked and the name free: INODE gets it. */
static int link_locked(struct dir_op *op, struct inode *inode)
{
    const struct path_name *name = &op->walk.name;
    int err;

    if (S_ISDIR(inode->mode))
        return -EPERM;
    rwsem_write_lock(&inode->lock);
    err = inode->nlink == 0 ? -ENOENT : fs_op_begin(op->dir->sb, 0);
    if (!err) {
        err = op->dir->ops->link(op->dir, name->s, name->len, inode);
        fs_op_end(op->dir->sb);
    }
    rwsem_write_unlock(&inode->lock);
    if (!err) {
        inode_get(inode);
        dentry_instantiate(op->child, inode);
    }
    return err;
}

int path_link(const struct path_ctx *ctx, const struct path *old, const struct path *start,
              const char *name)
{
    struct dir_op op;
    int err = dir_op_begin(&op, ctx, start, name);

    if (!err)
        err = check_new_name(&op, false);
    if (!err && op.walk.at.mount != old->mount)
        err = -EXDEV;
    if (!err)
        err = link_locked(&op, path_inode(old));
    dir_op_end(&op);
    return err;
}

/* What op is to remove, as far as the name goes. */
static int check_old_name(const struct dir_op *op, bool is_dir)
{
    const struct walk *w = &op->walk;

    if (w->last == WALK_DOT)
        return is_dir ? -EINVAL : -EISDIR;
    if (w->last == WALK_DOTDOT)
        return is_dir ? -ENOTEMPTY : -EISDIR;
    if (w->last == WALK_ROOT)
        return is_dir ? -EBUSY : -EISDIR;
    if (!op->child->inode)
        return -ENOENT;
    if (!is_dir && w->name.has_slash)
        return S_ISDIR(op->child->inode->mode) ? -EISDIR : -ENOTDIR;
    return dir_may_delete(op->dir, op->child, is_dir, w->ctx->cred);
}

bool dentry_has_mount(const struct dentry *d)
{
    bool has;

    spin_lock(&dentry_lock);
    has = d->nmounts > 0;
    spin_unlock(&dentry_lock);
    return has;
}

/* The file system has removed op->child: so does the cache. */
static void forget_child(struct dir_op *op)
{
    op->removed = op->child->inode;
    inode_get(op->removed);
    dentry_delete(op->child);
}

int path_unlink(const struct path_ctx *ctx, const struct path *start, const char *name)
{
    struct dir_op op;
    int err = dir_op_begin(&op, ctx, start, name);

    if (!err)
        err = check_old_name(&op, false);
    if (!err && dentry_has_mount(op.child))
        err = -EBUSY;
    if (!err) {
        struct inode *inode = op.child->inode;

        rwsem_write_lock(&inode->lock);
        err = fs_op_begin(op.dir->sb, 0);
        if (!err) {
            err = op.dir->ops->unlink(op.dir, op.walk.name.s, op.walk.name.len, inode);
            fs_op_end(op.dir->sb);
        }
        rwsem_write_unlock(&inode->lock);
    }
    if (!err)
        forget_child(&op);
    dir_op_end(&op);
    return err;
}

int path_rmdir(const struct path_ctx *ctx, const struct path *start, const char *name)
{
    struct dir_op op;
    int err = dir_op_begin(&op, ctx, start, name);

    if (!err)
        err = check_old_name(&op, true);
    if (!err) {
        struct inode *inode = op.child->inode;

        rwsem_write_lock_nested(&inode->lock);
        err = dentry_has_mount(op.child) ? -EBUSY : fs_op_begin(op.dir->sb, 0);
        if (!err) {
            err = op.dir->ops->rmdir(op.dir, op.walk.name.s, op.walk.name.len, inode);
            fs_op_end(op.dir->sb);
        }
        if (!err)
            inode_set(inode, INODE_DEAD);
        rwsem_write_unlock(&inode->lock);
    }
    if (!err) {
        dentry_prune_children(op.child);
        forget_child(&op);
    }
    dir_op_end(&op);
    return err;
}

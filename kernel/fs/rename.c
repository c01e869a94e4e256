/* SPDX-License-Identifier: MIT */
/*
 * rename.c - rename(2) and renameat2(2).
 *
 * Two directories may be involved, a third one as the victim, and a fourth one that moves
 * from one to the other and is changed itself: its "..".  Directories are locked ancestor
 * first; what is whose ancestor cannot change meanwhile, because every rename between
 * directories holds its file system's rename lock.  That lock also lets it take two of
 * which neither is above the other in any order.
 *
 *   1. resolve both parents
 *   2. lock: rename lock, directories
 *   3. look both names up, check everything
 *   4. ask the file system; move the entries in the cache
 */
#include "kernel/fs/dir_op.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"

struct rename {
    struct walk from, to;
    struct inode *from_dir, *to_dir;
    struct dentry *from_child, *to_child;       /* referenced                  */
    struct inode *removed;                      /* victim, put at the end      */
    uint32_t flags;
    bool locked;
};

static void lock_dirs(struct rename *r)
{
    struct inode *first = r->from_dir, *second = r->to_dir;

    r->locked = true;
    if (first == second) {
        rwsem_write_lock(&first->lock);
        return;
    }
    mutex_lock(&first->sb->rename_lock);
    if (dentry_is_ancestor(r->to.at.dentry, r->from.at.dentry)
        || (!dentry_is_ancestor(r->from.at.dentry, r->to.at.dentry) && second < first)) {
        first = r->to_dir;
        second = r->from_dir;
    }
    rwsem_write_lock(&first->lock);
    rwsem_write_lock_nested(&second->lock);
}

static void unlock_dirs(struct rename *r)
{
    if (!r->locked)
        return;
    rwsem_write_unlock(&r->from_dir->lock);
    if (r->from_dir == r->to_dir)
        return;
    rwsem_write_unlock(&r->to_dir->lock);
    mutex_unlock(&r->from_dir->sb->rename_lock);
}

static int resolve(struct rename *r, const char *oname, const char *nname)
{
    int err = *oname && *nname ? walk_to_parent(&r->from) : -ENOENT;

    if (!err)
        err = walk_to_parent(&r->to);
    if (err)
        return err;
    if (r->from.at.mount != r->to.at.mount)
        return -EXDEV;
    if (r->from.last != WALK_NAME)
        return -EBUSY;
    if (r->to.last != WALK_NAME)
        return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    r->from_dir = path_inode(&r->from.at);
    r->to_dir = path_inode(&r->to.at);
    return 0;
}

static int lookup_both(struct rename *r)
{
    const struct path_name *o = &r->from.name, *n = &r->to.name;
    int err = dentry_lookup(r->from.at.dentry, o->s, o->len, true, &r->from_child);

    if (!err)
        err = dentry_lookup(r->to.at.dentry, n->s, n->len, true, &r->to_child);
    return err;
}

/* Names and loops: what has nothing to do with rights. */
static int check_shape(const struct rename *r)
{
    const struct inode *child = r->from_child->inode, *victim = r->to_child->inode;
    bool exchange = r->flags & RENAME_EXCHANGE;

    if (!child)
        return -ENOENT;
    if (victim && (r->flags & RENAME_NOREPLACE))
        return -EEXIST;
    if (!victim && exchange)
        return -ENOENT;
    if (!S_ISDIR(child->mode) && (r->from.name.has_slash || (!exchange && r->to.name.has_slash)))
        return -ENOTDIR;
    if (exchange && r->to.name.has_slash && !S_ISDIR(victim->mode))
        return -ENOTDIR;
    if (dentry_is_ancestor(r->from_child, r->to.at.dentry))
        return -EINVAL;
    if (dentry_is_ancestor(r->to_child, r->from.at.dentry))
        return exchange ? -EINVAL : -ENOTEMPTY;
    return 0;
}

/* A directory that gets another parent is changed itself: its "..". */
static int check_move(const struct inode *dir, struct inode *child, const struct inode *new_dir,
                      const struct cred *cred)
{
    if (!S_ISDIR(child->mode) || dir == new_dir)
        return 0;
    return inode_permission(child, MAY_WRITE, cred);
}

static int check_rights(const struct rename *r)
{
    const struct cred *cred = r->from.ctx->cred;
    struct inode *child = r->from_child->inode, *victim = r->to_child->inode;
    bool exchange = r->flags & RENAME_EXCHANGE;
    int err = dir_may_delete(r->from_dir, r->from_child, S_ISDIR(child->mode), cred);

    if (!err && !victim)
        err = dir_may_create(r->to_dir, cred);
    if (!err && victim)
        err = dir_may_delete(r->to_dir, r->to_child,
                             S_ISDIR(exchange ? victim->mode : child->mode), cred);
    if (!err)
        err = check_move(r->from_dir, child, r->to_dir, cred);
    if (!err && exchange)
        err = check_move(r->to_dir, victim, r->from_dir, cred);
    if (!err && dentry_has_mount(r->from_child))
        err = -EBUSY;
    return err;
}

static int ask_fs(struct rename *r, struct inode *victim)
{
    const struct path_name *o = &r->from.name, *n = &r->to.name;
    int err = fs_op_begin(r->from_dir->sb, 0);

    if (err)
        return err;
    err = r->from_dir->ops->rename(r->from_dir, o->s, o->len, r->from_child->inode, r->to_dir,
                                   n->s, n->len, victim, r->flags & RENAME_EXCHANGE);
    fs_op_end(r->from_dir->sb);
    return err;
}

/* The file system's part, with the victim locked. */
static int replace(struct rename *r, struct inode *victim)
{
    bool exchange = r->flags & RENAME_EXCHANGE;
    int err;

    if (S_ISDIR(victim->mode))
        rwsem_write_lock_nested(&victim->lock);
    else
        rwsem_write_lock(&victim->lock);
    err = dentry_has_mount(r->to_child) ? -EBUSY : ask_fs(r, victim);
    if (!err && !exchange && S_ISDIR(victim->mode))
        inode_set(victim, INODE_DEAD);
    rwsem_write_unlock(&victim->lock);
    if (err || exchange)
        return err;
    if (S_ISDIR(victim->mode))
        dentry_prune_children(r->to_child);
    r->removed = victim;
    inode_get(victim);
    return 0;
}

/* Ask the file system with the child locked if that is a directory whose ".." will change. */
static int move_child(struct rename *r, struct inode *victim)
{
    struct inode *child = r->from_child->inode;
    bool locks = S_ISDIR(child->mode) && r->from_dir != r->to_dir;
    int err;

    if (locks)
        rwsem_write_lock_nested(&child->lock);
    err = victim ? replace(r, victim) : ask_fs(r, NULL);
    if (locks)
        rwsem_write_unlock(&child->lock);
    return err;
}

static int rename_locked(struct rename *r)
{
    struct inode *victim;
    int err = lookup_both(r);

    if (!err)
        err = check_shape(r);
    if (err)
        return err;
    victim = r->to_child->inode;
    if (victim == r->from_child->inode)
        return 0;
    err = check_rights(r);
    if (!err)
        err = move_child(r, victim);
    if (!err)
        dentry_exchange(r->from_child, r->to_child, r->flags & RENAME_EXCHANGE);
    return err;
}

int path_rename(const struct path_ctx *ctx, const struct path *ostart, const char *oname,
                const struct path *nstart, const char *nname, uint32_t flags)
{
    struct rename r = { .flags = flags };
    int err;

    if ((flags & ~(uint32_t)(RENAME_NOREPLACE | RENAME_EXCHANGE))
        || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
        return -EINVAL;
    walk_begin(&r.from, ctx, ostart, oname);
    walk_begin(&r.to, ctx, nstart, nname);
    err = resolve(&r, oname, nname);
    if (!err) {
        lock_dirs(&r);
        err = rename_locked(&r);
    }
    unlock_dirs(&r);
    if (r.from_child)
        dentry_put(r.from_child);
    if (r.to_child)
        dentry_put(r.to_child);
    if (r.removed)
        inode_put(r.removed);
    walk_end(&r.to);
    walk_end(&r.from);
    return err;
}

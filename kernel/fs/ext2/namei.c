/* SPDX-License-Identifier: MIT */
/*
 * namei.c - directory operations: create, link, unlink, rename and the like.
 *
 * Each looks first and changes then: whatever can fail (finding entries, reading
 * pages, taking blocks) comes before the first change that could not be undone.
 * The VFS holds the locks and has checked rights and kinds (inode.h).
 *
 * Link counts: a file has one per name; a directory has one in its parent, its
 * own ".", and the ".." of each subdirectory.
 */
#include "kernel/fs/ext2/ext2.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/string.h"

/* The entry NAME, which leads to CHILD as the VFS believes. */
static int find_child(struct inode *dir, const char *name, size_t len, const struct inode *child,
                      struct ext2_slot *slot)
{
    int err = ext2_dir_find(dir, name, len, slot);

    if (err)
        return err;
    if (ext2_slot_ino(slot) == child->ino)
        return 0;
    ext2_error(ext2_fs_of(dir), "an entry of directory %lu leads to %u instead of %lu",
               dir->ino, ext2_slot_ino(slot), child->ino);
    ext2_slot_put(slot);
    return -EIO;
}

/* A count that is 0 already was wrong on the disk. */
static void drop_link(struct inode *inode)
{
    if (inode->nlink > 0)
        inode->nlink--;
    else
        ext2_error(ext2_fs_of(inode), "inode %lu has more names than links", inode->ino);
    inode_mark_dirty(inode);
}

static void add_link(struct inode *inode)
{
    inode->nlink++;
    inode_mark_dirty(inode);
}

static void touch_ctime(struct inode *inode)
{
    inode->ctime = inode_now();
    inode_mark_dirty(inode);
}

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    struct ext2_slot slot;
    uint32_t ino;
    int err = ext2_dir_find(dir, name, len, &slot);

    if (err)
        return err;
    ino = ext2_slot_ino(&slot);
    ext2_slot_put(&slot);
    if (ino != dir->ino)
        return ext2_get_inode(dir->sb, ino, child);
    ext2_error(ext2_fs_of(dir), "directory %u contains itself", ino);
    return -EIO;
}

/* Give the complete INODE its first name, or undo it. */
static int enter(struct inode *dir, const char *name, size_t len, struct inode *inode,
                 struct inode **child)
{
    int err = ext2_dir_insert(dir, name, len, inode);

    if (err) {
        ext2_discard_inode(inode);
        return err;
    }
    ext2_keep_inode(inode);
    *child = inode;
    return 0;
}

static int create(struct inode *dir, const char *name, size_t len, uint32_t mode, dev_t rdev,
                  const struct cred *cred, struct inode **child)
{
    struct inode *inode;
    int err = ext2_new_inode(dir, mode, rdev, cred, &inode);

    return err ? err : enter(dir, name, len, inode, child);
}

static int make_dir(struct inode *dir, const char *name, size_t len, uint32_t mode,
                    const struct cred *cred, struct inode **child)
{
    struct inode *inode;
    int err;

    if (dir->nlink >= EXT2_LINK_MAX)
        return -EMLINK;
    err = ext2_new_inode(dir, S_IFDIR | (mode & ~S_IFMT), 0, cred, &inode);
    if (err)
        return err;
    inode->nlink = 2;
    err = ext2_dir_init(inode, dir);
    if (err) {
        ext2_discard_inode(inode);
        return err;
    }
    err = enter(dir, name, len, inode, child);
    if (!err)
        add_link(dir);
    return err;
}

static int make_symlink(struct inode *dir, const char *name, size_t len, const char *target,
                        const struct cred *cred, struct inode **child)
{
    size_t target_len = strlen(target);
    struct inode *inode;
    int err;

    if (target_len == 0)
        return -ENOENT;
    if (target_len >= PATH_MAX)
        return -ENAMETOOLONG;
    err = ext2_new_inode(dir, S_IFLNK | 0777, 0, cred, &inode);
    if (err)
        return err;
    ext2_of(inode)->has_text = target_len < sizeof(ext2_of(inode)->block);
    if (ext2_is_fast_symlink(inode))
        memcpy(ext2_of(inode)->block, target, target_len);
    else
        err = ext2_symlink_write(inode, target, target_len);
    if (err) {
        ext2_discard_inode(inode);
        return err;
    }
    inode_set_size(inode, target_len);
    return enter(dir, name, len, inode, child);
}

static int make_link(struct inode *dir, const char *name, size_t len, struct inode *target)
{
    int err;

    if (target->nlink >= EXT2_LINK_MAX)
        return -EMLINK;
    err = ext2_dir_insert(dir, name, len, target);
    if (err)
        return err;
    add_link(target);
    touch_ctime(target);
    return 0;
}

static int unlink_file(struct inode *dir, const char *name, size_t len, struct inode *child)
{
    struct ext2_slot slot;
    int err = find_child(dir, name, len, child, &slot);

    if (err)
        return err;
    ext2_dir_remove(dir, &slot);
    ext2_slot_put(&slot);
    drop_link(child);
    touch_ctime(child);
    return 0;
}

/* The directory INODE has lost its name in DIR. */
static void abandon_dir(struct inode *dir, struct inode *inode)
{
    inode->nlink = 0;
    touch_ctime(inode);
    drop_link(dir);
}

static int remove_dir(struct inode *dir, const char *name, size_t len, struct inode *child)
{
    struct ext2_slot slot;
    int err = ext2_dir_check_empty(child);

    if (!err)
        err = find_child(dir, name, len, child, &slot);
    if (err)
        return err;
    ext2_dir_remove(dir, &slot);
    ext2_slot_put(&slot);
    abandon_dir(dir, child);
    return 0;
}

/*
 * Renaming.
 */
struct rename {
    struct inode *from, *to;            /* directories; may be the same        */
    struct inode *child, *victim;       /* VICTIM may be NULL                  */
    struct ext2_slot old, new;          /* their entries; NEW only with VICTIM */
    struct ext2_slot up[2];             /* ".." of CHILD and VICTIM ...        */
    bool has_up[2];                     /* ... if these are to be changed      */
};

/* A directory's ".." must follow it if it moves to another parent. */
static int find_up(struct rename *r, unsigned which, struct inode *moved)
{
    int err;

    if (!S_ISDIR(moved->mode) || r->from == r->to)
        return 0;
    err = ext2_dir_find(moved, "..", 2, &r->up[which]);
    if (err == -ENOENT)
        ext2_error(ext2_fs_of(moved), "directory %lu has no \"..\"", moved->ino);
    r->has_up[which] = !err;
    return err == -ENOENT ? -EIO : err;
}

/* MOVED, a directory whose ".." was found, hangs below TO instead of FROM. */
static void set_up(struct rename *r, unsigned which, struct inode *moved, struct inode *from,
                   struct inode *to)
{
    if (!r->has_up[which])
        return;
    ext2_dir_set(moved, &r->up[which], to);
    drop_link(from);
    add_link(to);
}

static void put_ups(struct rename *r)
{
    for (unsigned i = 0; i < 2; i++)
        if (r->has_up[i])
            ext2_slot_put(&r->up[i]);
}

/* CHILD takes VICTIM's name, and VICTIM CHILD's. */
static int exchange(struct rename *r)
{
    int err = find_up(r, 1, r->victim);

    if (err)
        return err;
    if (r->has_up[0] != r->has_up[1]
        && (r->has_up[0] ? r->to : r->from)->nlink >= EXT2_LINK_MAX)
        return -EMLINK;
    ext2_dir_set(r->to, &r->new, r->child);
    ext2_dir_set(r->from, &r->old, r->victim);
    set_up(r, 0, r->child, r->from, r->to);
    set_up(r, 1, r->victim, r->to, r->from);
    touch_ctime(r->victim);
    return 0;
}

/* CHILD takes the name of VICTIM, which loses it. */
static int replace(struct rename *r)
{
    int err = S_ISDIR(r->victim->mode) ? ext2_dir_check_empty(r->victim) : 0;

    if (err)
        return err;
    ext2_dir_set(r->to, &r->new, r->child);
    ext2_dir_remove(r->from, &r->old);
    set_up(r, 0, r->child, r->from, r->to);
    if (S_ISDIR(r->victim->mode)) {
        abandon_dir(r->to, r->victim);
    } else {
        drop_link(r->victim);
        touch_ctime(r->victim);
    }
    return 0;
}

/* CHILD gets a name that was free. */
static int move(struct rename *r, const char *name, size_t len)
{
    int err;

    if (r->has_up[0] && r->to->nlink >= EXT2_LINK_MAX)
        return -EMLINK;
    err = ext2_dir_insert(r->to, name, len, r->child);
    if (err)
        return err;
    ext2_dir_remove(r->from, &r->old);
    set_up(r, 0, r->child, r->from, r->to);
    return 0;
}

static int rename(struct inode *from, const char *oname, size_t olen, struct inode *child,
                  struct inode *to, const char *nname, size_t nlen, struct inode *victim,
                  uint32_t flags)
{
    struct rename r = { .from = from, .to = to, .child = child, .victim = victim };
    int err = find_child(from, oname, olen, child, &r.old);

    if (err)
        return err;
    if (victim)
        err = find_child(to, nname, nlen, victim, &r.new);
    if (err)
        goto put_old;
    err = find_up(&r, 0, child);
    if (err)
        goto put_new;
    if (!victim)
        err = move(&r, nname, nlen);
    else if (flags & RENAME_EXCHANGE)
        err = exchange(&r);
    else
        err = replace(&r);
    put_ups(&r);
    if (!err)
        touch_ctime(child);
put_new:
    if (victim)
        ext2_slot_put(&r.new);
put_old:
    ext2_slot_put(&r.old);
    return err;
}

const struct inode_operations ext2_dir_ops = {
    .lookup = lookup,
    .create = create,
    .mkdir = make_dir,
    .symlink = make_symlink,
    .link = make_link,
    .unlink = unlink_file,
    .rmdir = remove_dir,
    .rename = rename,
    INODE_OPS_NOT_LINK,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    .xattr = &ext2_xattr_ops,
};

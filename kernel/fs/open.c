/* SPDX-License-Identifier: MIT */
/*
 * open.c - open(2): from a name and flags to a struct file.
 *
 *   file_open        resolves the name; with O_CREAT it may make the file
 *   file_open_path   has the path already
 *   open_file        both end here: rights, kinds, truncation, the file's own open
 */
#include "kernel/fs/open.h"
#include "kernel/fs/bdev.h"
#include "kernel/fs/devfs.h"
#include "kernel/fs/dir_op.h"
#include "kernel/fs/fifo.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"

/* Flags that are asked for at open only, and not kept. */
#define OPEN_ONLY_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

uint32_t file_access_mode(uint32_t flags)
{
    static const uint8_t modes[] = { FILE_READ, FILE_WRITE, FILE_READ | FILE_WRITE, 0 };

    return modes[flags & O_ACCMODE];
}

/* What the opener must be allowed; the odd O_ACCMODE 3 needs both and gives none. */
static uint32_t needed_rights(uint32_t flags)
{
    static const uint8_t rights[] = {
        MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE,
    };

    return rights[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

static int check_open(struct inode *inode, uint32_t flags, const struct cred *cred, bool made)
{
    uint32_t rights = needed_rights(flags);
    int err;

    if ((flags & O_DIRECTORY) && !S_ISDIR(inode->mode))
        return -ENOTDIR;
    if (S_ISLNK(inode->mode))
        return -ELOOP;
    if (S_ISDIR(inode->mode) && ((rights & MAY_WRITE) || (flags & O_CREAT)))
        return -EISDIR;
    if ((S_ISCHR(inode->mode) || S_ISBLK(inode->mode)) && (inode->sb->flags & MS_NODEV))
        return -EACCES;
    err = made ? 0 : inode_permission(inode, rights, cred);
    if (!err && (flags & O_NOATIME) && cred->fsuid != 0 && cred->fsuid != inode->uid)
        err = -EPERM;
    return err;
}

static uint32_t position_mode(const struct inode *inode)
{
    if (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISBLK(inode->mode))
        return FILE_SEEK | FILE_POS;
    return S_ISFIFO(inode->mode) || S_ISSOCK(inode->mode) ? 0 : FILE_SEEK;
}

/* Fill in F, which holds its path.  MADE: the caller has just made the file. */
static int open_file(struct file *f, const struct cred *cred, bool made)
{
    struct inode *inode = path_inode(&f->path);
    uint32_t flags = f->flags;
    int err;

    f->inode = inode;
    f->flags = flags & ~(uint32_t)OPEN_ONLY_FLAGS;
    if (flags & O_PATH) {
        f->mode = FILE_PATH;
        return (flags & O_DIRECTORY) && !S_ISDIR(inode->mode) ? -ENOTDIR : 0;
    }
    err = check_open(inode, flags, cred, made);
    if (err)
        return err;
    f->mode = file_access_mode(flags) | position_mode(inode);
    if ((f->mode & FILE_WRITE) && S_ISREG(inode->mode)) {
        err = inode_get_write(inode);
        if (err)
            return err;
        f->mode |= FILE_WRITER;
    }
    if ((flags & O_TRUNC) && S_ISREG(inode->mode) && !made)
        err = inode_truncate(inode, 0, cred);
    if (err)
        return err;
    f->ops = inode->fops;
    if (flags & O_NOCTTY)
        f->mode |= FILE_NOCTTY;
    err = f->ops->open(inode, f);
    if (!err)
        file_watch_errors(f);
    return err;
}

/* Open PATH, whose references are taken over, as F. */
static int open_taken(struct file *f, struct path *path, const struct cred *cred, bool made)
{
    f->path = *path;
    return open_file(f, cred, made);
}

/* F was to be opened with result ERR: give it out, or free it. */
static int finish(struct file *f, int err, struct file **out)
{
    if (err)
        file_free(f);
    else
        *out = f;
    return err;
}

int file_open_path(const struct path *path, uint32_t flags, const struct cred *cred,
                   struct file **out)
{
    struct file *f = file_alloc(flags & ~(uint32_t)(O_CREAT | O_EXCL));
    struct path taken = *path;

    if (!f)
        return -ENOMEM;
    path_get(&taken);
    return finish(f, open_taken(f, &taken, cred, false), out);
}

/* ---- O_CREAT ------------------------------------------------------------------------------ */

enum create_result { CREATE_FOUND, CREATE_MADE, CREATE_LINK };

/*
 * op stands in the directory, locked, with the name looked up: make the file, or
 * say what is there.
 */
static int create_locked(struct dir_op *op, uint32_t flags, uint32_t mode,
                         enum create_result *result)
{
    const struct path_ctx *ctx = op->walk.ctx;
    struct inode *inode = op->child->inode;
    int err;

    if (op->walk.name.has_slash)
        return -EISDIR;
    if (inode && (flags & O_EXCL))
        return -EEXIST;
    if (inode) {
        *result = S_ISLNK(inode->mode) ? CREATE_LINK : CREATE_FOUND;
        return *result == CREATE_LINK && (flags & O_NOFOLLOW) ? -ELOOP : 0;
    }
    err = dir_may_create(op->dir, ctx->cred);
    if (!err)
        err = dir_op_create(op, S_IFREG | (mode & 07777 & ~ctx->umask), 0, &inode);
    *result = CREATE_MADE;
    return err;
}

/* Resolve the last component with its directory locked; *OUT is a path to open. */
static int create_step(struct dir_op *op, uint32_t flags, uint32_t mode,
                       enum create_result *result, struct path *out)
{
    int err = walk_to_parent(&op->walk);

    if (err)
        return err;
    if (op->walk.last != WALK_NAME)
        return flags & O_EXCL ? -EEXIST : -EISDIR;
    err = dir_op_lock(op);
    if (!err)
        err = create_locked(op, flags, mode, result);
    dir_op_unlock(op);
    if (err)
        return err;
    if (*result == CREATE_LINK) {
        err = walk_push_link(&op->walk, op->child);
        if (!err && op->walk.jumped) {
            walk_take(&op->walk, out);
            *result = CREATE_FOUND;
        }
        return err;
    }
    out->mount = op->walk.at.mount;
    out->dentry = op->child;
    spin_lock(&dentry_lock);
    mount_descend_locked(out);
    mount_get(out->mount);
    dentry_get_locked(out->dentry);
    spin_unlock(&dentry_lock);
    return 0;
}

static int open_create(struct file *f, const struct path_ctx *ctx, const struct path *start,
                       const char *name, uint32_t mode)
{
    enum create_result result = CREATE_LINK;
    struct dir_op op = { 0 };
    struct path path;
    int err = 0;

    walk_begin(&op.walk, ctx, start, name);
    while (!err && result == CREATE_LINK) {
        if (op.child)
            dentry_put(op.child);
        op.child = NULL;
        err = create_step(&op, f->flags, mode, &result, &path);
    }
    dir_op_end(&op);
    return err ? err : open_taken(f, &path, ctx->cred, result == CREATE_MADE);
}

static int open_existing(struct file *f, const struct path_ctx *ctx, const struct path *start,
                         const char *name)
{
    uint32_t lookup = f->flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct path path;
    int err = path_lookup(ctx, start, name, lookup, &path);

    return err ? err : open_taken(f, &path, ctx->cred, false);
}

int file_open(const struct path_ctx *ctx, const struct path *start, const char *name,
              uint32_t flags, uint32_t mode, struct file **out)
{
    struct file *f;
    int err;

    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if ((flags & O_TMPFILE) == O_TMPFILE)
        return -EOPNOTSUPP;
    if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
        return -EINVAL;
    if (!*name)
        return -ENOENT;
    /* First, so that a file that was made can be opened. */
    f = file_alloc(flags);
    if (!f)
        return -ENOMEM;
    err = flags & O_CREAT ? open_create(f, ctx, start, name, mode)
                          : open_existing(f, ctx, start, name);
    return finish(f, err, out);
}

/* ---- special files -------------------------------------------------------------------------- */

static int open_no_device(struct inode *inode, struct file *f)
{
    (void)inode, (void)f;
    return -ENXIO;
}

static const struct file_operations socket_file_ops = {
    .read = file_op_read_refuse,
    .write = file_op_write_refuse,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = file_op_poll_ready,
    .ioctl = file_op_ioctl_refuse,
    .mmap = file_op_mmap_refuse,
    .open = open_no_device,
    .release = file_op_release_nothing,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

void inode_init_special(struct inode *inode, dev_t rdev)
{
    inode->rdev = rdev;
    if (S_ISCHR(inode->mode))
        inode->fops = &chrdev_file_ops;
    else if (S_ISBLK(inode->mode))
        inode->fops = &bdev_file_ops;
    else if (S_ISFIFO(inode->mode))
        inode->fops = &fifo_file_ops;
    else
        inode->fops = &socket_file_ops;
}

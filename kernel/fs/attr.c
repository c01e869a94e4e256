/* SPDX-License-Identifier: MIT */
/*
 * attr.c - rights, owners, times and sizes of inodes, by Linux's rules.
 *
 * Whoever has fsuid 0 may do nearly everything; there are no finer capabilities.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/fs/seal.h"
#include "kernel/fs/super.h"
#include "kernel/fs/xattr.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"

/* relatime: a reader moves atime once a day, or if the file changed since. */
#define ATIME_PERIOD (24 * 3600)

static bool is_in_group(const struct cred *cred, uint32_t gid)
{
    if (cred->fsgid == gid)
        return true;
    for (uint32_t i = 0; i < cred->ngroups; i++)
        if (cred->groups[i] == gid)
            return true;
    return false;
}

/* May CRED make or keep a set-group-ID program of group GID? */
static bool may_set_gid(const struct cred *cred, uint32_t gid)
{
    return cred->fsuid == 0 || is_in_group(cred, gid);
}

static bool is_owner(const struct inode *inode, const struct cred *cred)
{
    return cred->fsuid == 0 || cred->fsuid == inode->uid;
}

int inode_permission(struct inode *inode, uint32_t mask, const struct cred *cred)
{
    uint32_t mode = inode->mode;

    if ((mask & MAY_WRITE) && super_is_read_only(inode->sb)
        && (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
        return -EROFS;
    if (cred->fsuid == 0) {
        bool runs = S_ISDIR(mode) || (mode & (S_IXUSR | S_IXGRP | S_IXOTH));

        return (mask & MAY_EXEC) && !runs ? -EACCES : 0;
    }
    if (cred->fsuid == inode->uid)
        mode >>= 6;
    else if (is_in_group(cred, inode->gid))
        mode >>= 3;
    return (mode & mask) == mask ? 0 : -EACCES;
}

void inode_init_owner(struct inode *inode, const struct inode *dir, uint32_t mode,
                      const struct cred *cred)
{
    inode->uid = cred->fsuid;
    inode->gid = cred->fsgid;
    if (dir->mode & S_ISGID) {
        inode->gid = dir->gid;
        if (S_ISDIR(mode))
            mode |= S_ISGID;
        else if ((mode & S_IXGRP) && !may_set_gid(cred, dir->gid))
            mode &= ~S_ISGID;
    }
    inode_set_mode(inode, mode);
}

/* ---- times -------------------------------------------------------------------- */

static bool is_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

void inode_touch_atime(struct inode *inode)
{
    struct timespec now;

    if (super_is_read_only(inode->sb) || (inode->sb->flags & MS_NOATIME))
        return;
    if (S_ISDIR(inode->mode) && (inode->sb->flags & MS_NODIRATIME))
        return;
    now = inode_now();
    if (!(inode->sb->flags & MS_STRICTATIME) && is_before(&inode->mtime, &inode->atime)
        && is_before(&inode->ctime, &inode->atime)
        && now.tv_sec < inode->atime.tv_sec + ATIME_PERIOD)
        return;
    inode->atime = now;
    inode_mark_dirty(inode);
}

void inode_touch_mtime(struct inode *inode)
{
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
}

/* ---- changing attributes --------------------------------------------------------- */

/*
 * What a change of owner or content by CRED leaves of the mode: no set-user-ID, and
 * no set-group-ID.  Without S_IXGRP that bit makes no program; it stays if CRED
 * might set it.
 */
static uint32_t without_set_id(const struct inode *inode, const struct cred *cred)
{
    uint32_t mode = inode->mode & ~S_ISUID;

    if ((mode & S_IXGRP) || !cred || !may_set_gid(cred, inode->gid))
        mode &= ~S_ISGID;
    return mode;
}

void inode_strip_set_id(struct inode *inode, const struct cred *cred)
{
    if (!S_ISREG(inode->mode) || (cred && cred->fsuid == 0))
        return;
    inode->mode = without_set_id(inode, cred);
    inode_mark_dirty(inode);
}

/* Does a change of owner by CRED change the mode, which is the owner's right? */
static bool owner_changes_mode(const struct inode *inode, const struct cred *cred)
{
    return !S_ISDIR(inode->mode) && without_set_id(inode, cred) != inode->mode;
}

static int check_rights(struct inode *inode, const struct iattr *attr, const struct cred *cred)
{
    bool owner = is_owner(inode, cred);

    if (super_is_read_only(inode->sb))
        return -EROFS;
    if ((attr->valid & ATTR_MODE) && S_ISLNK(inode->mode))
        return -EOPNOTSUPP;
    if ((attr->valid & ATTR_MODE) && !owner)
        return -EPERM;
    if ((attr->valid & ATTR_OWNER) && !owner && owner_changes_mode(inode, cred))
        return -EPERM;
    if ((attr->valid & ATTR_UID) && cred->fsuid != 0
        && !(owner && attr->uid == inode->uid))
        return -EPERM;
    if ((attr->valid & ATTR_GID) && cred->fsuid != 0
        && !(owner && (attr->gid == inode->gid || is_in_group(cred, attr->gid))))
        return -EPERM;
    if ((attr->valid & (ATTR_ATIME | ATTR_MTIME)) && !owner)
        return attr->valid & ATTR_TIMES_NOW ? inode_permission(inode, MAY_WRITE, cred) : -EPERM;
    return attr->valid & ATTR_MODE ? seal_check_mode(inode, attr->mode) : 0;
}

static void apply(struct inode *inode, const struct iattr *attr, const struct cred *cred)
{
    struct timespec now = inode_now();

    if ((attr->valid & ATTR_OWNER) && !S_ISDIR(inode->mode))
        inode->mode = without_set_id(inode, cred);
    if (attr->valid & ATTR_UID)
        inode->uid = attr->uid;
    if (attr->valid & ATTR_GID)
        inode->gid = attr->gid;
    if (attr->valid & ATTR_MODE) {
        inode->mode = (inode->mode & S_IFMT) | (attr->mode & 07777);
        if (!may_set_gid(cred, inode->gid))
            inode->mode &= ~S_ISGID;
    }
    if (attr->valid & ATTR_ATIME)
        inode->atime = attr->valid & ATTR_TIMES_NOW ? now : attr->atime;
    if (attr->valid & ATTR_MTIME)
        inode->mtime = attr->valid & ATTR_TIMES_NOW ? now : attr->mtime;
    inode->ctime = now;
}

/* Only regular files have a size that one may set. */
static int check_has_size(const struct inode *inode)
{
    if (S_ISDIR(inode->mode))
        return -EISDIR;
    return S_ISREG(inode->mode) ? 0 : -EINVAL;
}

static bool is_time(struct timespec ts)
{
    return ts.tv_nsec >= 0 && ts.tv_nsec < NSEC_PER_SEC;
}

int inode_setattr(struct inode *inode, const struct iattr *attr, const struct cred *cred)
{
    int err = 0;

    if (((attr->valid & ATTR_ATIME) && !is_time(attr->atime))
        || ((attr->valid & ATTR_MTIME) && !is_time(attr->mtime)))
        return -EINVAL;
    if (attr->valid & ATTR_SIZE) {
        err = check_has_size(inode);
        if (!err)
            err = inode_permission(inode, MAY_WRITE, cred);
        if (!err)
            err = inode_truncate(inode, attr->size, cred);
    }
    if (err || !(attr->valid & ~ATTR_SIZE))
        return err;
    rwsem_write_lock(&inode->lock);
    err = check_rights(inode, attr, cred);
    if (!err)
        err = fs_op_begin(inode->sb, 1);
    if (!err) {
        err = inode->ops->setattr(inode, attr->valid);
        if (!err) {
            apply(inode, attr, cred);
            inode_mark_dirty(inode);
        }
        fs_op_end(inode->sb);
    }
    rwsem_write_unlock(&inode->lock);
    return err;
}

static int check_truncate(const struct inode *inode, uint64_t size)
{
    int err = check_has_size(inode);

    if (err)
        return err;
    if (super_is_read_only(inode->sb))
        return -EROFS;
    return size > inode_max_size(inode) && size > inode->size ? -EFBIG : 0;
}

static int truncate_locked(struct inode *inode, uint64_t size, const struct cred *cred)
{
    int err;

    rwsem_write_lock(&inode->data.invalidate);
    err = fs_op_begin(inode->sb, 0);
    if (!err) {
        err = inode->ops->truncate(inode, size);
        if (!err) {
            inode_strip_set_id(inode, cred);
            inode->mtime = inode->ctime = inode_now();
            inode_mark_dirty(inode);
        }
        fs_op_end(inode->sb);
    }
    rwsem_write_unlock(&inode->data.invalidate);
    return err;
}

int inode_truncate(struct inode *inode, uint64_t size, const struct cred *cred)
{
    int err = check_truncate(inode, size);

    if (!err)
        err = inode_get_write(inode);
    if (err)
        return err;
    rwsem_write_lock(&inode->lock);
    if (inode_test(inode, INODE_SWAPFILE) && size <= inode->size)
        err = -ETXTBSY;
    else
        err = seal_check_size(inode, size);
    if (!err)
        err = truncate_locked(inode, size, cred);
    rwsem_write_unlock(&inode->lock);
    inode_put_write(inode);
    return err;
}

void inode_getattr(struct inode *inode, struct stat *st)
{
    *st = (struct stat){
        .st_dev = inode->sb->dev,
        .st_ino = inode->ino,
        .st_mode = inode->mode,
        .st_nlink = inode->nlink,
        .st_uid = inode->uid,
        .st_gid = inode->gid,
        .st_rdev = inode->rdev,
        .st_size = (int64_t)inode_size(inode),
        .st_blksize = PAGE_SIZE,
        .st_blocks = (int64_t)inode->blocks,
        .st_atim = inode->atime,
        .st_mtim = inode->mtime,
        .st_ctim = inode->ctime,
    };
    inode->ops->getattr(inode, st);
}

/* ---- members for what an inode is not ------------------------------------------------ */

int inode_op_lookup_notdir(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    (void)dir, (void)name, (void)len, (void)child;
    return -ENOTDIR;
}

int inode_op_create_refuse(struct inode *dir, const char *name, size_t len, uint32_t mode,
                           dev_t rdev, const struct cred *cred, struct inode **child)
{
    (void)dir, (void)name, (void)len, (void)mode, (void)rdev, (void)cred, (void)child;
    return -EACCES;
}

int inode_op_mkdir_refuse(struct inode *dir, const char *name, size_t len, uint32_t mode,
                          const struct cred *cred, struct inode **child)
{
    (void)dir, (void)name, (void)len, (void)mode, (void)cred, (void)child;
    return -EPERM;
}

int inode_op_symlink_refuse(struct inode *dir, const char *name, size_t len, const char *target,
                            const struct cred *cred, struct inode **child)
{
    (void)dir, (void)name, (void)len, (void)target, (void)cred, (void)child;
    return -EPERM;
}

int inode_op_name_refuse(struct inode *dir, const char *name, size_t len, struct inode *target)
{
    (void)dir, (void)name, (void)len, (void)target;
    return -EPERM;
}

int inode_op_rename_refuse(struct inode *from, const char *oname, size_t olen,
                           struct inode *child, struct inode *to, const char *nname,
                           size_t nlen, struct inode *victim, uint32_t flags)
{
    (void)from, (void)oname, (void)olen, (void)child, (void)to, (void)nname, (void)nlen;
    (void)victim, (void)flags;
    return -EPERM;
}

ssize_t inode_op_readlink_refuse(struct inode *inode, char *buf, size_t size)
{
    (void)inode, (void)buf, (void)size;
    return -EINVAL;
}

int inode_op_follow_text(struct inode *inode, struct path *out)
{
    (void)inode, (void)out;
    return -EINVAL;
}

int inode_op_truncate_refuse(struct inode *inode, uint64_t size)
{
    (void)inode, (void)size;
    return -EINVAL;
}

int inode_op_setattr_accept(struct inode *inode, uint32_t changed)
{
    (void)inode, (void)changed;
    return 0;
}

void inode_op_getattr_plain(struct inode *inode, struct stat *st)
{
    (void)inode, (void)st;
}

bool inode_op_is_never_stale(struct inode *inode)
{
    (void)inode;
    return false;
}

const struct inode_operations inode_ops_default = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_LINK,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    INODE_OPS_NO_XATTR,
};

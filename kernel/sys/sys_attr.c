/* SPDX-License-Identifier: MIT */
/*
 * sys_attr.c - calls on attributes: stat, access, mode, owner, times, size.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/string.h"

static int64_t stat_path(const struct path *path, uintptr_t user)
{
    struct stat st;

    memset(&st, 0, sizeof(st));
    inode_getattr(path_inode(path), &st);
    return copy_to_user(user, &st, sizeof(st));
}

static int64_t stat_file(const struct file *f, uintptr_t user)
{
    struct stat st;

    memset(&st, 0, sizeof(st));
    inode_getattr(f->inode, &st);
    return copy_to_user(user, &st, sizeof(st));
}

int64_t sys_fstat(const uint64_t *a)
{
    struct fd_ref ref = fd_get_any((int)a[0]);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = stat_file(ref.file, a[1]);
    fd_put(ref);
    return r;
}

/* With AT_EMPTY_PATH an empty name is the file behind the descriptor, which may
 * have no path (a pipe): that file, or NULL. */
static struct file *empty_path_file(const struct at *at, uint32_t flags)
{
    return (flags & AT_EMPTY_PATH) && !at->name.s[0] ? at->dir.file : NULL;
}

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT)

int64_t sys_newfstatat(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[3];
    struct path path;
    struct at at;
    int64_t r;

    if (flags & ~(uint32_t)STAT_FLAGS)
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], flags & AT_EMPTY_PATH);
    if (r)
        return r;
    if (empty_path_file(&at, flags)) {
        r = stat_file(at.dir.file, a[2]);
    } else {
        r = at_lookup(&at, follow_unless(flags, AT_SYMLINK_NOFOLLOW)
                           | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
        if (!r) {
            r = stat_path(&path, a[2]);
            path_put(&path);
        }
    }
    at_put(&at);
    return r;
}

static struct statx_timestamp statx_time(struct timespec ts)
{
    return (struct statx_timestamp){ .tv_sec = ts.tv_sec, .tv_nsec = (uint32_t)ts.tv_nsec };
}

static int64_t statx_put(uintptr_t user, struct inode *inode)
{
    struct stat st;
    struct statx x;

    memset(&st, 0, sizeof(st));
    memset(&x, 0, sizeof(x));
    inode_getattr(inode, &st);
    x.stx_mask = STATX_BASIC_STATS;
    x.stx_blksize = (uint32_t)st.st_blksize;
    x.stx_nlink = st.st_nlink;
    x.stx_uid = st.st_uid;
    x.stx_gid = st.st_gid;
    x.stx_mode = (uint16_t)st.st_mode;
    x.stx_ino = st.st_ino;
    x.stx_size = (uint64_t)st.st_size;
    x.stx_blocks = (uint64_t)st.st_blocks;
    x.stx_atime = statx_time(st.st_atim);
    x.stx_mtime = statx_time(st.st_mtim);
    x.stx_ctime = statx_time(st.st_ctim);
    x.stx_rdev_major = dev_major(st.st_rdev);
    x.stx_rdev_minor = dev_minor(st.st_rdev);
    x.stx_dev_major = dev_major(st.st_dev);
    x.stx_dev_minor = dev_minor(st.st_dev);
    return copy_to_user(user, &x, sizeof(x));
}

#define AT_STATX_SYNC_TYPE 0x6000

int64_t sys_statx(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[2];
    struct path path;
    struct at at;
    int64_t r;

    if ((flags & ~(uint32_t)(STAT_FLAGS | AT_STATX_SYNC_TYPE)) || (a[3] & STATX_RESERVED)
        || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], flags & AT_EMPTY_PATH);
    if (r)
        return r;
    if (empty_path_file(&at, flags)) {
        r = statx_put(a[4], at.dir.file->inode);
    } else {
        r = at_lookup(&at, follow_unless(flags, AT_SYMLINK_NOFOLLOW)
                           | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
        if (!r) {
            r = statx_put(a[4], path_inode(&path));
            path_put(&path);
        }
    }
    at_put(&at);
    return r;
}

/* Whether CRED may do MODE; nothing asked (F_OK) is always allowed. */
static int access_inode(struct inode *inode, uint32_t mode, const struct cred *cred)
{
    return mode ? inode_permission(inode, mode, cred) : 0;
}

/* access(2) asks for the real user, unless AT_EACCESS. */
static int64_t access_at(const uint64_t *a, uint32_t flags)
{
    struct cred cred = current_process()->cred;
    struct path path;
    struct at at;
    int64_t r;

    if (((uint32_t)a[2] & ~7u) || (flags & ~(uint32_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], flags & AT_EMPTY_PATH);
    if (r)
        return r;
    if (!(flags & AT_EACCESS)) {
        cred.fsuid = cred.uid;
        cred.fsgid = cred.gid;
    }
    at.ctx.cred = &cred;
    if (empty_path_file(&at, flags)) {
        r = access_inode(at.dir.file->inode, (uint32_t)a[2], &cred);
    } else {
        r = at_lookup(&at, follow_unless(flags, AT_SYMLINK_NOFOLLOW)
                           | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
        if (!r) {
            r = access_inode(path_inode(&path), (uint32_t)a[2], &cred);
            path_put(&path);
        }
    }
    at_put(&at);
    return r;
}

int64_t sys_faccessat(const uint64_t *a)
{
    return access_at(a, 0);
}

int64_t sys_faccessat2(const uint64_t *a)
{
    return access_at(a, (uint32_t)a[3]);
}

static int64_t setattr_at(int dirfd, uintptr_t name, uint32_t flags, const struct iattr *attr)
{
    struct path path;
    struct at at;
    int64_t r;

    if (flags & ~(uint32_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    r = at_get(&at, dirfd, name, flags & AT_EMPTY_PATH);
    if (r)
        return r;
    if (empty_path_file(&at, flags)) {
        r = inode_setattr(at.dir.file->inode, attr, at.ctx.cred);
    } else {
        r = at_lookup(&at, follow_unless(flags, AT_SYMLINK_NOFOLLOW)
                           | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
        if (!r) {
            r = inode_setattr(path_inode(&path), attr, at.ctx.cred);
            path_put(&path);
        }
    }
    at_put(&at);
    return r;
}

static int64_t setattr_fd(int fd, const struct iattr *attr)
{
    struct fd_ref ref = fd_get(fd);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = inode_setattr(ref.file->inode, attr, &current_process()->cred);
    fd_put(ref);
    return r;
}

int64_t sys_fchmod(const uint64_t *a)
{
    struct iattr attr = { .valid = ATTR_MODE, .mode = (uint32_t)a[1] & 07777 };

    return setattr_fd((int)a[0], &attr);
}

int64_t sys_fchmodat(const uint64_t *a)
{
    struct iattr attr = { .valid = ATTR_MODE, .mode = (uint32_t)a[2] & 07777 };

    return setattr_at((int)a[0], a[1], 0, &attr);
}

int64_t sys_fchmodat2(const uint64_t *a)
{
    struct iattr attr = { .valid = ATTR_MODE, .mode = (uint32_t)a[2] & 07777 };

    return setattr_at((int)a[0], a[1], (uint32_t)a[3], &attr);
}

/* -1 leaves an id as it is, but even a change to nothing takes set-id bits away. */
static struct iattr owner_attr(uint32_t uid, uint32_t gid)
{
    return (struct iattr){
        .valid = ATTR_OWNER | (uid != UINT32_MAX ? ATTR_UID : 0)
                 | (gid != UINT32_MAX ? ATTR_GID : 0),
        .uid = uid, .gid = gid,
    };
}

int64_t sys_fchown(const uint64_t *a)
{
    struct iattr attr = owner_attr((uint32_t)a[1], (uint32_t)a[2]);

    return setattr_fd((int)a[0], &attr);
}

int64_t sys_fchownat(const uint64_t *a)
{
    struct iattr attr = owner_attr((uint32_t)a[2], (uint32_t)a[3]);

    return setattr_at((int)a[0], a[1], (uint32_t)a[4], &attr);
}

/* One of utimensat's two times: a time, now, or leave it.  Whether it is a time is looked at
 * when the file has been found. */
static void time_attr(struct timespec ts, uint32_t bit, struct timespec *out, uint32_t *valid,
                      uint32_t *nows)
{
    if (ts.tv_nsec == UTIME_OMIT)
        return;
    *valid |= bit;
    *out = ts.tv_nsec == UTIME_NOW ? inode_now() : ts;
    *nows += ts.tv_nsec == UTIME_NOW;
}

int64_t sys_utimensat(const uint64_t *a)
{
    struct timespec ts[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
    struct iattr attr = { 0 };
    uint32_t nows = 0;

    if (a[2] && copy_from_user(ts, a[2], sizeof(ts)))
        return -EFAULT;
    time_attr(ts[0], ATTR_ATIME, &attr.atime, &attr.valid, &nows);
    time_attr(ts[1], ATTR_MTIME, &attr.mtime, &attr.valid, &nows);
    if (!attr.valid)
        return 0;
    if (nows == 2)
        attr.valid |= ATTR_TIMES_NOW;
    if (!a[1] && (int)a[0] != AT_FDCWD)
        return setattr_fd((int)a[0], &attr);
    return setattr_at((int)a[0], a[1], (uint32_t)a[3], &attr);
}

int64_t sys_truncate(const uint64_t *a)
{
    struct iattr attr = { .valid = ATTR_SIZE, .size = a[1] };

    return (int64_t)a[1] < 0 ? -EINVAL : write_result(NULL, setattr_at(AT_FDCWD, a[0], 0, &attr));
}

int64_t sys_umask(const uint64_t *a)
{
    struct fs_context *c = current_process()->fs;
    uint32_t old;

    spin_lock(&c->lock);
    old = c->umask;
    c->umask = (uint32_t)a[0] & 0777;
    spin_unlock(&c->lock);
    return old;
}

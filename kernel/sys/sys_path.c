/* SPDX-License-Identifier: MIT */
/*
 * sys_path.c - calls on names: open, make, remove, rename, describe.
 */
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/dirent.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mount.h"
#include "lib/bitops.h"
#include "lib/string.h"

static uint32_t follow_unless(uint64_t flags, uint32_t nofollow)
{
    return flags & nofollow ? 0 : LOOKUP_FOLLOW;
}

int64_t sys_openat(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[2];
    struct file *f;
    struct at at;
    int r = at_get(&at, (int)a[0], a[1], false);

    if (r)
        return r;
    r = file_open(&at.ctx, at_start(&at), at.name.s, flags, (uint32_t)a[3] & 07777, &f);
    at_put(&at);
    if (r)
        return r;
    r = fd_install(f, 0, flags & O_CLOEXEC);
    if (r < 0)
        file_put(f);
    return r;
}

int64_t sys_mknodat(const uint64_t *a)
{
    uint32_t mode = (uint32_t)a[2];
    struct at at;
    int r;

    if (!(mode & S_IFMT))
        mode |= S_IFREG;
    if (S_ISDIR(mode))
        return -EPERM;
    if (!S_ISREG(mode) && !S_ISFIFO(mode) && !S_ISSOCK(mode) && !S_ISCHR(mode) && !S_ISBLK(mode))
        return -EINVAL;
    if ((S_ISCHR(mode) || S_ISBLK(mode)) && current_process()->cred.euid)
        return -EPERM;
    r = at_get(&at, (int)a[0], a[1], false);
    if (r)
        return r;
    r = path_mknod(&at.ctx, at_start(&at), at.name.s, mode, (uint32_t)a[3]);
    at_put(&at);
    return r;
}

int64_t sys_mkdirat(const uint64_t *a)
{
    struct at at;
    int r = at_get(&at, (int)a[0], a[1], false);

    if (r)
        return r;
    r = path_mkdir(&at.ctx, at_start(&at), at.name.s, (uint32_t)a[2] & 07777);
    at_put(&at);
    return r;
}

int64_t sys_unlinkat(const uint64_t *a)
{
    struct at at;
    int r;

    if ((uint32_t)a[2] & ~(uint32_t)AT_REMOVEDIR)
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], false);
    if (r)
        return r;
    if (a[2] & AT_REMOVEDIR)
        r = path_rmdir(&at.ctx, at_start(&at), at.name.s);
    else
        r = path_unlink(&at.ctx, at_start(&at), at.name.s);
    at_put(&at);
    return r;
}

int64_t sys_symlinkat(const uint64_t *a)
{
    struct name target;
    struct at at;
    int r = name_get(&target, a[0], false);

    if (r)
        return r;
    r = at_get(&at, (int)a[1], a[2], false);
    if (!r) {
        r = path_symlink(&at.ctx, target.s, at_start(&at), at.name.s);
        at_put(&at);
    }
    name_put(&target);
    return r;
}

/* Both names of link and rename. */
struct two_names {
    struct at from, to;
};

static int two_names_get(struct two_names *t, const uint64_t *a, bool empty_ok)
{
    int r = at_get(&t->from, (int)a[0], a[1], empty_ok);

    if (r)
        return r;
    r = at_get(&t->to, (int)a[2], a[3], false);
    if (r)
        at_put(&t->from);
    return r;
}

static void two_names_put(struct two_names *t)
{
    at_put(&t->to);
    at_put(&t->from);
}

int64_t sys_linkat(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[4];
    struct two_names t;
    struct path old;
    int r;

    if (flags & ~(uint32_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    r = two_names_get(&t, a, flags & AT_EMPTY_PATH);
    if (r)
        return r;
    r = at_lookup(&t.from, (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0)
                           | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &old);
    if (!r) {
        r = path_link(&t.to.ctx, &old, at_start(&t.to), t.to.name.s);
        path_put(&old);
    }
    two_names_put(&t);
    return r;
}

int64_t sys_renameat2(const uint64_t *a)
{
    struct two_names t;
    int r = two_names_get(&t, a, false);

    if (r)
        return r;
    r = path_rename(&t.from.ctx, at_start(&t.from), t.from.name.s, at_start(&t.to), t.to.name.s,
                    (uint32_t)a[4]);
    two_names_put(&t);
    return r;
}

int64_t sys_readlinkat(const uint64_t *a)
{
    size_t size = MIN((size_t)a[3], (size_t)PATH_MAX);
    struct path path;
    struct at at;
    char *buf;
    ssize_t n;
    int r;

    if ((int)a[3] <= 0)
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], true);
    if (r)
        return r;
    r = at_lookup(&at, LOOKUP_EMPTY, &path);
    at_put(&at);
    if (r)
        return r;
    buf = kmalloc(PATH_MAX + 1, GFP_KERNEL);
    n = buf ? path_readlink(&path, buf, PATH_MAX + 1) : -ENOMEM;
    path_put(&path);
    if (n > 0) {
        n = MIN(n, (ssize_t)size);
        if (copy_to_user(a[2], buf, (size_t)n))
            n = -EFAULT;
    }
    kfree(buf);
    return n;
}

/* Directories */

/* Entries on their way into the user's buffer, through one of ours. */
struct dirents {
    struct dir_context ctx;
    char *buf;
    size_t len, size;
    bool full;
    struct linux_dirent64 *last;
};

static bool emit(struct dir_context *ctx, const char *name, size_t len, uint64_t ino, uint8_t type,
                 uint64_t next_pos)
{
    struct dirents *d = container_of(ctx, struct dirents, ctx);
    size_t reclen = DIRENT_RECLEN(len);
    struct linux_dirent64 *e;

    if (d->len + reclen > d->size) {
        d->full = true;
        return false;
    }
    e = (struct linux_dirent64 *)(d->buf + d->len);
    memset(e, 0, reclen);
    e->d_ino = ino;
    e->d_off = (int64_t)next_pos;
    e->d_reclen = (uint16_t)reclen;
    e->d_type = type;
    memcpy(e->d_name, name, len);
    d->len += reclen;
    return true;
}

#define DIRENTS_CHUNK 32768         /* one call returns at most so much; C libraries ask for this */

int64_t sys_getdents64(const uint64_t *a)
{
    struct dirents d = { .ctx.emit = emit, .size = MIN((size_t)(uint32_t)a[2], (size_t)DIRENTS_CHUNK) };
    struct fd_ref ref = fd_get((int)a[0]);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    d.buf = kmalloc(MAX(d.size, (size_t)1), GFP_KERNEL);
    r = d.buf ? file_iterate(ref.file, &d.ctx) : -ENOMEM;
    fd_put(ref);
    if (!r && !d.len && d.full)
        r = -EINVAL;
    if (!r)
        r = copy_to_user(a[1], d.buf, d.len) ? -EFAULT : (int64_t)d.len;
    kfree(d.buf);
    return r;
}

static int64_t change_path(struct path *which, struct path *to, bool must_be_root)
{
    struct inode *inode = path_inode(to);
    int r;

    if (must_be_root && current_process()->cred.euid)
        return -EPERM;
    if (!S_ISDIR(inode->mode))
        return -ENOTDIR;
    r = inode_permission(inode, MAY_EXEC, &current_process()->cred);
    if (!r)
        fs_context_set(which, to);
    return r;
}

static int64_t change_path_by_name(const uint64_t *a, struct path *which, bool must_be_root)
{
    struct path to;
    struct at at;
    int64_t r = at_get(&at, AT_FDCWD, a[0], false);

    if (r)
        return r;
    r = at_lookup(&at, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &to);
    if (!r) {
        r = change_path(which, &to, must_be_root);
        path_put(&to);
    }
    at_put(&at);
    return r;
}

int64_t sys_chdir(const uint64_t *a)
{
    return change_path_by_name(a, &current_process()->fs->cwd, false);
}

int64_t sys_chroot(const uint64_t *a)
{
    return change_path_by_name(a, &current_process()->fs->root, true);
}

int64_t sys_fchdir(const uint64_t *a)
{
    struct fd_ref ref = fd_get_any((int)a[0]);
    int64_t r = -ENOTDIR;

    if (!ref.file)
        return -EBADF;
    if (ref.file->path.dentry)
        r = change_path(&current_process()->fs->cwd, &ref.file->path, false);
    fd_put(ref);
    return r;
}

int64_t sys_getcwd(const uint64_t *a)
{
    char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name;
    struct path_ctx ctx;
    int64_t r;
    size_t len;
    int err;

    if (!buf)
        return -ENOMEM;
    path_ctx_current(&ctx);
    name = path_name(&ctx.cwd, &ctx.root, buf, PATH_MAX, &err);
    path_ctx_put(&ctx);
    if (!name) {
        r = err;
    } else {
        len = strlen(name) + 1;
        r = len > a[1] ? -ERANGE : copy_to_user(a[0], name, len) ? -EFAULT : (int64_t)len;
    }
    kfree(buf);
    return r;
}

/* Attributes */

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
    r = at_lookup(&at, follow_unless(flags, AT_SYMLINK_NOFOLLOW)
                       | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
    if (!r) {
        r = a[2] ? inode_permission(path_inode(&path), (uint32_t)a[2], &cred) : 0;
        path_put(&path);
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

/* -1 leaves an id as it is. */
static struct iattr owner_attr(uint32_t uid, uint32_t gid)
{
    return (struct iattr){
        .valid = (uid != UINT32_MAX ? ATTR_UID : 0) | (gid != UINT32_MAX ? ATTR_GID : 0),
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

/* One of utimensat's two times: a time, now, or leave it. */
static int time_attr(struct timespec ts, uint32_t bit, struct timespec *out, uint32_t *valid,
                     uint32_t *nows)
{
    if (ts.tv_nsec == UTIME_OMIT)
        return 0;
    *valid |= bit;
    if (ts.tv_nsec == UTIME_NOW) {
        *out = inode_now();
        ++*nows;
        return 0;
    }
    *out = ts;
    return ts.tv_nsec < 0 || ts.tv_nsec >= NSEC_PER_SEC ? -EINVAL : 0;
}

int64_t sys_utimensat(const uint64_t *a)
{
    struct timespec ts[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
    struct iattr attr = { 0 };
    uint32_t nows = 0;

    if (a[2] && copy_from_user(ts, a[2], sizeof(ts)))
        return -EFAULT;
    if (time_attr(ts[0], ATTR_ATIME, &attr.atime, &attr.valid, &nows)
        || time_attr(ts[1], ATTR_MTIME, &attr.mtime, &attr.valid, &nows))
        return -EINVAL;
    if (!attr.valid)
        return 0;
    if (nows == 2)
        attr.valid |= ATTR_TIMES_NOW;
    if (!a[1])
        return setattr_fd((int)a[0], &attr);
    return setattr_at((int)a[0], a[1], (uint32_t)a[3], &attr);
}

int64_t sys_truncate(const uint64_t *a)
{
    struct iattr attr = { .valid = ATTR_SIZE, .size = a[1] };

    return (int64_t)a[1] < 0 ? -EINVAL : setattr_at(AT_FDCWD, a[0], 0, &attr);
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

/* File systems */

static int64_t statfs_put(const struct path *path, uintptr_t user)
{
    struct statfs st;
    int r;

    memset(&st, 0, sizeof(st));
    r = fs_statfs(path, &st);
    return r ? r : copy_to_user(user, &st, sizeof(st));
}

int64_t sys_statfs(const uint64_t *a)
{
    struct path path;
    struct at at;
    int64_t r = at_get(&at, AT_FDCWD, a[0], false);

    if (r)
        return r;
    r = at_lookup(&at, LOOKUP_FOLLOW, &path);
    at_put(&at);
    if (r)
        return r;
    r = statfs_put(&path, a[1]);
    path_put(&path);
    return r;
}

int64_t sys_fstatfs(const uint64_t *a)
{
    struct fd_ref ref = fd_get_any((int)a[0]);
    int64_t r = -ENOSYS;                /* a pipe lies on no file system */

    if (!ref.file)
        return -EBADF;
    if (ref.file->path.dentry)
        r = statfs_put(&ref.file->path, a[1]);
    fd_put(ref);
    return r;
}

/* Optional strings of mount(2). */
static int optional_name(struct name *n, uintptr_t user)
{
    n->s = NULL;
    return user ? name_get(n, user, true) : 0;
}

int64_t sys_mount(const uint64_t *a)
{
    struct name source, type, options;
    struct path dir;
    struct at at;
    int64_t r;

    if (current_process()->cred.euid)
        return -EPERM;
    r = at_get(&at, AT_FDCWD, a[1], false);
    if (r)
        return r;
    source.s = type.s = options.s = NULL;
    r = optional_name(&source, a[0]);
    if (!r)
        r = optional_name(&type, a[2]);
    if (!r)
        r = optional_name(&options, a[4]);
    if (!r)
        r = at_lookup(&at, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dir);
    if (!r && (a[3] & MS_REMOUNT)) {
        r = fs_remount(&dir, (uint32_t)a[3], options.s);
        path_put(&dir);
    } else if (!r) {
        r = fs_mount(source.s ? source.s : "none", &dir, type.s ? type.s : "", (uint32_t)a[3],
                     options.s, &at.ctx);
        path_put(&dir);
    }
    name_put(&options);
    name_put(&type);
    name_put(&source);
    at_put(&at);
    return r;
}

int64_t sys_umount2(const uint64_t *a)
{
    struct path dir;
    struct at at;
    int64_t r;

    if (current_process()->cred.euid)
        return -EPERM;
    r = at_get(&at, AT_FDCWD, a[0], false);
    if (r)
        return r;
    r = at_lookup(&at, follow_unless(a[1], UMOUNT_NOFOLLOW), &dir);
    at_put(&at);
    if (r)
        return r;
    r = fs_umount(&dir, (uint32_t)a[1]);
    path_put(&dir);
    return r;
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_dir.c - calls on directories: list one, work in one.
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/dirent.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/string.h"

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
    d.buf = kvmalloc(MAX(d.size, (size_t)1));
    r = d.buf ? file_iterate(ref.file, &d.ctx) : -ENOMEM;
    fd_put(ref);
    if (!r && !d.len && d.full)
        r = -EINVAL;
    if (!r)
        r = copy_to_user(a[1], d.buf, d.len) ? -EFAULT : (int64_t)d.len;
    kvfree(d.buf);
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

/* SPDX-License-Identifier: MIT */
/*
 * sys_path.c - calls on names: open, make, link, rename, remove.
 */
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"

int64_t sys_openat(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[2];
    struct file *f;
    struct at at;
    int r = at_get(&at, (int)a[0], a[1], false);

    if (r)
        return r;
    if (!(flags & O_PATH))
        flags |= O_LARGEFILE;           /* as 64-bit programs always mean, and F_GETFL tells */
    r = file_open(&at.ctx, at_start(&at), at.name.s, flags, (uint32_t)a[3] & 07777, &f);
    at_put(&at);
    if (r)
        return r;
    return fd_install_or_put(f, 0, flags & O_CLOEXEC);
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
    r = at_get(&at, (int)a[0], a[1], false);
    if (r)
        return r;
    r = path_mknod(&at.ctx, at_start(&at), at.name.s, mode, (uint32_t)a[3], NULL);
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

/*
 * What linkat is to link, referenced if it has a path.  An empty name is the descriptor's
 * own file: to give that a name needs no search, so only root may.
 */
static int link_source(struct at *at, uint32_t flags, struct path *old)
{
    uint32_t lookup = flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;

    if (at->name.s[0])
        return at_lookup(at, lookup, old);
    if (at->ctx.cred->fsuid != 0)
        return -ENOENT;
    if (!at->dir.file)
        return at_lookup(at, lookup | LOOKUP_EMPTY, old);
    *old = at->dir.file->path;
    if (old->dentry)
        path_get(old);
    return 0;
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
    r = link_source(&t.from, flags, &old);
    if (!r) {
        r = path_link(&t.to.ctx, &old, at_start(&t.to), t.to.name.s);
        if (old.dentry)
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
    size_t size = MIN((size_t)(uint32_t)a[3], (size_t)PATH_MAX);
    struct path path;
    struct at at;
    char *buf;
    bool empty;
    ssize_t n;
    int r;

    if ((int)a[3] <= 0)
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], true);
    if (r)
        return r;
    /* An empty name can only mean a link opened with O_PATH: anything else is ENOENT. */
    empty = !at.name.s[0];
    r = empty && !at.start.dentry ? -ENOENT : at_lookup(&at, LOOKUP_EMPTY, &path);
    at_put(&at);
    if (r)
        return r;
    buf = kvmalloc(PATH_MAX + 1);
    n = buf ? path_readlink(&path, buf, PATH_MAX + 1) : -ENOMEM;
    path_put(&path);
    if (n == -EINVAL && empty)
        n = -ENOENT;
    if (n > 0) {
        n = MIN(n, (ssize_t)size);
        if (copy_to_user(a[2], buf, (size_t)n))
            n = -EFAULT;
    }
    kvfree(buf);
    return n;
}

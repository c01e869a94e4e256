/* SPDX-License-Identifier: MIT */
/*
 * name.c - the names of sockets: a path, or bytes that stand for nothing but themselves.
 *
 * A path is the name of an inode of its own kind, and that leads to the socket: after the path
 * was removed or renamed the socket still is where the inode is, and a path without its socket
 * refuses connections.  An abstract name begins with a NUL, and goes with its socket.  Each kind
 * of socket has abstract names of its own.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "lib/abi/errno.h"
#include "lib/fmt.h"
#include "lib/hash.h"
#include "lib/string.h"

#define BUCKETS 64
#define FAMILY_SIZE sizeof(uint16_t)    /* of a name that is only a family */
#define CHOICES (1u << 20)              /* names of five hexadecimal digits */

static struct list buckets[BUCKETS];    /* sockets by path or abstract name [sockets_lock] */

int name_check(struct unix_name *name)
{
    if (name->len <= FAMILY_SIZE || name->len > FAMILY_SIZE + UNIX_PATH_MAX
        || name->family != AF_UNIX)
        return -EINVAL;
    if (name->path[0]) {
        name->path[name->len - FAMILY_SIZE] = '\0';
        name->len = (uint32_t)(FAMILY_SIZE + strlen(name->path) + 1);
    }
    return 0;
}

/* ---- the table -------------------------------------------------------------------------- */

static struct list *bucket_of_inode(const struct inode *inode)
{
    return &buckets[hash_mix64((uintptr_t)inode) % BUCKETS];
}

static struct list *bucket_of_name(const struct unix_name *name, int type)
{
    uint64_t h = hash_bytes(HASH_SEED, name->path, name->len - FAMILY_SIZE);

    return &buckets[(h + (unsigned)type) % BUCKETS];
}

static struct socket *find_inode_locked(const struct inode *inode)
{
    struct socket *s;

    list_for_each_entry(s, bucket_of_inode(inode), name_link)
        if (s->path.dentry && path_inode(&s->path) == inode)
            return s;
    return NULL;
}

static struct socket *find_abstract_locked(const struct unix_name *name, int type)
{
    struct socket *s;

    list_for_each_entry(s, bucket_of_name(name, type), name_link)
        if (!s->path.dentry && s->type == type && s->name.len == name->len
            && !memcmp(s->name.path, name->path, name->len - FAMILY_SIZE))
            return s;
    return NULL;
}

void name_remove_locked(struct socket *s)
{
    list_remove(&s->name_link);
}

/* ---- giving one --------------------------------------------------------------------------- */

/* 0, -EINVAL (it has one), -EADDRINUSE. */
static int take_abstract(struct socket *s, const struct unix_name *name)
{
    int err = 0;

    spin_lock(&sockets_lock);
    if (s->name.len > 0) {
        err = -EINVAL;
    } else if (find_abstract_locked(name, s->type)) {
        err = -EADDRINUSE;
    } else {
        s->name = *name;
        list_insert_head(bucket_of_name(name, s->type), &s->name_link);
    }
    spin_unlock(&sockets_lock);
    return err;
}

int name_choose(struct socket *s)
{
    uint32_t first = (uint32_t)port_random();
    struct unix_name name = { .len = FAMILY_SIZE + 6, .family = AF_UNIX };
    int err = -EADDRINUSE;

    for (uint32_t i = 0; i < CHOICES && err == -EADDRINUSE; i++) {
        fmt_snprintf(name.path + 1, 6, "%05x", (first + i) % CHOICES);
        err = take_abstract(s, &name);
    }
    if (err == -EADDRINUSE)
        return -ENOSPC;
    return err == -EINVAL ? 0 : err;
}

static int take_path(struct socket *s, const struct unix_name *name, const struct path *path)
{
    int err = 0;

    spin_lock(&sockets_lock);
    if (s->name.len > 0) {
        err = -EINVAL;
    } else {
        s->name = *name;
        s->path = *path;
        list_insert_head(bucket_of_inode(path_inode(path)), &s->name_link);
    }
    spin_unlock(&sockets_lock);
    return err;
}

/* Make the file of that name, with the rights that fchmod gave F, for it. */
static int bind_path(struct file *f, const struct unix_name *name, const struct path_ctx *ctx)
{
    struct path path;
    int err = path_mknod(ctx, NULL, name->path, f->inode->mode, 0, &path);

    if (err)
        return err == -EEXIST ? -EADDRINUSE : err;
    err = take_path(socket_of(f), name, &path);
    if (err) {
        path_unlink(ctx, NULL, name->path);
        path_put(&path);
    }
    return err;
}

int unix_bind(struct file *f, struct unix_name *name, const struct path_ctx *ctx)
{
    int err;

    if (name->len == FAMILY_SIZE && name->family == AF_UNIX)
        return name_choose(socket_of(f));
    err = name_check(name);
    if (err)
        return err;
    return name->path[0] ? bind_path(f, name, ctx) : take_abstract(socket_of(f), name);
}

/* ---- finding by one ------------------------------------------------------------------------ */

static int find_abstract(const struct unix_name *name, int type, struct socket **out)
{
    spin_lock(&sockets_lock);
    *out = find_abstract_locked(name, type);
    if (*out)
        socket_get(*out);
    spin_unlock(&sockets_lock);
    return *out ? 0 : -ECONNREFUSED;
}

static int find_inode(const struct inode *inode, int type, struct socket **out)
{
    int err = -ECONNREFUSED;
    struct socket *s;

    spin_lock(&sockets_lock);
    s = find_inode_locked(inode);
    if (s)
        err = s->type == type ? 0 : -EPROTOTYPE;
    if (!err)
        socket_get(s);
    spin_unlock(&sockets_lock);
    *out = s;
    return err;
}

static int find_path(const struct unix_name *name, int type, const struct path_ctx *ctx,
                     struct socket **out)
{
    struct path path;
    int err = path_lookup(ctx, NULL, name->path, LOOKUP_FOLLOW, &path);

    if (err)
        return err;
    err = inode_permission(path_inode(&path), MAY_WRITE, ctx->cred);
    if (!err)
        err = find_inode(path_inode(&path), type, out);
    if (!err)
        inode_touch_atime(path_inode(&path));
    path_put(&path);
    return err;
}

int name_find(const struct unix_name *name, int type, const struct path_ctx *ctx,
              struct socket **out)
{
    return name->path[0] ? find_path(name, type, ctx, out) : find_abstract(name, type, out);
}

int unix_get_name(struct file *f, bool peer, struct unix_name *name)
{
    struct socket *s = socket_of(f);

    spin_lock(&sockets_lock);
    if (peer)
        s = s->peer;
    if (s)
        *name = s->name;
    spin_unlock(&sockets_lock);
    if (s && name->len == 0) {
        name->len = FAMILY_SIZE;
        name->family = AF_UNIX;
    }
    return s ? 0 : -ENOTCONN;
}

void name_init(void)
{
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&buckets[i]);
}

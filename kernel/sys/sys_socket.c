/* SPDX-License-Identifier: MIT */
/*
 * sys_socket.c - calls on sockets: making, naming, connecting and ending them.
 */
#include "kernel/sys/calls.h"
#include "kernel/sys/socket_args.h"
#include "lib/bitops.h"

int socket_get(int fd, struct fd_ref *ref)
{
    *ref = fd_get(fd);
    if (!ref->file)
        return -EBADF;
    if (file_is_socket(ref->file))
        return 0;
    fd_put(*ref);
    return -ENOTSOCK;
}

int64_t with_socket(const uint64_t *a, int64_t (*call)(struct file *f, const uint64_t *a))
{
    struct fd_ref ref;
    int64_t r = socket_get((int)a[0], &ref);

    if (r)
        return r;
    r = call(ref.file, a);
    fd_put(ref);
    return r;
}

/* ---- addresses ------------------------------------------------------------------------- */

int socket_name_get(struct unix_name *name, uintptr_t user, int32_t len)
{
    if (len < 0 || len > SOCKADDR_MAX)
        return -EINVAL;
    *name = (struct unix_name){ .len = (uint32_t)len };
    return copy_from_user(&name->family, user,
                          MIN((size_t)len, sizeof(struct sockaddr_un))) ? -EFAULT : 0;
}

int socket_put_sized(uintptr_t user, uintptr_t user_length, const void *value, int32_t size)
{
    int32_t room, told = size;

    if (copy_from_user(&room, user_length, sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if (copy_to_user(user, value, (size_t)MIN(room, size)))
        return -EFAULT;
    return copy_to_user(user_length, &told, sizeof(told)) ? -EFAULT : 0;
}

static int put_name(struct file *f, bool peer, uintptr_t user, uintptr_t user_length)
{
    struct unix_name name;
    int err = unix_get_name(f, peer, &name);

    return err ? err : socket_put_sized(user, user_length, &name.family, (int32_t)name.len);
}

static int64_t put_own_name(struct file *f, const uint64_t *a)
{
    return put_name(f, false, a[1], a[2]);
}

static int64_t put_peer_name(struct file *f, const uint64_t *a)
{
    return put_name(f, true, a[1], a[2]);
}

int64_t sys_getsockname(const uint64_t *a)
{
    return with_socket(a, put_own_name);
}

int64_t sys_getpeername(const uint64_t *a)
{
    return with_socket(a, put_peer_name);
}

/* ---- making ---------------------------------------------------------------------------- */

/* The kind of socket that is asked for: SOCK_*, or an errno, in Linux's order. */
static int check_kind(int domain, int type, int protocol)
{
    if (type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    type &= SOCK_TYPE_MASK;
    if (domain < 0 || domain >= AF_MAX)
        return -EAFNOSUPPORT;
    if (type >= SOCK_MAX)
        return -EINVAL;
    if (domain != AF_UNIX)
        return -EAFNOSUPPORT;
    if (protocol != 0 && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    if (type == SOCK_RAW)
        return SOCK_DGRAM;
    return type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_SEQPACKET
           ? type : -ESOCKTNOSUPPORT;
}

int64_t sys_socket(const uint64_t *a)
{
    int type = check_kind((int)a[0], (int)a[1], (int)a[2]);
    struct file *f;
    int err;

    if (type < 0)
        return type;
    err = unix_create(type, (uint32_t)a[1] & SOCK_NONBLOCK, &f);
    return err ? err : fd_install_or_put(f, 0, (uint32_t)a[1] & SOCK_CLOEXEC);
}

int64_t sys_socketpair(const uint64_t *a)
{
    int type = check_kind((int)a[0], (int)a[1], (int)a[2]), fds[2];
    struct file *first, *second;
    int err;

    if (type < 0)
        return type;
    err = unix_create_pair(type, (uint32_t)a[1] & SOCK_NONBLOCK, &first, &second);
    if (err)
        return err;
    err = fd_install_pair(first, second, (uint32_t)a[1] & SOCK_CLOEXEC, fds);
    if (err) {
        file_put(first);
        file_put(second);
        return err;
    }
    if (copy_to_user(a[3], fds, sizeof(fds))) {
        fd_close(fds[0]);
        fd_close(fds[1]);
        return -EFAULT;
    }
    return 0;
}

/* ---- connecting ------------------------------------------------------------------------- */

/* VERB with the address that the call was given. */
static int64_t do_with_name(struct file *f, const uint64_t *a,
                            int (*verb)(struct file *, struct unix_name *, const struct path_ctx *))
{
    struct unix_name name;
    struct path_ctx ctx;
    int err = socket_name_get(&name, a[1], (int32_t)a[2]);

    if (err)
        return err;
    path_ctx_current(&ctx);
    err = verb(f, &name, &ctx);
    path_ctx_put(&ctx);
    return err;
}

static int64_t bind_to(struct file *f, const uint64_t *a)
{
    return do_with_name(f, a, unix_bind);
}

static int64_t connect_to(struct file *f, const uint64_t *a)
{
    return do_with_name(f, a, unix_connect);
}

static int64_t listen_on(struct file *f, const uint64_t *a)
{
    return unix_listen(f, (int)a[1]);
}

int64_t sys_bind(const uint64_t *a)
{
    return with_socket(a, bind_to);
}

int64_t sys_connect(const uint64_t *a)
{
    return with_socket(a, connect_to);
}

int64_t sys_listen(const uint64_t *a)
{
    return with_socket(a, listen_on);
}

/* Give the connection that LISTENER accepted a number, and its peer's name to the caller. */
static int64_t install_accepted(struct file *listener, struct file *f, const uint64_t *a,
                                uint32_t flags)
{
    int fd, err = 0;

    file_get(f);                /* another thread may close it at once */
    fd = fd_install(f, 0, flags & SOCK_CLOEXEC);
    if (fd < 0) {
        file_put(f);
        unix_accept_undo(listener, f);
        return fd;
    }
    if (a[1])
        err = put_name(f, true, a[1], a[2]);
    if (err)
        fd_close(fd);
    file_put(f);
    return err ? err : fd;
}

static int64_t accept_with(const uint64_t *a, uint32_t flags)
{
    struct fd_ref ref;
    struct file *f;
    int64_t r;

    r = socket_get((int)a[0], &ref);
    if (r)
        return r;
    r = flags & ~(uint32_t)(SOCK_NONBLOCK | SOCK_CLOEXEC) ? -EINVAL : 0;
    if (!r)
        r = unix_accept(ref.file, flags & SOCK_NONBLOCK, &f);
    if (!r)
        r = install_accepted(ref.file, f, a, flags);
    fd_put(ref);
    return r;
}

int64_t sys_accept(const uint64_t *a)
{
    return accept_with(a, 0);
}

int64_t sys_accept4(const uint64_t *a)
{
    return accept_with(a, (uint32_t)a[3]);
}

static int64_t shut_down(struct file *f, const uint64_t *a)
{
    return unix_shutdown(f, (int)a[1]);
}

int64_t sys_shutdown(const uint64_t *a)
{
    return with_socket(a, shut_down);
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_socket.c - calls on sockets: a connected pair, messages, what comes beside the bytes.
 */
#include "kernel/fs/unix_socket.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/bitops.h"

#define CONTROL_MAX 4096                /* bytes beside one message that is sent */

/* The socket FD in *REF: 0, -EBADF, -ENOTSOCK.  fd_put() it if 0. */
static int socket_get(int fd, struct fd_ref *ref)
{
    *ref = fd_get(fd);
    if (!ref->file)
        return -EBADF;
    if (file_is_socket(ref->file))
        return 0;
    fd_put(*ref);
    return -ENOTSOCK;
}

/* ---- making and describing ------------------------------------------------------------- */

static int check_kind(int domain, int type, int protocol)
{
    if (type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    if (domain != AF_UNIX)
        return -EAFNOSUPPORT;
    if (protocol != 0 && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    return (type & SOCK_TYPE_MASK) == SOCK_STREAM ? 0 : -ESOCKTNOSUPPORT;
}

int64_t sys_socketpair(const uint64_t *a)
{
    const struct cred *cred = &current_process()->cred;
    struct ucred who = { current_process()->pid, cred->euid, cred->egid };
    int type = (int)a[1], fds[2];
    struct file *first, *second;
    int err = check_kind((int)a[0], type, (int)a[2]);

    if (!err)
        err = unix_pair_create((uint32_t)type & SOCK_NONBLOCK, &who, &first, &second);
    if (err)
        return err;
    err = fd_install_pair(first, second, (uint32_t)type & SOCK_CLOEXEC, fds);
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

/* SIZE bytes at VALUE to a buffer whose length the user says, and is told anew, at USER_LENGTH. */
static int put_sized(uintptr_t user, uintptr_t user_length, const void *value, int32_t size)
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

/* Both ends have no address but its family. */
static int64_t put_name(const uint64_t *a)
{
    const uint16_t family = AF_UNIX;
    struct fd_ref ref;
    int err = socket_get((int)a[0], &ref);

    if (err)
        return err;
    err = put_sized(a[1], a[2], &family, sizeof(family));
    fd_put(ref);
    return err;
}

int64_t sys_getsockname(const uint64_t *a)
{
    return put_name(a);
}

int64_t sys_getpeername(const uint64_t *a)
{
    return put_name(a);
}

/* One number: 0 with *VALUE, or -ENOPROTOOPT. */
static int number_option(struct file *f, int option, int32_t *value)
{
    switch (option) {
    case SO_TYPE:
        *value = SOCK_STREAM;
        return 0;
    case SO_DOMAIN:
        *value = AF_UNIX;
        return 0;
    case SO_PROTOCOL:
    case SO_ACCEPTCONN:
        *value = 0;
        return 0;
    case SO_ERROR:
        *value = unix_take_error(f);
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static int option_put(struct file *f, const uint64_t *a)
{
    struct ucred peer = unix_peer(f);
    int32_t value, room;
    int err;

    if ((int)a[1] != SOL_SOCKET)
        return -EOPNOTSUPP;
    if ((int)a[2] == SO_PEERCRED) {
        if (copy_from_user(&room, a[4], sizeof(room)))
            return -EFAULT;
        return put_sized(a[3], a[4], &peer, MIN(room, (int32_t)sizeof(peer)));
    }
    err = number_option(f, (int)a[2], &value);
    if (err)
        return err;
    if (copy_from_user(&room, a[4], sizeof(room)))
        return -EFAULT;
    return put_sized(a[3], a[4], &value, MIN(room, (int32_t)sizeof(value)));
}

int64_t sys_getsockopt(const uint64_t *a)
{
    struct fd_ref ref;
    int err = socket_get((int)a[0], &ref);

    if (err)
        return err;
    err = option_put(ref.file, a);
    fd_put(ref);
    return err;
}

int64_t sys_shutdown(const uint64_t *a)
{
    struct fd_ref ref;
    int err = socket_get((int)a[0], &ref);

    if (err)
        return err;
    err = unix_shutdown(ref.file, (int)a[1]);
    fd_put(ref);
    return err;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static int64_t send_bytes(int fd, struct uio *uio, uint32_t flags, struct passed_files *passed)
{
    struct fd_ref ref;
    ssize_t r = socket_get(fd, &ref);

    if (r)
        return r;
    r = flags & MSG_OOB ? -EOPNOTSUPP : unix_send(ref.file, uio, flags, passed);
    fd_put(ref);
    return flags & MSG_NOSIGNAL ? r : write_result(r);
}

static int64_t receive_bytes(int fd, struct uio *uio, uint32_t flags, struct passed_files *passed)
{
    struct fd_ref ref;
    ssize_t r = socket_get(fd, &ref);

    if (r)
        return r;
    r = flags & MSG_OOB ? -EOPNOTSUPP : unix_receive(ref.file, uio, flags, passed);
    fd_put(ref);
    return r;
}

int64_t sys_sendto(const uint64_t *a)
{
    struct uio_segment seg;
    struct uio uio;
    int err = buffer_get(&uio, &seg, a[1], a[2]);

    if (err)
        return err;
    if (a[4] && (int)a[5] > 0) {
        struct fd_ref ref;

        err = socket_get((int)a[0], &ref);
        if (!err)
            fd_put(ref);
        return err ? err : -EISCONN;
    }
    return send_bytes((int)a[0], &uio, (uint32_t)a[3], NULL);
}

int64_t sys_recvfrom(const uint64_t *a)
{
    const int32_t no_address = 0;
    struct uio_segment seg;
    struct uio uio;
    int64_t r = buffer_get(&uio, &seg, a[1], a[2]);

    if (!r)
        r = receive_bytes((int)a[0], &uio, (uint32_t)a[3], NULL);
    if (r >= 0 && a[4] && copy_to_user(a[5], &no_address, sizeof(no_address)))
        return -EFAULT;
    return r;
}

/* ---- what comes beside them ---------------------------------------------------------------- */

/* The files of NFDS descriptors at FDS.  0, -EBADF, -EINVAL (too many), -ETOOMANYREFS. */
static int collect_files(const int32_t *fds, size_t nfds, struct passed_files *passed)
{
    if (passed->n + nfds > SCM_MAX_FD)
        return -EINVAL;
    for (size_t i = 0; i < nfds; i++) {
        struct fd_ref ref = fd_get_any(fds[i]);

        if (!ref.file)
            return -EBADF;
        if (file_is_socket(ref.file)) {
            fd_put(ref);
            return -ETOOMANYREFS;
        }
        file_get(ref.file);
        passed->files[passed->n++] = ref.file;
        fd_put(ref);
    }
    return 0;
}

/* All headers in N bytes at CONTROL.  0 or an errno. */
static int parse_control(const char *control, size_t n, struct passed_files *passed)
{
    size_t at = 0;
    int err = 0;

    while (!err && n - at >= sizeof(struct cmsghdr)) {
        const struct cmsghdr *h = (const void *)(control + at);

        if (h->cmsg_len < sizeof(*h) || h->cmsg_len > n - at)
            return -EINVAL;
        if (h->cmsg_level == SOL_SOCKET) {
            if (h->cmsg_type != SCM_RIGHTS)
                return -EINVAL;
            err = collect_files((const void *)(h + 1), (h->cmsg_len - sizeof(*h)) / sizeof(int32_t),
                                passed);
        }
        at = MIN(n, at + align_up(h->cmsg_len, sizeof(uint64_t)));
    }
    return err;
}

/* What MSG wants to send beside its bytes.  On success *PASSED is the caller's. */
static int get_control(const struct abi_msghdr *msg, struct passed_files *passed)
{
    char *control;
    int err;

    *passed = (struct passed_files){ 0 };
    if (msg->controllen == 0)
        return 0;
    if (msg->controllen > CONTROL_MAX)
        return -ENOBUFS;
    control = kmalloc(msg->controllen, GFP_KERNEL);
    passed->files = kcalloc(SCM_MAX_FD, sizeof(*passed->files), GFP_KERNEL);
    err = control && passed->files ? 0 : -ENOMEM;
    if (!err && copy_from_user(control, msg->control, msg->controllen))
        err = -EFAULT;
    if (!err)
        err = parse_control(control, msg->controllen, passed);
    kfree(control);
    if (err || passed->n == 0)
        passed_files_put(passed);
    return err;
}

int64_t sys_sendmsg(const uint64_t *a)
{
    struct passed_files passed;
    struct abi_msghdr msg;
    struct segments s;
    int64_t r;

    if (copy_from_user(&msg, a[1], sizeof(msg)))
        return -EFAULT;
    r = segments_get(&s, msg.iov, msg.iovlen);
    if (r)
        return r;
    r = get_control(&msg, &passed);
    if (!r) {
        r = send_bytes((int)a[0], &s.uio, (uint32_t)a[2], &passed);
        passed_files_put(&passed);
    }
    segments_put(&s);
    return r;
}

/* Give the running process the first files of PASSED that fit into MSG's control buffer; the
 * buffer is left with what was written. */
static int put_files(struct abi_msghdr *msg, struct passed_files *passed, bool cloexec)
{
    struct cmsghdr h = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    size_t room = msg->controllen < sizeof(h) ? 0 : (msg->controllen - sizeof(h)) / sizeof(int32_t);
    size_t n = 0;

    while (n < MIN(room, passed->n)) {
        int32_t fd;

        file_get(passed->files[n]);
        fd = fd_install(passed->files[n], 0, cloexec);
        if (fd < 0) {
            file_put(passed->files[n]);
            break;
        }
        if (copy_to_user(msg->control + sizeof(h) + n * sizeof(fd), &fd, sizeof(fd))) {
            fd_close(fd);
            break;
        }
        n++;
    }
    if (n < passed->n)
        msg->flags |= MSG_CTRUNC;
    h.cmsg_len = sizeof(h) + n * sizeof(int32_t);
    if (n > 0 && copy_to_user(msg->control, &h, sizeof(h)))
        return -EFAULT;
    msg->controllen = n > 0 ? MIN(msg->controllen, align_up(h.cmsg_len, sizeof(uint64_t))) : 0;
    return 0;
}

int64_t sys_recvmsg(const uint64_t *a)
{
    struct passed_files passed = { 0 };
    uint32_t flags = (uint32_t)a[2];
    struct abi_msghdr msg;
    struct segments s;
    int64_t r;
    int err;

    if (copy_from_user(&msg, a[1], sizeof(msg)))
        return -EFAULT;
    r = segments_get(&s, msg.iov, msg.iovlen);
    if (r)
        return r;
    r = receive_bytes((int)a[0], &s.uio, flags, &passed);
    segments_put(&s);
    if (r < 0)
        return r;
    msg.flags = (int32_t)(flags & MSG_CMSG_CLOEXEC);
    msg.namelen = 0;
    err = put_files(&msg, &passed, flags & MSG_CMSG_CLOEXEC);
    passed_files_put(&passed);
    if (!err && copy_to_user(a[1], &msg, sizeof(msg)))
        err = -EFAULT;
    return err ? err : r;
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_message.c - calls that send and receive through sockets: bytes, messages, many of them.
 */
#include "kernel/sys/calls.h"
#include "kernel/sys/socket_args.h"
#include "lib/abi/uio.h"
#include "lib/bitops.h"

/* ---- sending ----------------------------------------------------------------------------- */

/* Send what UIO and E have; a path in E is the caller's. */
static int64_t send_bytes(struct file *f, struct uio *uio, struct envelope *e)
{
    bool has_name = e->name.len > 0;
    struct path_ctx ctx;
    ssize_t r;

    if (has_name) {
        path_ctx_current(&ctx);
        e->ctx = &ctx;
    }
    r = unix_send(f, uio, e);
    if (has_name)
        path_ctx_put(&ctx);
    return e->flags & MSG_NOSIGNAL ? r : write_result(f, r);
}

int64_t sys_sendto(const uint64_t *a)
{
    struct envelope e = { .flags = (uint32_t)a[3] };
    struct uio_segment seg;
    struct fd_ref ref;
    struct uio uio;
    int64_t r = buffer_get(&uio, &seg, a[1], a[2]);

    if (!r)
        r = socket_get((int)a[0], &ref);
    if (r)
        return r;
    if (a[4])
        r = socket_name_get(&e.name, a[4], (int32_t)a[5]);
    if (!r)
        r = send_bytes(ref.file, &uio, &e);
    fd_put(ref);
    return r;
}

/* Send the message that the user describes at USER. */
static int64_t send_message(struct file *f, uintptr_t user, uint32_t flags)
{
    struct envelope e = { .flags = flags };
    struct abi_msghdr msg;
    struct segments s;
    int64_t r;

    if (copy_from_user(&msg, user, sizeof(msg)))
        return -EFAULT;
    if (msg.namelen < 0)
        return -EINVAL;
    if (msg.name)
        r = socket_name_get(&e.name, msg.name, MIN(msg.namelen, SOCKADDR_MAX));
    else
        r = 0;
    if (!r)
        r = segments_get(&s, msg.iov, msg.iovlen);
    if (r)
        return r;
    r = control_get(&msg, &e);
    if (!r) {
        r = send_bytes(f, &s.uio, &e);
        passed_files_put(&e.passed);
    }
    segments_put(&s);
    return r;
}

static int64_t send_one(struct file *f, const uint64_t *a)
{
    return send_message(f, a[1], (uint32_t)a[2]);
}

int64_t sys_sendmsg(const uint64_t *a)
{
    return with_socket(a, send_one);
}

/* ---- receiving ---------------------------------------------------------------------------- */

int64_t sys_recvfrom(const uint64_t *a)
{
    struct envelope e = { .flags = (uint32_t)a[3] };
    struct uio_segment seg;
    struct fd_ref ref;
    struct uio uio;
    int64_t r = buffer_get(&uio, &seg, a[1], a[2]);
    int err = 0;

    if (!r)
        r = socket_get((int)a[0], &ref);
    if (r)
        return r;
    r = unix_receive(ref.file, &uio, &e);
    fd_put(ref);
    passed_files_put(&e.passed);
    if (r >= 0 && a[4])
        err = socket_put_sized(a[4], a[5], &e.name.family, (int32_t)e.name.len);
    return err ? err : r;
}

/* E's name to MSG. */
static int put_name(struct abi_msghdr *msg, const struct envelope *e)
{
    int32_t len = (int32_t)e->name.len;

    if (!msg->name)
        return 0;
    if (copy_to_user(msg->name, &e->name.family, (size_t)MIN(len, msg->namelen)))
        return -EFAULT;
    msg->namelen = len;
    return 0;
}

/* Receive into what the user describes at USER, and tell there what came. */
static int64_t receive_message(struct file *f, uintptr_t user, uint32_t flags)
{
    struct envelope e = { .flags = flags };
    struct abi_msghdr msg;
    struct segments s;
    int64_t r;

    if (copy_from_user(&msg, user, sizeof(msg)))
        return -EFAULT;
    if (msg.namelen < 0)
        return -EINVAL;
    r = segments_get(&s, msg.iov, msg.iovlen);
    if (r)
        return r;
    r = unix_receive(f, &s.uio, &e);
    segments_put(&s);
    if (r >= 0) {
        msg.flags = (int32_t)((flags & MSG_CMSG_CLOEXEC) | e.told);
        control_put(&msg, &e);
        if (put_name(&msg, &e) || copy_to_user(user, &msg, sizeof(msg)))
            r = -EFAULT;
    }
    passed_files_put(&e.passed);
    return r;
}

static int64_t receive_one(struct file *f, const uint64_t *a)
{
    return receive_message(f, a[1], (uint32_t)a[2]);
}

int64_t sys_recvmsg(const uint64_t *a)
{
    return with_socket(a, receive_one);
}

/* ---- many at once --------------------------------------------------------------------------- */

/* A message of N bytes was moved by what is described at USER. */
static int put_length(uintptr_t user, int64_t n)
{
    uint32_t len = (uint32_t)n;

    return copy_to_user(user + offsetof(struct abi_mmsghdr, len), &len, sizeof(len)) ? -EFAULT : 0;
}

/* How many messages were sent, or the first one's error. */
static int64_t send_many(struct file *f, const uint64_t *a)
{
    unsigned count = MIN((unsigned)a[2], (unsigned)IOV_MAX), n = 0;
    int64_t r = 0;

    while (r >= 0 && n < count) {
        uintptr_t user = a[1] + n * sizeof(struct abi_mmsghdr);

        r = send_message(f, user, (uint32_t)a[3]);
        if (r >= 0)
            r = put_length(user, r);
        n += r >= 0;
        cond_resched();
    }
    return n > 0 ? n : r;
}

int64_t sys_sendmmsg(const uint64_t *a)
{
    return with_socket(a, send_many);
}

/* Receive up to COUNT messages; the time is looked at after each.  How many, or an errno. */
static int64_t receive_many(struct file *f, uintptr_t user, unsigned count, uint32_t flags,
                            uint64_t deadline)
{
    uint32_t first_only = flags & MSG_WAITFORONE;
    unsigned n = 0;
    int64_t r = 0;

    flags &= ~(uint32_t)MSG_WAITFORONE;
    while (r >= 0 && n < count && (n == 0 || clock_monotonic_ns() < deadline)) {
        r = receive_message(f, user, flags);
        if (r >= 0)
            r = put_length(user, r);
        n += r >= 0;
        if (first_only)
            flags |= MSG_DONTWAIT;
        user += sizeof(struct abi_mmsghdr);
        cond_resched();
    }
    return n > 0 ? n : r;
}

int64_t sys_recvmmsg(const uint64_t *a)
{
    uint64_t deadline = UINT64_MAX, ns, now;
    struct fd_ref ref;
    int64_t r = a[4] ? timespec_get(a[4], &ns) : 0;

    if (r)
        return r;
    if (a[4])
        deadline = clock_monotonic_ns() + ns;
    r = socket_get((int)a[0], &ref);
    if (r)
        return r;
    r = receive_many(ref.file, a[1], (unsigned)a[2], (uint32_t)a[3], deadline);
    fd_put(ref);
    now = clock_monotonic_ns();
    if (a[4] && r > 0 && timespec_put(a[4], deadline > now ? deadline - now : 0))
        return -EFAULT;
    return r;
}

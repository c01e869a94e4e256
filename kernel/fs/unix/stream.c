/* SPDX-License-Identifier: MIT */
/*
 * stream.c - sending and receiving bytes that have no borders.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define CHUNK_MAX (32 * 1024u)          /* of one message: its memory is free when all is read */

/* ---- sending ----------------------------------------------------------------------------- */

/* 0, or why S, connected or not, sends nothing with E on it. */
static int check_send(const struct socket *s, const struct envelope *e)
{
    bool is_connected = s->state == SOCKET_CONNECTED;

    if (e->name.len > 0)
        return is_connected ? -EISCONN : -EOPNOTSUPP;
    if (!is_connected)
        return -ENOTCONN;
    return is_over(s, NO_SEND) ? -EPIPE : 0;
}

/* M, which it takes over, arrives at S's peer.  0 or -EPIPE. */
static int deliver(struct socket *s, struct message *m)
{
    bool arrives;

    spin_lock(&sockets_lock);
    arrives = !s->peer->closed && !is_over(s->peer, NO_RECEIVE);
    if (arrives)
        inbox_add_locked(s->peer, s, m);
    spin_unlock(&sockets_lock);
    if (arrives)
        return 0;
    message_free(m);
    return -EPIPE;
}

ssize_t stream_send(struct file *f, struct uio *uio, struct envelope *e)
{
    struct socket *s = socket_of(f);
    uint64_t deadline = socket_deadline(f, e->flags, s->send_timeout);
    struct message *m;
    ssize_t sent = 0;
    int err = check_send(s, e);

    while (!err && uio->resid > 0) {
        /* Two fit, so that one is read while the next is written. */
        uint32_t n = (uint32_t)min_u64(uio->resid, MIN(CHUNK_MAX, s->send_size / 2 - 64));

        err = socket_wait_room(s, deadline);
        if (!err)
            err = message_create(s, uio, n, e, &m);
        if (!err)
            err = deliver(s, m);
        sent += err ? 0 : n;
    }
    return sent > 0 ? sent : err;
}

/* ---- receiving ---------------------------------------------------------------------------- */

/* Whether M may follow what E is for: where the reader is told who wrote, only more of his. */
static bool is_same_writer(const struct envelope *e, const struct message *m)
{
    return !e->has_who || (e->who.pid == m->who.pid && e->who.uid == m->who.uid
                           && e->who.gid == m->who.gid);
}

/* N bytes of M, the first message, were read, and its files go to E.  True if a reader may
 * go on to the next one. */
static bool consume(struct socket *s, struct message *m, uint32_t n, struct envelope *e)
{
    bool brought = m->passed.n > 0, used_up;

    spin_lock(&sockets_lock);
    if (brought)
        inbox_take_files_locked(m, &e->passed);
    inbox_consume_locked(s, m, n);
    used_up = m->len == 0;
    if (used_up)
        inbox_remove_locked(s, m);
    spin_unlock(&sockets_lock);
    if (used_up)
        message_free(m);
    return used_up && !brought;
}

/* Take bytes; s->reading is held. */
static ssize_t take(struct socket *s, struct uio *uio, struct envelope *e, uint64_t deadline)
{
    size_t target = e->flags & MSG_WAITALL ? MAX(uio->resid, (size_t)1) : 1, got = 0;
    bool more = true;
    struct message *m;
    int err = 0;

    while (more && (got < target || s->nmessages > 0)) {
        uint32_t n;

        err = inbox_wait(s, deadline, &m);
        if (err <= 0 || !is_same_writer(e, m))
            break;
        n = (uint32_t)min_u64(m->len, uio->resid);
        err = message_read(m, n, uio);
        if (err)
            break;
        got += n;
        envelope_address(e, s, m);
        more = consume(s, m, n, e) && uio->resid > 0;
    }
    return got > 0 ? (ssize_t)got : err;
}

/* Look at bytes, and all stays as it is; s->reading is held. */
static ssize_t peek(struct socket *s, struct uio *uio, struct envelope *e, uint64_t deadline)
{
    struct message *m = NULL;
    size_t got = 0;
    int err = inbox_wait(s, deadline, &m);

    if (err <= 0)
        return err;
    do {
        uint32_t n = (uint32_t)min_u64(m->len, uio->resid);

        err = message_read(m, n, uio);
        if (!err)
            err = passed_files_copy(&e->passed, &m->passed);
        if (err)
            break;
        got += n;
        envelope_address(e, s, m);
        m = inbox_next(s, m);
    } while (m && uio->resid > 0 && e->passed.n == 0 && is_same_writer(e, m));
    return got > 0 ? (ssize_t)got : err;
}

ssize_t stream_receive(struct file *f, struct uio *uio, struct envelope *e)
{
    struct socket *s = socket_of(f);
    uint64_t deadline = socket_deadline(f, e->flags, s->receive_timeout);
    ssize_t r;

    if (s->state != SOCKET_CONNECTED)
        return -EINVAL;
    mutex_lock(&s->reading);
    r = e->flags & MSG_PEEK ? peek(s, uio, e, deadline) : take(s, uio, e, deadline);
    mutex_unlock(&s->reading);
    return r;
}

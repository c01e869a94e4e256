/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - sending and receiving messages, to a name or to a peer.
 *
 * A receiver who reads too slowly makes senders wait, unless he sends to them in turn: then
 * two could wait for each other.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define SEND_RESERVE 32                 /* bytes of SO_SNDBUF that no message may fill, as Linux */

/* ---- the receiver ------------------------------------------------------------------------- */

/* S is connected with nobody any more, OLD least of all: what that one sent is lost, and he is
 * told if he still sends here. */
static void disconnect(struct socket *s, struct socket *old)
{
    struct list lost = LIST_INIT(lost);

    mutex_lock(&s->reading);            /* nobody reads the first message now */
    spin_lock(&sockets_lock);
    if (s->nmessages > 0 && !old->closed && old->peer == s) {
        old->error = ECONNRESET;
        wake_up_all(&old->changed);
    }
    inbox_empty_locked(s, &lost);
    spin_unlock(&sockets_lock);
    mutex_unlock(&s->reading);
    messages_free(&lost);
}

/* Let S send to PEER (NULL: to nobody) from now on.  0 or -EPERM. */
static int set_peer(struct socket *s, struct socket *peer)
{
    struct socket *old = NULL;
    int err = 0;

    spin_lock(&sockets_lock);
    if (peer && peer->peer && peer->peer != s) {
        err = -EPERM;
    } else {
        old = socket_leave_peer_locked(s);
        s->state = peer ? SOCKET_CONNECTED : SOCKET_ALONE;
        if (peer)
            socket_set_peer_locked(s, peer);
    }
    spin_unlock(&sockets_lock);
    if (old && old != peer)
        disconnect(s, old);
    if (old)
        socket_put(old);
    return err;
}

int datagram_connect(struct socket *s, struct unix_name *name, const struct path_ctx *ctx)
{
    struct socket *peer;
    int err;

    if (name->len >= sizeof(name->family) && name->family == AF_UNSPEC)
        return set_peer(s, NULL);
    err = name_check(name);
    if (!err && s->pass_cred)
        err = name_choose(s);
    if (!err)
        err = name_find(name, s->type, ctx, &peer);
    if (err)
        return err;
    err = set_peer(s, peer);
    socket_put(peer);
    return err;
}

/* To whom E goes, referenced.  0, -ENOTCONN, or what the name said. */
static int find_receiver(struct socket *s, struct envelope *e, struct socket **to)
{
    if (e->name.len > 0)
        return name_find(&e->name, s->type, e->ctx, to);
    spin_lock(&sockets_lock);
    *to = s->peer;
    if (*to)
        socket_get(*to);
    spin_unlock(&sockets_lock);
    return *to ? 0 : -ENOTCONN;
}

/* ---- sending -------------------------------------------------------------------------------- */

enum delivery { DELIVERED, RECEIVER_CLOSED, RECEIVER_FULL, FORBIDDEN, RECEIVER_DEAF };

static enum delivery deliver(struct socket *s, struct socket *to, struct message *m)
{
    enum delivery d = DELIVERED;

    spin_lock(&sockets_lock);
    if (to->peer && to->peer != s)
        d = FORBIDDEN;
    else if (to->closed)
        d = RECEIVER_CLOSED;
    else if (is_over(to, NO_RECEIVE))
        d = RECEIVER_DEAF;
    else if (to != s && to->peer != s && is_full(to))
        d = RECEIVER_FULL;
    else
        inbox_add_locked(to, s, m);
    spin_unlock(&sockets_lock);
    return d;
}

static bool may_go_on(const struct socket *to)
{
    return !is_full(to) || to->closed || is_over(to, NO_RECEIVE);
}

/* TO was closed.  0: its name may have a new owner; -EPIPE, -ECONNREFUSED: there is none. */
static int on_closed(struct socket *s, struct socket *to, const struct envelope *e)
{
    if (e->name.len > 0)
        return 0;
    if (s->type == SOCK_SEQPACKET)
        return -EPIPE;
    spin_lock(&sockets_lock);
    to = s->peer == to ? socket_leave_peer_locked(s) : NULL;
    if (to)
        s->state = SOCKET_ALONE;
    spin_unlock(&sockets_lock);
    if (to) {
        disconnect(s, to);
        socket_put(to);
    }
    return -ECONNREFUSED;
}

/* One attempt to deliver M.  0: again; 1: it has arrived; or an errno. */
static int try_send(struct socket *s, struct message *m, struct envelope *e, uint64_t deadline)
{
    struct socket *to;
    int err = find_receiver(s, e, &to);

    if (err)
        return err;
    switch (deliver(s, to, m)) {
    case DELIVERED:
        err = 1;
        break;
    case RECEIVER_CLOSED:
        err = on_closed(s, to, e);
        break;
    case RECEIVER_FULL:
        err = -EAGAIN;
        if (deadline)
            err = wait_event_until(&to->changed, may_go_on(to), deadline);
        err = socket_wait_error(err, deadline);
        break;
    case FORBIDDEN:
        err = -EPERM;
        break;
    case RECEIVER_DEAF:
        err = -EPIPE;
        break;
    }
    socket_put(to);
    return err;
}

/* 0, or why S sends no message of SIZE bytes with E on it. */
static int check_send(struct socket *s, struct envelope *e, size_t size)
{
    int err = 0;

    if (s->type == SOCK_SEQPACKET) {
        err = -socket_take_error(s);
        if (!err && s->state != SOCKET_CONNECTED)
            err = -ENOTCONN;
        e->name.len = 0;
    }
    if (!err && e->name.len > 0)
        err = name_check(&e->name);
    else if (!err && !__atomic_load_n(&s->peer, __ATOMIC_RELAXED))
        err = -ENOTCONN;
    if (!err && s->pass_cred)
        err = name_choose(s);
    if (!err && size > s->send_size - SEND_RESERVE)
        err = -EMSGSIZE;
    return err;
}

ssize_t datagram_send(struct file *f, struct uio *uio, struct envelope *e)
{
    struct socket *s = socket_of(f);
    uint64_t deadline = socket_deadline(f, e->flags, s->send_timeout);
    size_t size = uio->resid;
    struct message *m;
    int r = check_send(s, e, size);

    if (!r)
        r = socket_wait_room(s, deadline);
    if (!r)
        r = message_create(s, uio, (uint32_t)size, e, &m);
    if (r)
        return r;
    do {
        r = try_send(s, m, e, deadline);
    } while (r == 0);
    if (r < 0)
        message_free(m);
    return r < 0 ? r : (ssize_t)size;
}

/* ---- receiving ------------------------------------------------------------------------------- */

/* Copy M to UIO and E: the bytes that there were, or the error of the copy. */
static ssize_t read_whole(struct socket *s, struct message *m, struct uio *uio, struct envelope *e)
{
    uint32_t n = (uint32_t)min_u64(m->len, uio->resid);
    int err = message_read(m, n, uio);

    if (err)
        return err;
    if (n < m->len)
        e->told |= MSG_TRUNC;
    envelope_address(e, s, m);
    return e->flags & MSG_TRUNC ? m->len : n;
}

/* Wait for the first message.  Results as of inbox_wait. */
static int wait_first(struct socket *s, uint64_t deadline, struct message **m)
{
    int r = -socket_take_error(s);

    if (!r)
        r = inbox_wait(s, deadline, m);
    /* To end is told without waiting only where there was a connection. */
    if (r == 0 && !deadline && s->type == SOCK_DGRAM)
        r = -EAGAIN;
    return r;
}

ssize_t datagram_receive(struct file *f, struct uio *uio, struct envelope *e)
{
    struct socket *s = socket_of(f);
    uint64_t deadline = socket_deadline(f, e->flags, s->receive_timeout);
    bool taken = false;
    struct message *m;
    ssize_t r;

    if (s->type == SOCK_SEQPACKET && s->state != SOCKET_CONNECTED)
        return -ENOTCONN;
    mutex_lock(&s->reading);
    r = wait_first(s, deadline, &m);
    if (r > 0 && !(e->flags & MSG_PEEK)) {
        taken = true;
        spin_lock(&sockets_lock);
        inbox_remove_locked(s, m);
        inbox_take_files_locked(m, &e->passed);
        spin_unlock(&sockets_lock);
    } else if (r > 0) {
        int err = passed_files_copy(&e->passed, &m->passed);

        r = err ? err : r;
    }
    if (r > 0)
        r = read_whole(s, m, uio, e);
    mutex_unlock(&s->reading);
    if (taken)
        message_free(m);
    return r;
}

/* SPDX-License-Identifier: MIT */
/*
 * connect.c - how two sockets come together: as a pair, or one asks and one listens.
 *
 * connect() makes the other end of the connection itself, a socket without a file, and lays it
 * in the listener's `arrivals`: from then on both ends are connected and may be written to.
 * accept() gives it a file.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

/* A and B send to each other from now on.  Lock held. */
static void join_locked(struct socket *a, struct socket *b)
{
    socket_set_peer_locked(a, b);
    socket_set_peer_locked(b, a);
    a->state = b->state = SOCKET_CONNECTED;
}

/* ---- a pair ----------------------------------------------------------------------------- */

int unix_create_pair(int type, uint32_t flags, struct file **a, struct file **b)
{
    int err = unix_create(type, flags, a);

    if (err)
        return err;
    err = unix_create(type, flags, b);
    if (err) {
        file_put(*a);
        return err;
    }
    socket_of(*a)->peer_who = socket_of(*b)->peer_who = socket_current_who();
    spin_lock(&sockets_lock);
    join_locked(socket_of(*a), socket_of(*b));
    spin_unlock(&sockets_lock);
    return 0;
}

/* ---- listening --------------------------------------------------------------------------- */

int unix_listen(struct file *f, int backlog)
{
    struct socket *s = socket_of(f);
    int err = 0;

    if (!has_connections(s))
        return -EOPNOTSUPP;
    spin_lock(&sockets_lock);
    if (s->name.len == 0 || s->state == SOCKET_CONNECTED)
        err = -EINVAL;
    if (!err) {
        s->state = SOCKET_LISTENING;
        /* A negative one is a very large one. */
        s->backlog = MIN((uint32_t)backlog, (uint32_t)SOMAXCONN);
        s->peer_who = socket_current_who();
        wake_up_all(&s->changed);
    }
    spin_unlock(&sockets_lock);
    return err;
}

static bool has_place(const struct socket *listener)
{
    return __atomic_load_n(&listener->narrivals, __ATOMIC_RELAXED) <= listener->backlog;
}

static void set_arrivals_locked(struct socket *listener, uint32_t n)
{
    __atomic_store_n(&listener->narrivals, n, __ATOMIC_RELAXED);
    wake_up_all(&listener->changed);
}

/* ---- connecting --------------------------------------------------------------------------- */

enum attempt { CONNECTED, LISTENER_GONE, LISTENER_FULL, REFUSED, NOT_ALONE };

/* Connect S with END, which LISTENER will accept. */
static enum attempt try_connect(struct socket *s, struct socket *listener, struct socket *end)
{
    enum attempt result = CONNECTED;

    spin_lock(&sockets_lock);
    if (listener->closed)
        result = LISTENER_GONE;
    else if (listener->state != SOCKET_LISTENING || is_over(listener, NO_RECEIVE))
        result = REFUSED;
    else if (!has_place(listener))
        result = LISTENER_FULL;
    else if (s->state != SOCKET_ALONE)
        result = NOT_ALONE;
    if (result == CONNECTED) {
        join_locked(s, end);
        s->peer_who = listener->peer_who;
        end->name = listener->name;
        end->path = listener->path;
        if (end->path.dentry)
            path_get(&end->path);
        end->pass_cred = listener->pass_cred;
        list_insert_tail(&listener->arrivals, &end->arrival_link);
        set_arrivals_locked(listener, listener->narrivals + 1);
    }
    spin_unlock(&sockets_lock);
    return result;
}

static bool may_try_again(const struct socket *listener)
{
    return has_place(listener) || listener->closed || is_over(listener, NO_RECEIVE);
}

/* One attempt to connect S with END where NAME leads to.  0: again; 1: done; or an errno. */
static int attempt(struct socket *s, struct socket *end, const struct unix_name *name,
                   const struct path_ctx *ctx, uint64_t deadline)
{
    struct socket *listener;
    int err = name_find(name, s->type, ctx, &listener);

    if (err)
        return err;
    switch (try_connect(s, listener, end)) {
    case CONNECTED:
        err = 1;
        break;
    case LISTENER_GONE:
        break;
    case LISTENER_FULL:
        err = -EAGAIN;
        if (deadline)
            err = wait_event_until(&listener->changed, may_try_again(listener), deadline);
        err = socket_wait_error(err, deadline);
        break;
    case REFUSED:
        err = -ECONNREFUSED;
        break;
    case NOT_ALONE:
        err = s->state == SOCKET_CONNECTED ? -EISCONN : -EINVAL;
        break;
    }
    socket_put(listener);
    return err;
}

int unix_connect(struct file *f, struct unix_name *name, const struct path_ctx *ctx)
{
    struct socket *s = socket_of(f), *end;
    uint64_t deadline = socket_deadline(f, 0, s->send_timeout);
    int r;

    if (!has_connections(s))
        return datagram_connect(s, name, ctx);
    r = name_check(name);
    if (!r && s->pass_cred)
        r = name_choose(s);
    if (r)
        return r;
    end = socket_create(s->type);
    if (!end)
        return -ENOMEM;
    end->peer_who = socket_current_who();
    do {
        r = attempt(s, end, name, ctx, deadline);
    } while (r == 0);
    if (r > 0)
        return 0;
    socket_close(end, false);
    return r;
}

/* ---- accepting ---------------------------------------------------------------------------- */

/* The oldest arrival, or NULL; *OVER: there will be none. */
static struct socket *take_arrival(struct socket *listener, bool *over)
{
    struct socket *end = NULL;
    struct list *link;

    spin_lock(&sockets_lock);
    link = list_pop_head(&listener->arrivals);
    if (link) {
        end = list_entry(link, struct socket, arrival_link);
        set_arrivals_locked(listener, listener->narrivals - 1);
    }
    *over = is_over(listener, NO_RECEIVE);
    spin_unlock(&sockets_lock);
    return end;
}

static void put_back(struct socket *listener, struct socket *end)
{
    spin_lock(&sockets_lock);
    list_insert_head(&listener->arrivals, &end->arrival_link);
    set_arrivals_locked(listener, listener->narrivals + 1);
    spin_unlock(&sockets_lock);
}

static bool has_arrivals(const struct socket *listener)
{
    return __atomic_load_n(&listener->narrivals, __ATOMIC_RELAXED) > 0
           || is_over(listener, NO_RECEIVE);
}

/* 0 with *END, -EAGAIN, -EINVAL, -EINTR, -ERESTARTSYS. */
static int wait_arrival(struct socket *listener, uint64_t deadline, struct socket **end)
{
    bool over;
    int err;

    while (!(*end = take_arrival(listener, &over))) {
        if (over)
            return -EINVAL;
        if (!deadline)
            return -EAGAIN;
        err = wait_event_until(&listener->changed, has_arrivals(listener), deadline);
        if (err)
            return socket_wait_error(err, deadline);
    }
    return 0;
}

int unix_accept(struct file *f, uint32_t flags, struct file **out)
{
    struct socket *s = socket_of(f), *end;
    int err;

    if (!has_connections(s))
        return -EOPNOTSUPP;
    if (s->state != SOCKET_LISTENING)
        return -EINVAL;
    err = wait_arrival(s, socket_deadline(f, 0, s->receive_timeout), &end);
    if (err)
        return err;
    err = socket_open(end, flags, out);
    if (err)
        put_back(s, end);
    return err;
}

void unix_accept_undo(struct file *f, struct file *accepted)
{
    struct socket *end = socket_of(accepted);

    accepted->private = NULL;           /* its end does not end the socket */
    end->file = NULL;
    put_back(socket_of(f), end);
    file_put(accepted);
}

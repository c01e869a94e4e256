/* SPDX-License-Identifier: MIT */
/*
 * inbox.c - messages that have arrived at a socket, and waiting: of a reader for one, of a
 * sender for room.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "lib/abi/errno.h"

/* ---- arriving and leaving --------------------------------------------------------------- */

void inbox_add_locked(struct socket *to, struct socket *from, struct message *m)
{
    if (!m->has_who && (from->pass_cred || to->pass_cred)) {
        m->has_who = true;
        m->who = (struct ucred){ current->pid, current->cred->uid, current->cred->gid };
    }
    flight_begin_locked(m);
    list_insert_tail(&to->inbox, &m->link);
    to->nbytes += m->len;
    __atomic_store_n(&to->nmessages, to->nmessages + 1, __ATOMIC_RELAXED);
    wake_up_all(&to->changed);
}

/* Those that send to S look at its inbox: it is not full now. */
static void wake_senders_locked(struct socket *s)
{
    struct socket *from;

    wake_up_all(&s->changed);
    list_for_each_entry(from, &s->senders, peer_link)
        wake_up_all(&from->changed);
}

void inbox_remove_locked(struct socket *s, struct message *m)
{
    bool was_full = is_full(s);

    list_remove(&m->link);
    s->nbytes -= m->len;
    __atomic_store_n(&s->nmessages, s->nmessages - 1, __ATOMIC_RELAXED);
    if (was_full && !is_full(s))
        wake_senders_locked(s);
}

void inbox_consume_locked(struct socket *s, struct message *m, uint32_t n)
{
    m->offset += n;
    m->len -= n;
    s->nbytes -= n;
}

void inbox_take_files_locked(struct message *m, struct passed_files *to)
{
    flight_end_locked(m);
    *to = m->passed;
    m->passed = (struct passed_files){ 0 };
}

void inbox_empty_locked(struct socket *s, struct list *messages)
{
    struct message *m;

    list_for_each_entry(m, &s->inbox, link)
        flight_end_locked(m);
    list_splice_tail(messages, &s->inbox);
    s->nbytes = 0;
    __atomic_store_n(&s->nmessages, 0, __ATOMIC_RELAXED);
    wake_senders_locked(s);
}

/* ---- a reader's wait --------------------------------------------------------------------- */

/* The first message: 1; there will be none: 0, or S's error, told now; -EAGAIN. */
static int look(struct socket *s, struct message **m)
{
    int r = 1;

    spin_lock(&sockets_lock);
    if (!list_is_empty(&s->inbox)) {
        *m = list_first_entry(&s->inbox, struct message, link);
    } else if (s->error || is_over(s, NO_RECEIVE)) {
        r = -s->error;
        s->error = 0;
    } else {
        r = -EAGAIN;
    }
    spin_unlock(&sockets_lock);
    return r;
}

static bool has_news(const struct socket *s)
{
    return __atomic_load_n(&s->nmessages, __ATOMIC_RELAXED) > 0 || is_over(s, NO_RECEIVE)
           || s->error;
}

int inbox_wait(struct socket *s, uint64_t deadline, struct message **m)
{
    int r = look(s, m), err;

    while (r == -EAGAIN && deadline) {
        mutex_unlock(&s->reading);
        err = wait_event_until(&s->changed, has_news(s), deadline);
        mutex_lock(&s->reading);
        if (err)
            return socket_wait_error(err, deadline);
        r = look(s, m);                 /* another reader may have been faster */
    }
    return r;
}

struct message *inbox_next(struct socket *s, struct message *m)
{
    struct message *next = NULL;

    spin_lock(&sockets_lock);
    if (m->link.next != &s->inbox)
        next = list_entry(m->link.next, struct message, link);
    spin_unlock(&sockets_lock);
    return next;
}

/* ---- a sender's wait ---------------------------------------------------------------------- */

bool socket_has_room(const struct socket *s)
{
    return __atomic_load_n(&s->charged, __ATOMIC_RELAXED) < s->send_size;
}

static bool may_go_on(const struct socket *s)
{
    return socket_has_room(s) || is_over(s, NO_SEND) || s->error;
}

int socket_wait_room(struct socket *s, uint64_t deadline)
{
    int err;

    for (;;) {
        err = socket_take_error(s);
        if (err)
            return -err;
        if (is_over(s, NO_SEND))
            return -EPIPE;
        if (socket_has_room(s))
            return 0;
        if (!deadline)
            return -EAGAIN;
        err = wait_event_until(&s->changed, may_go_on(s), deadline);
        if (err)
            return socket_wait_error(err, deadline);
    }
}

/* ---- what is told beside the bytes --------------------------------------------------------- */

void envelope_address(struct envelope *e, struct socket *s, struct message *m)
{
    spin_lock(&sockets_lock);
    e->name = m->sender->name;
    spin_unlock(&sockets_lock);
    e->has_who = s->pass_cred;
    e->who = m->who;
}

/* SPDX-License-Identifier: MIT */
/*
 * option.c - what getsockopt and setsockopt say and change.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

/* The least that SO_SNDBUF and SO_RCVBUF can be, as Linux has them. */
#define SEND_SIZE_MIN 4608u
#define RECEIVE_SIZE_MIN 2304u

/* Options that mean nothing here, and are only kept: bits of marks. */
static bool is_mark(int option)
{
    return option == SO_REUSEADDR || option == SO_KEEPALIVE || option == SO_BROADCAST
           || option == SO_DONTROUTE;
}

/* A size that was asked for is doubled, since Linux counts its own memory, too. */
static uint32_t buffer_size(int32_t value, uint32_t min)
{
    return MAX(MIN((uint32_t)value, SOCKET_BUFFER) * 2, min);
}

int unix_get_option(struct file *f, int option, int32_t *value)
{
    struct socket *s = socket_of(f);

    if (is_mark(option)) {
        *value = (s->marks >> option) & 1;
        return 0;
    }
    switch (option) {
    case SO_TYPE:
        *value = s->type;
        return 0;
    case SO_DOMAIN:
        *value = AF_UNIX;
        return 0;
    case SO_PROTOCOL:
        *value = 0;
        return 0;
    case SO_ACCEPTCONN:
        *value = s->state == SOCKET_LISTENING;
        return 0;
    case SO_ERROR:
        *value = socket_take_error(s);
        return 0;
    case SO_PASSCRED:
        *value = s->pass_cred;
        return 0;
    case SO_SNDBUF:
        *value = (int32_t)s->send_size;
        return 0;
    case SO_RCVBUF:
        *value = (int32_t)s->receive_size;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

int unix_set_option(struct file *f, int option, int32_t value)
{
    struct socket *s = socket_of(f);

    if (is_mark(option)) {
        if (value)
            __atomic_fetch_or(&s->marks, 1u << option, __ATOMIC_RELAXED);
        else
            __atomic_fetch_and(&s->marks, ~(1u << option), __ATOMIC_RELAXED);
        return 0;
    }
    switch (option) {
    case SO_PASSCRED:
        s->pass_cred = value != 0;
        return 0;
    case SO_SNDBUF:
        s->send_size = buffer_size(value, SEND_SIZE_MIN);
        wake_up_all(&s->changed);
        return 0;
    case SO_RCVBUF:
        s->receive_size = buffer_size(value, RECEIVE_SIZE_MIN);
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

uint64_t *unix_timeout(struct file *f, int option)
{
    struct socket *s = socket_of(f);

    return option == SO_RCVTIMEO ? &s->receive_timeout : &s->send_timeout;
}

struct ucred unix_get_peer(struct file *f)
{
    struct ucred who;

    spin_lock(&sockets_lock);
    who = socket_of(f)->peer_who;
    spin_unlock(&sockets_lock);
    return who;
}

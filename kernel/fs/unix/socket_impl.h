/* SPDX-License-Identifier: MIT */
/*
 * socket_impl.h - what a socket is, for the files of this folder.
 *
 *      alone --- listen --> listening
 *        |                     |  arrivals: sockets that connect made, each the peer of
 *        | connect, pair       |  one that waits; accept gives them a file
 *        v                     v
 *      connected --- peer ---> connected --- inbox: [ message | message ]
 *
 * One spinlock, sockets_lock, guards who is whose peer, all names and all inboxes: what is
 * done under it is short.  Bytes are copied without it.  Whoever takes bytes out of an inbox
 * holds the socket's mutex `reading` besides, and a user's page is faulted in with that held;
 * so the first message stays where it is meanwhile.
 *
 * References: a socket's file has one (one that waits in `arrivals`: the listener), each
 * socket has one on its peer, each message one on its sender.  `closed` says the first is
 * gone; then it has no messages, no name and no peer, and only ends others' waits.
 */
#pragma once
#include "kernel/fs/unix/message.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/timer.h"
#include "lib/abi/fcntl.h"

enum socket_state { SOCKET_ALONE, SOCKET_LISTENING, SOCKET_CONNECTED };

/* What is over for a socket. */
#define NO_RECEIVE 1u
#define NO_SEND 2u

struct socket {
    int type;                           /* SOCK_*                              [c] */
    int32_t refcount;                   /*                                     [a] */
    enum socket_state state;            /*                                     [l] */
    bool closed;                        /*                                     [l] */
    uint32_t over;                      /* NO_*                                [l] */
    int error;                          /* for SO_ERROR, positive              [l] */
    struct wait_queue changed;          /* any of this, room, or a message         */

    struct unix_name name;              /* set once; len 0: none               [l] */
    struct path path;                   /* of a name that is a path; referenced [l] */
    struct list name_link;              /* name.c's table                      [l] */

    struct socket *peer;                /* where it sends to, referenced       [l] */
    struct list peer_link;              /* in peer->senders                    [l] */
    struct list senders;                /* sockets whose peer this is          [l] */
    struct ucred peer_who;              /* for SO_PEERCRED                     [l] */

    struct list arrivals;               /* sockets that connect made           [l] */
    struct list arrival_link;           /*                                     [l] */
    uint32_t narrivals;                 /*                                     [l] */
    uint32_t backlog;                   /* arrivals, or datagrams, beyond which the
                                         * next must wait                      [l] */

    struct mutex reading;               /* RANK_PIPE                               */
    struct list inbox;                  /* messages                            [l] */
    uint32_t nmessages;                 /* in the inbox                        [l] */
    size_t nbytes;                      /* unread ones in them                 [l] */
    size_t charged;                     /* memory of its messages that nobody read [a] */

    struct file *file;                  /* NULL: it has none, or no more       [l] */
    uint32_t nflights;                  /* messages that bring it somewhere    [l] */
    struct list flying_link;            /* flight.c: sockets with such         [l] */
    struct list candidate_link;         /* flight.c: they may be garbage       [l] */
    bool is_candidate;                  /*                                     [l] */
    uint32_t ninner;                    /* flights that candidates keep        [l] */

    uint32_t send_size, receive_size;   /* SO_SNDBUF, SO_RCVBUF                [a] */
    uint64_t send_timeout, receive_timeout;     /* ns, 0: none                 [a] */
    uint32_t marks;                     /* option.c: options that are on       [a] */
    bool pass_cred;                     /* SO_PASSCRED                         [a] */
};                                      /* [l] sockets_lock; most are looked at without */

extern struct spinlock sockets_lock;    /* RANK_SOCKETS */

/* ---- socket.c ------------------------------------------------------------------------- */

/* One with a reference, or NULL: no memory. */
struct socket *socket_create(int type);
static inline void socket_get(struct socket *s)
{
    __atomic_fetch_add(&s->refcount, 1, __ATOMIC_RELAXED);
}
void socket_put(struct socket *s);                              /* never sleeps */
/* S, whose reference is taken, as a file.  0 or -ENOMEM: it is still the caller's. */
int socket_open(struct socket *s, uint32_t flags, struct file **out);
/* Its file is gone, or will never be: RESET tells the peer so.  Drops the reference.  May sleep. */
void socket_close(struct socket *s, bool reset);

static inline struct socket *socket_of(const struct file *f)
{
    return f->private;
}
static inline bool has_connections(const struct socket *s)
{
    return s->type != SOCK_DGRAM;
}
/* A look without the lock: asked again under it, where it matters. */
static inline bool is_over(const struct socket *s, uint32_t what)
{
    return __atomic_load_n(&s->over, __ATOMIC_RELAXED) & what;
}
static inline bool is_full(const struct socket *s)              /* of datagrams */
{
    return __atomic_load_n(&s->nmessages, __ATOMIC_RELAXED) > s->backlog;
}

/* WHAT is over for S from now on.  Lock held; wakes who waits. */
void socket_end_locked(struct socket *s, uint32_t what);
/* S sends to PEER from now on; to nobody: the old peer, whose reference is the caller's, or NULL.
 * Lock held. */
void socket_set_peer_locked(struct socket *s, struct socket *peer);
struct socket *socket_leave_peer_locked(struct socket *s);
/* Its error, positive, which is told once; 0: none. */
int socket_take_error(struct socket *s);

/* The calling process, with the ids that it acts with. */
struct ucred socket_current_who(void);

/* When a wait of a call on F with FLAGS and TIMEOUT ends: UINT64_MAX never, 0 it must not. */
static inline uint64_t socket_deadline(const struct file *f, uint32_t flags, uint64_t timeout)
{
    if ((f->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT))
        return 0;
    return timeout ? clock_monotonic_ns() + timeout : UINT64_MAX;
}
/* What a call returns whose wait until DEADLINE ended with ERR: one with a time limit cannot be
 * begun again. */
static inline int socket_wait_error(int err, uint64_t deadline)
{
    return err == -EINTR && deadline == UINT64_MAX ? -ERESTARTSYS : err;
}

/* ---- inbox.c -------------------------------------------------------------------------- */

/* M from FROM, which it may have to name, arrives at TO.  Lock held; wakes. */
void inbox_add_locked(struct socket *to, struct socket *from, struct message *m);
/* M leaves the inbox of S, or N of its bytes do.  Lock held; wakes senders that found it full. */
void inbox_remove_locked(struct socket *s, struct message *m);
void inbox_consume_locked(struct socket *s, struct message *m, uint32_t n);
/* The files of M, which is in an inbox or has just left it, become TO's.  Lock held. */
void inbox_take_files_locked(struct message *m, struct passed_files *to);
/* All messages leave, for the caller's list.  Lock held. */
void inbox_empty_locked(struct socket *s, struct list *messages);
/* The first message, waiting for it until DEADLINE: 1 with *M, 0: there will be none, or an
 * errno.  s->reading is held, and dropped while it sleeps. */
int inbox_wait(struct socket *s, uint64_t deadline, struct message **m);
/* The message behind M, or NULL.  s->reading is held. */
struct message *inbox_next(struct socket *s, struct message *m);
/* Wait until S may send more.  0, -EPIPE, -EAGAIN, its error, -EINTR, -ERESTARTSYS. */
int socket_wait_room(struct socket *s, uint64_t deadline);
bool socket_has_room(const struct socket *s);
/* M is being received by S: tell E who sent it, and what his name is. */
void envelope_address(struct envelope *e, struct socket *s, struct message *m);

/* ---- name.c --------------------------------------------------------------------------- */

/* 0 if NAME, as a program gave it, can name a socket: a path is ended, once.  -EINVAL. */
int name_check(struct unix_name *name);
/* The socket of TYPE called NAME, which was checked, referenced.  0, -ECONNREFUSED, -EPROTOTYPE,
 * or what looking the path up said.  May sleep. */
int name_find(const struct unix_name *name, int type, const struct path_ctx *ctx,
              struct socket **out);
/* S gets an abstract name of five digits if it has none.  0, -ENOSPC. */
int name_choose(struct socket *s);
void name_remove_locked(struct socket *s);
void name_init(void);

/* ---- flight.c ------------------------------------------------------------------------- */

/* Count PASSED among the files that the caller's user has on their way, until flight_uncharge:
 * he may have MOST before.  0, -ETOOMANYREFS, -ENOMEM. */
int flight_charge(struct passed_files *passed, uint64_t most);
void flight_uncharge(struct passed_files *passed);
/* M arrives in an inbox, leaves it with its files or loses them.  Lock held. */
void flight_begin_locked(const struct message *m);
void flight_end_locked(const struct message *m);
/* End the sockets that only messages keep which nobody can receive.  May sleep. */
void flight_collect(void);

/* ---- the kinds ------------------------------------------------------------------------ */

ssize_t stream_send(struct file *f, struct uio *uio, struct envelope *e);
ssize_t stream_receive(struct file *f, struct uio *uio, struct envelope *e);
ssize_t datagram_send(struct file *f, struct uio *uio, struct envelope *e);
ssize_t datagram_receive(struct file *f, struct uio *uio, struct envelope *e);
int datagram_connect(struct socket *s, struct unix_name *name, const struct path_ctx *ctx);

/* Defaults of SO_SNDBUF, SO_RCVBUF, which are the most that may be asked for, too; and of the
 * datagrams that wait for one socket.  All as Linux has them. */
#define SOCKET_BUFFER (208 * 1024u)
#define DATAGRAM_BACKLOG 10

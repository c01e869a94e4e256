/* SPDX-License-Identifier: MIT */
/*
 * socket.h - sockets of the family AF_UNIX, as files: what system calls do with them.
 *
 * Three kinds, of which each finds its like by a name:
 *
 *   SOCK_STREAM      connected, bytes; a reader sees no borders between messages, but never
 *                    reads past one that brought files
 *   SOCK_SEQPACKET   connected, messages
 *   SOCK_DGRAM       messages to whoever has the name; connect() only remembers one
 *
 * Every F below is a socket (file_is_socket).  No call is made with a lock held.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/socket.h"

/* A socket's address as sockaddr_un has it; a path in it always ends with a NUL once it was
 * checked. */
struct unix_name {
    uint32_t len;                       /* bytes of what follows; 0: no name   */
    uint16_t family;
    char path[UNIX_PATH_MAX + 1];
};

/* Files on their way, each with a reference. */
struct passed_files {
    struct file **files;                /* kmalloc'ed; NULL: none              */
    size_t n;
    struct user_count *carrier;         /* flight.c: whose they are; NULL: not counted */
};

/* Let go of them. */
void passed_files_put(struct passed_files *passed);

/* What stands on a message, or comes beside its bytes. */
struct envelope {
    uint32_t flags;                     /* MSG_*, as the caller gave them      */
    uint32_t told;                      /* received: MSG_TRUNC                 */
    struct unix_name name;              /* to whom, or from whom               */
    const struct path_ctx *ctx;         /* of a sender who names a receiver    */
    struct passed_files passed;         /* the caller puts what is left there  */
    uint64_t most_files;                /* of the sender's that may be on their way */
    bool has_who;
    struct ucred who;                   /* who sent it                         */
};

bool file_is_socket(const struct file *f);
/* Whether a write to F that nobody will read raises SIGPIPE: all but sockets with messages. */
bool file_breaks_loudly(const struct file *f);

/*
 * Making and connecting.  TYPE is SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET, FLAGS O_NONBLOCK;
 * a socket that is returned has one reference.  A NAME is checked here: -EINVAL.
 */

/* 0, -ENOMEM. */
int unix_create(int type, uint32_t flags, struct file **out);
/* Two that are connected.  0, -ENOMEM. */
int unix_create_pair(int type, uint32_t flags, struct file **a, struct file **b);
/* Give F the NAME: a path makes a file; only a family means: any that is free.  0, -EADDRINUSE,
 * -EINVAL (F has one), -ENOSPC, or what making the file said. */
int unix_bind(struct file *f, struct unix_name *name, const struct path_ctx *ctx);
/* 0, -EINVAL, -EOPNOTSUPP (datagrams). */
int unix_listen(struct file *f, int backlog);
/* 0, -ECONNREFUSED, -EPROTOTYPE, -EAGAIN (the queue is full), -EISCONN, -EPERM, -ENOMEM,
 * -ERESTARTSYS, or what looking the path up said.  May sleep. */
int unix_connect(struct file *f, struct unix_name *name, const struct path_ctx *ctx);
/* The oldest connection that waits.  0, -EAGAIN, -EINVAL, -EOPNOTSUPP, -ENOMEM, -ERESTARTSYS.
 * May sleep. */
int unix_accept(struct file *f, uint32_t flags, struct file **out);
/* ACCEPTED found no number: it waits again, as the oldest.  Its reference is taken. */
void unix_accept_undo(struct file *f, struct file *accepted);
/* SHUT_*: 0 or -EINVAL. */
int unix_shutdown(struct file *f, int how);
/* F's own address, or its peer's: just a family if it has no name.  0 or -ENOTCONN. */
int unix_get_name(struct file *f, bool peer, struct unix_name *name);

/*
 * Messages.  Both sleep unless they must not, and may be interrupted.
 */

/*
 * Send UIO's bytes, and what E has beside them: it takes E's files.  Bytes, or -EPIPE (see
 * file_breaks_loudly), -EAGAIN, -EISCONN, -ENOTCONN, -ECONNREFUSED, -ECONNRESET, -EMSGSIZE,
 * -EPERM, -EOPNOTSUPP, -ETOOMANYREFS (E's most_files), -EFAULT, -ENOMEM, -EINTR, -ERESTARTSYS,
 * or what looking up a path said.
 */
ssize_t unix_send(struct file *f, struct uio *uio, struct envelope *e);
/* Receive bytes, and into E what came beside them.  Bytes, 0 at the end, or -ECONNRESET once if
 * the other end was closed with unread bytes, -EAGAIN, -EINVAL or -ENOTCONN (not connected),
 * -EFAULT, -ENOMEM, -EINTR, -ERESTARTSYS. */
ssize_t unix_receive(struct file *f, struct uio *uio, struct envelope *e);

/*
 * Options.
 */

/* SO_*, one number: 0 or -ENOPROTOOPT.  SO_ERROR is told once. */
int unix_get_option(struct file *f, int option, int32_t *value);
int unix_set_option(struct file *f, int option, int32_t value);
/* SO_RCVTIMEO or SO_SNDTIMEO, in ns, 0: none. */
uint64_t *unix_timeout(struct file *f, int option);
/* SO_PEERCRED: who made, or listened on, the other end; nobody is 0, -1, -1. */
struct ucred unix_get_peer(struct file *f);

void unix_init(void);

/* SPDX-License-Identifier: MIT */
/*
 * message.h - bytes on their way between two sockets, with what comes beside them.
 *
 * The bytes lie in blocks of at most a page.  All memory of a message is charged to its sender
 * until it is freed: that is what bounds it.
 */
#pragma once
#include "kernel/fs/unix/socket.h"
#include "lib/list.h"

struct block;
struct socket;

struct message {
    struct list link;                   /* in an inbox                 [sockets_lock] */
    struct socket *sender;              /* referenced, and charged                [c] */
    size_t charge;                      /* bytes of memory                        [c] */
    struct block *blocks;               /*                                        [c] */
    uint32_t offset, len;               /* unread bytes                [sockets_lock] */
    struct passed_files passed;         /* taken by who reads it       [sockets_lock] */
    bool has_who;                       /* the sender says, or was asked, who he is   */
    struct ucred who;                   /* else nobody                                */
};

/* UIO's next N bytes, and E's files and credentials, as a message of SENDER's.
 * 0, -ENOMEM, -EFAULT.  May sleep. */
int message_create(struct socket *sender, struct uio *uio, uint32_t n, struct envelope *e,
                   struct message **out);
/* It is on no list.  Wakes a sender that waits for room; may sleep.  Files that it brought may be
 * let go of a little later, by another thread. */
void message_free(struct message *m);
void messages_free(struct list *messages);
/* Copy N of its unread bytes to UIO.  0 or -EFAULT.  May sleep. */
int message_read(const struct message *m, uint32_t n, struct uio *uio);
/* The files of FROM once more.  0 or -ENOMEM. */
int passed_files_copy(struct passed_files *to, const struct passed_files *from);

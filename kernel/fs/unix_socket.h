/* SPDX-License-Identifier: MIT */
/*
 * unix_socket.h - two files that are the ends of one connection (socketpair).
 *
 * Bytes go both ways, and open files with them.  What is sent lies in the inbox of the
 * other end as messages; a reader sees one stream, but never reads past a message that
 * brought files.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/socket.h"

/* Files on their way, each with a reference. */
struct passed_files {
    struct file **files;                /* kmalloc'ed; NULL: none              */
    size_t n;
};

/* Let go of them. */
void passed_files_put(struct passed_files *passed);

bool file_is_socket(const struct file *f);

/* Two ends made by WHO; FLAGS: O_NONBLOCK.  0, -ENOMEM. */
int unix_pair_create(uint32_t flags, const struct ucred *who, struct file **a, struct file **b);

/*
 * Send UIO's bytes from F, with FLAGS of send(2); PASSED goes with the first of them, and is
 * empty then.  Bytes, or -EPIPE (the caller sends SIGPIPE), -EAGAIN, -EFAULT, -ENOMEM,
 * -ERESTARTSYS.  Sleeps.
 */
ssize_t unix_send(struct file *f, struct uio *uio, uint32_t flags, struct passed_files *passed);
/* Receive; PASSED, if not NULL, becomes what came along.  Bytes, 0 at the end, or -ECONNRESET
 * once if the other end was closed with unread bytes, -EAGAIN, -EFAULT, -ENOMEM, -ERESTARTSYS. */
ssize_t unix_receive(struct file *f, struct uio *uio, uint32_t flags, struct passed_files *passed);
/* SHUT_*: 0 or -EINVAL. */
int unix_shutdown(struct file *f, int how);
/* SO_ERROR: a positive errno that is told once, or 0. */
int unix_take_error(struct file *f);
/* Who made the other end. */
struct ucred unix_peer(const struct file *f);

void unix_socket_init(void);

/* SPDX-License-Identifier: MIT */
/*
 * socket_args.h - what calls on sockets have in common: descriptors, addresses, control data.
 */
#pragma once
#include "kernel/fs/unix/socket.h"
#include "kernel/sys/args.h"

/* The socket FD in *REF: 0, -EBADF, -ENOTSOCK.  fd_put() it if 0. */
int socket_get(int fd, struct fd_ref *ref);
/* What CALL makes of the socket A[0] and the call's arguments A, or socket_get's error. */
int64_t with_socket(const uint64_t *a, int64_t (*call)(struct file *f, const uint64_t *a));

/* An address of LEN bytes at USER.  0, -EINVAL (longer than any), -EFAULT.  What is in it is not
 * checked. */
int socket_name_get(struct unix_name *name, uintptr_t user, int32_t len);
/* SIZE bytes at VALUE to a buffer whose length the user says, and is told anew, at USER_LENGTH.
 * 0, -EFAULT, -EINVAL. */
int socket_put_sized(uintptr_t user, uintptr_t user_length, const void *value, int32_t size);

/* What MSG wants to send beside its bytes, in E; the files are the caller's on success.  0,
 * -EINVAL, -EBADF, -ENOBUFS, -EPERM, -ESRCH, -EFAULT, -ENOMEM. */
int control_get(const struct abi_msghdr *msg, struct envelope *e);
/* What came beside the bytes, E's, to the buffer that MSG has for it; MSG is left with what was
 * written.  Files without a place in it or in the table are let go of. */
void control_put(struct abi_msghdr *msg, struct envelope *e);

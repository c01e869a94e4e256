/* SPDX-License-Identifier: MIT */
/* sys/socket.h - sockets between programs of one machine. */
#pragma once
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include "lib/abi/socket.h"

typedef unsigned socklen_t;

struct msghdr {
    void *msg_name;
    socklen_t msg_namelen;
    struct iovec *msg_iov;
    size_t msg_iovlen;
    void *msg_control;
    size_t msg_controllen;
    int msg_flags;
};

struct mmsghdr {
    struct msghdr msg_hdr;
    unsigned msg_len;
};

#define CMSG_ALIGN(n) (((n) + 7) & ~(size_t)7)
#define CMSG_LEN(n) (sizeof(struct cmsghdr) + (n))
#define CMSG_SPACE(n) (sizeof(struct cmsghdr) + CMSG_ALIGN(n))
#define CMSG_DATA(c) ((unsigned char *)((c) + 1))
#define CMSG_FIRSTHDR(m)                                                       \
    ((m)->msg_controllen < sizeof(struct cmsghdr) ? NULL : (struct cmsghdr *)(m)->msg_control)

int socket(int domain, int type, int protocol);
int socketpair(int domain, int type, int protocol, int fds[2]);
int bind(int fd, const void *address, socklen_t len);
int listen(int fd, int backlog);
int accept(int fd, void *address, socklen_t *len);
int accept4(int fd, void *address, socklen_t *len, int flags);
int connect(int fd, const void *address, socklen_t len);
int shutdown(int fd, int how);
int getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int getsockname(int fd, void *address, socklen_t *len);
int getpeername(int fd, void *address, socklen_t *len);
ssize_t sendto(int fd, const void *buf, size_t n, int flags, const void *address, socklen_t len);
ssize_t recvfrom(int fd, void *buf, size_t n, int flags, void *address, socklen_t *len);
ssize_t send(int fd, const void *buf, size_t n, int flags);
ssize_t recv(int fd, void *buf, size_t n, int flags);
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t recvmsg(int fd, struct msghdr *msg, int flags);
int sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags);
int recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags, struct timespec *timeout);

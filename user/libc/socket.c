/* SPDX-License-Identifier: MIT */
/* socket.c - calls on sockets. */
#include <sys/socket.h>
#include "user/libc/syscall.h"

int socketpair(int domain, int type, int protocol, int fds[2])
{
    return (int)SYSCALL(SYS_socketpair, domain, type, protocol, fds);
}

int shutdown(int fd, int how)
{
    return (int)SYSCALL(SYS_shutdown, fd, how);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
    return (int)SYSCALL(SYS_getsockopt, fd, level, option, value, len);
}

int getsockname(int fd, void *address, socklen_t *len)
{
    return (int)SYSCALL(SYS_getsockname, fd, address, len);
}

int getpeername(int fd, void *address, socklen_t *len)
{
    return (int)SYSCALL(SYS_getpeername, fd, address, len);
}

ssize_t send(int fd, const void *buf, size_t n, int flags)
{
    return SYSCALL(SYS_sendto, fd, buf, n, flags, NULL, 0);
}

ssize_t recv(int fd, void *buf, size_t n, int flags)
{
    return SYSCALL(SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    return SYSCALL(SYS_sendmsg, fd, msg, flags);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    return SYSCALL(SYS_recvmsg, fd, msg, flags);
}

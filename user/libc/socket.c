/* SPDX-License-Identifier: MIT */
/* socket.c - calls on sockets. */
#include <sys/socket.h>
#include "user/libc/syscall.h"

int socket(int domain, int type, int protocol)
{
    return (int)SYSCALL(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
    return (int)SYSCALL(SYS_socketpair, domain, type, protocol, fds);
}

int bind(int fd, const void *address, socklen_t len)
{
    return (int)SYSCALL(SYS_bind, fd, address, len);
}

int listen(int fd, int backlog)
{
    return (int)SYSCALL(SYS_listen, fd, backlog);
}

int accept(int fd, void *address, socklen_t *len)
{
    return (int)SYSCALL(SYS_accept, fd, address, len);
}

int accept4(int fd, void *address, socklen_t *len, int flags)
{
    return (int)SYSCALL(SYS_accept4, fd, address, len, flags);
}

int connect(int fd, const void *address, socklen_t len)
{
    return (int)SYSCALL(SYS_connect, fd, address, len);
}

int shutdown(int fd, int how)
{
    return (int)SYSCALL(SYS_shutdown, fd, how);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
    return (int)SYSCALL(SYS_getsockopt, fd, level, option, value, len);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
    return (int)SYSCALL(SYS_setsockopt, fd, level, option, value, len);
}

int getsockname(int fd, void *address, socklen_t *len)
{
    return (int)SYSCALL(SYS_getsockname, fd, address, len);
}

int getpeername(int fd, void *address, socklen_t *len)
{
    return (int)SYSCALL(SYS_getpeername, fd, address, len);
}

ssize_t sendto(int fd, const void *buf, size_t n, int flags, const void *address, socklen_t len)
{
    return SYSCALL(SYS_sendto, fd, buf, n, flags, address, len);
}

ssize_t recvfrom(int fd, void *buf, size_t n, int flags, void *address, socklen_t *len)
{
    return SYSCALL(SYS_recvfrom, fd, buf, n, flags, address, len);
}

ssize_t send(int fd, const void *buf, size_t n, int flags)
{
    return sendto(fd, buf, n, flags, NULL, 0);
}

ssize_t recv(int fd, void *buf, size_t n, int flags)
{
    return recvfrom(fd, buf, n, flags, NULL, NULL);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    return SYSCALL(SYS_sendmsg, fd, msg, flags);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    return SYSCALL(SYS_recvmsg, fd, msg, flags);
}

int sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
    return (int)SYSCALL(SYS_sendmmsg, fd, msgs, count, flags);
}

int recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags, struct timespec *timeout)
{
    return (int)SYSCALL(SYS_recvmmsg, fd, msgs, count, flags, timeout);
}

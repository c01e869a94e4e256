/* SPDX-License-Identifier: MIT */
/* epoll.c - sets of files that are waited for together. */
#include <sys/epoll.h>
#include "user/libc/syscall.h"

#define SIGSET_SIZE 8

int epoll_create1(int flags)
{
    return (int)SYSCALL(SYS_epoll_create1, flags);
}

int epoll_ctl(int set, int op, int fd, struct epoll_event *event)
{
    return (int)SYSCALL(SYS_epoll_ctl, set, op, fd, event);
}

int epoll_wait(int set, struct epoll_event *events, int max, int ms)
{
    return epoll_pwait(set, events, max, ms, NULL);
}

int epoll_pwait(int set, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
    return (int)SYSCALL(SYS_epoll_pwait, set, events, max, ms, mask, SIGSET_SIZE);
}

int epoll_pwait2(int set, struct epoll_event *events, int max, const struct timespec *time,
                 const sigset_t *mask)
{
    return (int)SYSCALL(SYS_epoll_pwait2, set, events, max, time, mask, SIGSET_SIZE);
}

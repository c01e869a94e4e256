/* SPDX-License-Identifier: MIT */
/* timer.c - timers that are descriptors. */
#include <sys/timerfd.h>
#include "user/libc/syscall.h"

int timerfd_create(clockid_t clock, int flags)
{
    return (int)SYSCALL(SYS_timerfd_create, clock, flags);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    return (int)SYSCALL(SYS_timerfd_settime, fd, flags, value, old);
}

int timerfd_gettime(int fd, struct itimerspec *value)
{
    return (int)SYSCALL(SYS_timerfd_gettime, fd, value);
}

/* SPDX-License-Identifier: MIT */
/* pidfd.c - processes that are descriptors. */
#include <sys/pidfd.h>
#include "user/libc/syscall.h"

int pidfd_open(pid_t pid, unsigned flags)
{
    return (int)SYSCALL(SYS_pidfd_open, pid, flags);
}

int pidfd_getfd(int pidfd, int fd, unsigned flags)
{
    return (int)SYSCALL(SYS_pidfd_getfd, pidfd, fd, flags);
}

int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags)
{
    return (int)SYSCALL(SYS_pidfd_send_signal, pidfd, sig, info, flags);
}

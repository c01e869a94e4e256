/* SPDX-License-Identifier: MIT */
/* signalfd.c - signals that are read from a descriptor. */
#include <sys/signalfd.h>
#include "user/libc/syscall.h"

int signalfd(int fd, const sigset_t *set, int flags)
{
    return (int)SYSCALL(SYS_signalfd4, fd, set, SIGSET_SIZE, flags);
}

/* SPDX-License-Identifier: MIT */
/* poll.c - waiting for descriptors. */
#include <poll.h>
#include "user/libc/syscall.h"

/* The kernel writes back what is left of the time; the caller's stays as it is. */
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
    struct timespec left;

    if (timeout != NULL)
        left = *timeout;
    return (int)SYSCALL(SYS_ppoll, fds, count, timeout != NULL ? &left : NULL, mask, SIGSET_SIZE);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    struct timespec ts = {
        .tv_sec = timeout / 1000,
        .tv_nsec = timeout % 1000 * 1000000L,
    };

    return ppoll(fds, count, timeout < 0 ? NULL : &ts, NULL);
}

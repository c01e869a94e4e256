/* SPDX-License-Identifier: MIT */
/*
 * abi/poll.h - waiting for any of several files, by ppoll or pselect6.
 */
#pragma once

struct pollfd {
    int fd;                     /* negative: ignored                       */
    short events;               /* what to wait for                        */
    short revents;              /* what happened                           */
};

#define POLLIN 0x0001
#define POLLPRI 0x0002
#define POLLOUT 0x0004
#define POLLERR 0x0008          /* these three are reported unasked        */
#define POLLHUP 0x0010
#define POLLNVAL 0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLMSG 0x0400
#define POLLRDHUP 0x2000

_Static_assert(sizeof(struct pollfd) == 8, "struct pollfd");

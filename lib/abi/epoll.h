/* SPDX-License-Identifier: MIT */
/* abi/epoll.h - sets of files that are waited for together. */
#pragma once
#include "lib/abi/fcntl.h"

#define EPOLL_CLOEXEC O_CLOEXEC

/* epoll_ctl */
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

/* Events: poll's, and how to tell them. */
#define EPOLLIN 0x0001u
#define EPOLLPRI 0x0002u
#define EPOLLOUT 0x0004u
#define EPOLLERR 0x0008u
#define EPOLLHUP 0x0010u
#define EPOLLRDNORM 0x0040u
#define EPOLLRDBAND 0x0080u
#define EPOLLWRNORM 0x0100u
#define EPOLLWRBAND 0x0200u
#define EPOLLMSG 0x0400u
#define EPOLLRDHUP 0x2000u
#define EPOLLEXCLUSIVE (1u << 28)       /* one of several sets is enough       */
#define EPOLLWAKEUP (1u << 29)
#define EPOLLONESHOT (1u << 30)         /* once, until EPOLL_CTL_MOD           */
#define EPOLLET (1u << 31)              /* when something changes              */

struct epoll_event {
    uint32_t events;
    union epoll_data {                  /* the program's own                   */
        void *ptr;
        int fd;
        uint32_t u32;
        uint64_t u64;
    } data;
};
typedef union epoll_data epoll_data_t;

_Static_assert(sizeof(struct epoll_event) == 16, "struct epoll_event");

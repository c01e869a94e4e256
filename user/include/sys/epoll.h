/* SPDX-License-Identifier: MIT */
/* epoll.h - sets of files that are waited for together. */
#pragma once
#include <signal.h>
#include <time.h>
#include "lib/abi/epoll.h"

int epoll_create1(int flags);
int epoll_ctl(int set, int op, int fd, struct epoll_event *event);
/* How many of at most MAX EVENTS there are; 0 after MS milliseconds, unless they are negative. */
int epoll_wait(int set, struct epoll_event *events, int max, int ms);
/* The same with another signal mask meanwhile, unless MASK is NULL. */
int epoll_pwait(int set, struct epoll_event *events, int max, int ms, const sigset_t *mask);
/* TIME NULL: without end. */
int epoll_pwait2(int set, struct epoll_event *events, int max, const struct timespec *time,
                 const sigset_t *mask);

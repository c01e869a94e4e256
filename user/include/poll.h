/* SPDX-License-Identifier: MIT */
/* poll.h - waiting until a descriptor is ready. */
#pragma once
#include <signal.h>
#include <sys/types.h>
#include "lib/abi/poll.h"
#include "lib/abi/time.h"

typedef unsigned long nfds_t;

/* TIMEOUT in milliseconds, negative to wait without end.  The number of ready entries, or -1. */
int poll(struct pollfd *fds, nfds_t count, int timeout);
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

/* SPDX-License-Identifier: MIT */
/* timerfd.h - timers that are descriptors. */
#pragma once
#include <time.h>
#include "lib/abi/timerfd.h"

int timerfd_create(clockid_t clock, int flags);
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);
int timerfd_gettime(int fd, struct itimerspec *value);

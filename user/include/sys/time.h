/* SPDX-License-Identifier: MIT */
/* time.h - time of day and interval timers. */
#pragma once
#include <sys/types.h>
#include "lib/abi/time.h"

int gettimeofday(struct timeval *now, void *zone);
int settimeofday(const struct timeval *now, const struct timezone *zone);
int setitimer(int which, const struct itimerval *value, struct itimerval *old);
int getitimer(int which, struct itimerval *value);
int utimes(const char *path, const struct timeval times[2]);

/* SPDX-License-Identifier: MIT */
/* resource.h - limits, usage, priority. */
#pragma once
#include <sys/types.h>
#include "lib/abi/resource.h"
#include "lib/abi/sched.h"

typedef uint64_t rlim_t;

int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);
int prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old);
int getrusage(int who, struct rusage *usage);
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int priority);

/* SPDX-License-Identifier: MIT */
/* sched.h - giving way, and the general form of fork. */
#pragma once
#include <sys/types.h>
#include "lib/abi/sched.h"

int sched_yield(void);
int sched_getaffinity(pid_t pid, size_t size, void *mask);
int sched_setaffinity(pid_t pid, size_t size, const void *mask);

/*
 * Run FUNCTION(ARG) in a new process or thread on the stack that ends at STACK_TOP; its result is
 * the exit status.  Returns the new pid, or -1.  What follows ARG is pid_t *parent_tid, void *tls,
 * pid_t *child_tid, as far as the FLAGS ask for them.
 */
int clone(int (*function)(void *), void *stack_top, int flags, void *arg, ...);

/* SPDX-License-Identifier: MIT */
/* pidfd.h - processes that are descriptors. */
#pragma once
#include <signal.h>
#include <sys/types.h>
#include "lib/abi/pidfd.h"

/* A descriptor; -1 with errno. */
int pidfd_open(pid_t pid, unsigned flags);
int pidfd_getfd(int pidfd, int fd, unsigned flags);
/* 0; -1 with errno. */
int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags);

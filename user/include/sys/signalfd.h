/* SPDX-License-Identifier: MIT */
/* signalfd.h - signals that are read from a descriptor. */
#pragma once
#include <signal.h>
#include <stdint.h>
#include "lib/abi/signalfd.h"

/* A new descriptor for the signals of SET if FD is -1, or FD with that set; -1 with errno. */
int signalfd(int fd, const sigset_t *set, int flags);

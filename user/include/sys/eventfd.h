/* SPDX-License-Identifier: MIT */
/* eventfd.h - counters that are descriptors. */
#pragma once
#include <stdint.h>
#include "lib/abi/eventfd.h"

typedef uint64_t eventfd_t;

int eventfd(unsigned count, int flags);
/* 0; -1 with errno. */
int eventfd_read(int fd, eventfd_t *value);
int eventfd_write(int fd, eventfd_t value);

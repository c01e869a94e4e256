/* SPDX-License-Identifier: MIT */
/* random.h - random bytes from the kernel. */
#pragma once
#include <sys/types.h>
#include "lib/abi/random.h"

ssize_t getrandom(void *to, size_t size, unsigned flags);

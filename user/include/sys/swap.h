/* SPDX-License-Identifier: MIT */
/* swap.h - using a file or device to page to. */
#pragma once
#include "lib/abi/mount.h"

int swapon(const char *path, int flags);
int swapoff(const char *path);

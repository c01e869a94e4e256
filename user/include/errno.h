/* SPDX-License-Identifier: MIT */
/* errno.h - why the last failed call failed.  A plain variable: programs have one thread. */
#pragma once
#include "lib/abi/errno.h"

extern int errno;
#define errno errno

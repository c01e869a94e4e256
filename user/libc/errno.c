/* SPDX-License-Identifier: MIT */
/* errno.c - the variable that failed calls set. */
#include <errno.h>

int errno;

/* SPDX-License-Identifier: MIT */
/* times.h - processor time of a process and its waited-for children, in 1/100 s. */
#pragma once
#include <sys/types.h>
#include "lib/abi/time.h"

clock_t times(struct tms *t);

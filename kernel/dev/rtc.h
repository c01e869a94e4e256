/* SPDX-License-Identifier: MIT */
/*
 * rtc.h - the clock that runs while the machine is off.
 */
#pragma once
#include "kernel/port/port.h"

/* Read the Goldfish clock at BASE and set the time of day by it.  0 or -ENOMEM. */
int rtc_init(paddr_t base);

/* SPDX-License-Identifier: MIT */
/*
 * rtc.h - the clock that runs while the machine is off.
 */
#pragma once
#include "kernel/mm/frame.h"
#include "kernel/port/port.h"

/* Take the Goldfish clock at BASE and set the time of day by it.  0 or -ENOMEM. */
int rtc_init(paddr_t base);

/* Whether there is a clock; the others may only be called then. */
bool rtc_exists(void);

/* Nanoseconds since 1970, as the clock says; set it.  Never sleep. */
uint64_t rtc_read(void);
void rtc_set(uint64_t ns);

/* The frame in which its registers are. */
pfn_t rtc_frame(void);

/* SPDX-License-Identifier: MIT */
/*
 * abi/rtc.h - requests of ioctl to a real-time clock.
 */
#pragma once
#include "lib/types.h"

/* In UTC. */
struct rtc_time {
    int32_t tm_sec, tm_min, tm_hour;
    int32_t tm_mday;            /* from 1                                   */
    int32_t tm_mon;             /* from 0                                   */
    int32_t tm_year;            /* since 1900                               */
    int32_t tm_wday, tm_yday, tm_isdst;     /* out; not looked at when set  */
};

#define RTC_RD_TIME 0x80247009  /* struct rtc_time */
#define RTC_SET_TIME 0x4024700a

/* SPDX-License-Identifier: MIT */
/* abi/timerfd.h - flags of timerfd_create and timerfd_settime. */
#pragma once
#include "lib/abi/fcntl.h"

#define TFD_NONBLOCK O_NONBLOCK
#define TFD_CLOEXEC O_CLOEXEC

#define TFD_TIMER_ABSTIME 1             /* it_value is a moment                    */
#define TFD_TIMER_CANCEL_ON_SET 2       /* reads fail when the clock has been set  */

/* SPDX-License-Identifier: MIT */
/*
 * pid.h - numbers for processes and threads.
 */
#pragma once
#include "lib/types.h"

#define PID_MAX 32768           /* as /proc/sys/kernel/pid_max says */

/* An unused number, rising and wrapping around; 0 if all are taken. */
int pid_alloc(void);
void pid_free(int pid);
/* The number given out last. */
int pid_last(void);

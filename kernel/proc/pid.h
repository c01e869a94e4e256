/* SPDX-License-Identifier: MIT */
/*
 * pid.h - numbers for processes and threads.
 */
#pragma once
#include "lib/types.h"

#define PID_MAX 32768           /* as /proc/sys/kernel/pid_max says */

/* An unused number, rising and wrapping around; 0 if all are taken.  proc_lock is not held. */
int pid_alloc(void);
void pid_free(int pid);
/* PID, which is in use, is the number of a group or session from now on. */
void pid_note_leader(int pid);
/* The number given out last, and to be taken for it: 0 to PID_MAX. */
int pid_last(void);
void pid_set_last(int pid);

/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - whose floating-point registers are in the hart.
 *
 * sstatus.FS in a thread's user frame tells where its state is:
 *
 *   Initial   nowhere: all zero           since exec
 *   Dirty     in the hart it runs on      the hardware sets it
 *   Clean     in thread->fpu, and in the hart while it runs
 *
 * A hart remembers whose state it holds, so threads that use no floating point
 * cost nothing at a switch.  Kernel code uses none.
 */
#pragma once
#include "kernel/sched/thread.h"

/* Leaving and entering a hart; by the scheduler, interrupts off. */
void fpu_switch_out(struct thread *t);
void fpu_switch_in(struct thread *t);

/* The running thread: bring thread->fpu up to date (fork, signal frames). */
void fpu_sync(void);
/* The running thread: thread->fpu was changed, load it (sigreturn). */
void fpu_reload(void);
/* The running thread: all zero, as at exec. */
void fpu_reset(void);

/* SPDX-License-Identifier: MIT */
/*
 * turns_wait.h - sleep until it is one's turn at a lock; for mutex.c and rwsem.c.
 */
#pragma once
#include "kernel/sched/thread.h"
#include "kernel/sched/turns.h"

/* Queue behind all others and sleep in state S until the current thread holds the
 * lock: 0, or -EINTR if S is THREAD_SLEEPING and a signal came first.  Sleeps. */
int turns_wait(struct turns *t, bool writes, enum thread_state s);

/* After turns_end_read() or turns_end_write() was false. */
void turns_hand_over(struct turns *t);

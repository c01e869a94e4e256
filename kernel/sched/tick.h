/* SPDX-License-Identifier: MIT */
/*
 * tick.h - interrupts on harts that run threads whose processor time has an end.
 *
 * A hart with one runnable thread takes no interrupts.  If somebody is to be told when such
 * a thread has used so much time, it must be looked at while it runs: only such threads are,
 * and only as often as the one who looks asks for.
 */
#pragma once
#include "kernel/sched/thread.h"

/* HANDLER runs in the timer interrupt for the current thread, if it is watched: in how many
 * ns it wants to look again, 0: no more. */
void tick_set_handler(uint64_t (*handler)(void));

/* Watch T from now on, or no more.  T's exit is excluded by the caller, and interrupts are off. */
void tick_watch(struct thread *t, bool on);

/* For the scheduler: a watched thread runs on H, this hart.  Interrupts off. */
void tick_begin(struct hart *h);

void tick_init(void);

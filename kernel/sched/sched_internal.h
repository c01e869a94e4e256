/* SPDX-License-Identifier: MIT */
/*
 * sched_internal.h - between the files of the scheduler; nobody else's.
 */
#pragma once
#include "kernel/sched/thread.h"

/* Initialise the run queues. */
void sched_init_queues(void);

/* A new thread's first step, called by switch.S: let go of the previous one. */
void sched_first_run(void);
/* switch.S: calls sched_first_run, then the address in s1. */
void thread_first_run(void);

/* As thread_put, from a place that must not sleep. */
void thread_put_deferred(struct thread *t);

/* Debug: report threads that wait too long, from now on. */
void hung_start(void);

/* thread_wake with interrupts off. */
bool thread_wake_irqs_off(struct thread *t);

/* When (timebase ticks) the load is to be sampled next; and do it. */
extern uint64_t loadavg_due;
void loadavg_sample(uint64_t now);

/* Timebase ticks since timer_init. */
uint64_t clock_ticks_since_boot(void);

/* SPDX-License-Identifier: MIT */
/*
 * cpu_timer.h - clocks of processor time, of a process or of one thread, and what is due
 * when such a clock has come to a value.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/list.h"

struct process;
struct task;

/* What a clock counts: only time in user mode, or in the kernel, too. */
enum cpu_kind { CPU_USER, CPU_ALL, CPU_KINDS };

struct cpu_timer {
    struct list link;                   /* in process->cpu_timers, while ARMED [proc_lock] */
    struct process *process;            /* whose time is counted               [proc_lock] */
    struct task *task;                  /* only this one's, NULL: of all       [proc_lock] */
    enum cpu_kind kind;                 /*                                     [proc_lock] */
    bool armed;                         /*                                     [proc_lock] */
    uint64_t deadline;                  /* ns of that clock                    [proc_lock] */
    /* In the timer interrupt, with proc_lock held and T no longer armed. */
    void (*fn)(struct cpu_timer *t);
};

/*
 * In all of these proc_lock is held.
 */

/* ns that P, or only its task T if that is not NULL, has used until now. */
uint64_t cpu_clock_locked(struct process *p, struct task *t, enum cpu_kind kind);
uint64_t cpu_timer_now(const struct cpu_timer *t);

/*
 * Whose clock CLOCK is: CLOCK_PROCESS_CPUTIME_ID and CLOCK_THREAD_CPUTIME_ID are the
 * caller's; the number that stands for another's has in it a process, or a thread of the
 * caller's process, and the kind.  *T is NULL for a whole process.  0 or -EINVAL.
 */
int cpu_clock_find_locked(int clock, struct process **p, struct task **t, enum cpu_kind *kind);

/* T, whose process is alive, is due when its clock says DEADLINE.  Its hart is interrupted
 * while threads of the process run, and not otherwise. */
void cpu_timer_arm(struct cpu_timer *t, uint64_t deadline);
/* The same from T->fn: those harts are looked at anyway. */
void cpu_timer_arm_again(struct cpu_timer *t, uint64_t deadline);
void cpu_timer_disarm(struct cpu_timer *t);

/* Without proc_lock: sleep until the clock says DEADLINE.  0; -EINTR; -EINVAL; -EOPNOTSUPP: it is
 * another process's. */
int cpu_clock_sleep(int clock, uint64_t deadline);

/* Task T joins P, but has not run; or is about to leave it. */
void cpu_timer_join(struct process *p, struct task *t);
void cpu_timer_leave(struct process *p, struct task *t);

void cpu_timer_init(void);

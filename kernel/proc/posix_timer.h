/* SPDX-License-Identifier: MIT */
/*
 * posix_timer.h - the timers that a program makes with timer_create(2).
 *
 * A timer belongs to its process: it ends with it or with its program, and no child has it.
 * Each has one record of a signal, so its signal waits once at most; what expires meanwhile
 * is counted, and told when the signal is taken: its overrun.
 *
 *   off       not set, or expired for good       timer_set, expire
 *   running   expires at `next`                  timer_set, expire (nobody wants the signal)
 *   sent      expired; the signal is on its way  expire
 *             ... taken: running again           posix_timer_taken
 *
 * A timer without a signal (SIGEV_NONE) is never more than two numbers: it is running, and
 * who asks is told how far it is.
 */
#pragma once
#include "kernel/proc/cpu_timer.h"
#include "kernel/sched/timer.h"
#include "lib/abi/signal.h"

struct process;
struct queued_signal;
struct task;

enum posix_timer_state { POSIX_TIMER_OFF, POSIX_TIMER_RUNNING, POSIX_TIMER_SENT };

struct posix_timer {
    struct list link;                   /* in process->posix_timers        [proc_lock] */
    struct process *process;            /*                                         [c] */
    int id;                             /* the program's name for it               [c] */
    bool by_cpu;                        /* which of the next two is used           [c] */
    bool ownerless;                     /* by the time of a thread that is gone [proc_lock] */
    struct timer real;
    struct cpu_timer cpu;
    enum timer_clock clock;             /* of REAL                                 [c] */
    enum timer_clock counts_by;         /* a span of time is always monotonic [proc_lock] */
    enum posix_timer_state state;       /*                                 [proc_lock] */
    uint64_t next, interval;            /* ns; 0: once                     [proc_lock] */
    uint64_t passed;                    /* expired so often since the signal [proc_lock] */
    int overrun;                        /* as told with the last signal    [proc_lock] */
    int notify, tid;                    /* SIGEV_...; whom, 0: the process         [c] */
    struct queued_signal *record;       /*                                         [c] */
};

/* What timer_create is asked for. */
struct posix_timer_request {
    int clock;
    struct sigevent event;
    bool by_default;                    /* no event: SIGALRM with the number of the timer */
};

/*
 * Calls of the running process.  Those with an ID: -EINVAL if it has no such timer.
 */

/* The ID, or -EINVAL (no such clock, signal or thread), -EOPNOTSUPP (no timers by that clock),
 * -EAGAIN (too many).  May sleep. */
int posix_timer_create(const struct posix_timer_request *request);
/* OLD is what it was.  0, or -ESRCH (its clock's thread is gone). */
int posix_timer_set(int id, bool absolute, const struct timer_setting *new,
                    struct timer_setting *old);
int posix_timer_get(int id, struct timer_setting *now);
int posix_timer_overrun(int id);
int posix_timer_delete(int id);

/* P, the running process, has no timers any more.  May sleep. */
void posix_timer_delete_all(struct process *p);

/*
 * For the rest of kernel/proc, with proc_lock held.
 */

/* Task T leaves P. */
void posix_timer_leave(struct process *p, struct task *t);
/* T's signal was taken off its queue, to be told in INFO; or forgotten, INFO is NULL. */
void posix_timer_taken(struct posix_timer *t, struct siginfo *info);

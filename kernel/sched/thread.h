/* SPDX-License-Identifier: MIT */
/*
 * thread.h - a thread of execution in the kernel, and the scheduler's calls.
 *
 * A user process's thread is one of these whose process, mm, files and signals
 * hang on `process` and `mmu`; a kernel thread has neither.
 *
 * States, and who changes them:
 *   NEW       made, never ran                 thread_create
 *   RUNNABLE  on a run queue or running       thread_start, thread_wake
 *   SLEEPING  waits; a signal wakes it too    prepare: thread_set_state
 *   BLOCKED   waits; only its event wakes it  (uninterruptible, "D")
 *   STOPPED   job control                     proc/signal
 *   DEAD      will never run again            thread_exit
 *
 * The scheduler: one run queue per hart, round robin, idle harts steal.  The
 * kernel is not preempted: a thread leaves its hart in schedule() only.
 */
#pragma once
#include "kernel/core/hart.h"
#include "kernel/mm/mmu_context.h"
#include "lib/list.h"

struct process;
struct task;
struct trap_frame;

enum thread_state {
    THREAD_NEW, THREAD_RUNNABLE, THREAD_SLEEPING, THREAD_BLOCKED, THREAD_STOPPED, THREAD_DEAD
};

/* Callee-saved registers: what a switch keeps (switch.S knows the layout). */
struct switch_context {
    uint64_t ra, sp, s[12];
};

/* User floating-point state, saved on a switch only when dirty. */
struct fpu_state {
    uint64_t f[32];
    uint64_t fcsr;
};

struct thread {
    struct switch_context context;      /* while not running               [p] */
    void *stack;                        /* KSTACK_SIZE bytes               [c] */
    struct trap_frame *frame;           /* user registers, NULL in kthreads[c] */
    struct mmu_context *mmu;            /* address space, NULL in kthreads [p] */
    struct process *process;            /* NULL in kernel threads          [c] */
    struct task *task;                  /* proc/'s half of a user thread   [c] */
    uint32_t state;                     /* enum thread_state               [a] */
    int32_t refcount;                   /*                                 [a] */
    uint32_t hart;                      /* run queue it is or was last on  [RANK_RUNQ] */
    bool on_cpu;                        /* its stack is in use             [a] */
    bool queued;                        /* on a run queue                  [RANK_RUNQ] */
    bool pinned;                        /* stays on its hart               [c] */
    bool timed_out;                     /* its sleep ended by time         [p] */
    bool signal_pending;                /* hint set by proc/signal         [a] */
    struct list run_link;               /*                          [RANK_RUNQ] */
    struct list all_link;               /* every thread, for debuggers and dumps */
    struct fpu_state *fpu;              /* NULL in kernel threads              */
    uint64_t wait_since;                /* time, for hung-task reports         */
    uint64_t utime, stime;              /* time spent, in timebase ticks   [p] */
    uint64_t last_time;                 /* when utime/stime was last charged   */
    uint64_t nvcsw, nivcsw;             /* voluntary and forced switches   [p] */
    uint32_t fail_site, fail_countdown; /* fault injection for this thread [p] */
    uint64_t held_ranks[RANK_MAX];      /* debug: sleeping locks held      [p] */
    int tid;
    char name[16];
};

#define current (this_hart()->thread)

/* Make a kernel thread that will run FN(ARG) once started, and exits when FN
 * returns.  The caller owns one reference.  NULL if out of memory. May sleep. */
struct thread *kthread_create(void (*fn)(void *arg), void *arg, const char *name);
/* kthread_create + thread_start, reference dropped; -ENOMEM or 0. */
int kthread_run(void (*fn)(void *arg), void *arg, const char *name);

/* A thread whose first switch enters ENTRY (with the thread in s0) on a fresh
 * stack; for proc/fork.  NULL if out of memory. */
struct thread *thread_create(void (*entry)(void), const char *name);
void thread_get(struct thread *t);
void thread_put(struct thread *t);

/* NEW -> RUNNABLE on the least loaded hart (or this one). */
void thread_start(struct thread *t);

/* Waiting by hand:
 *   thread_set_state(THREAD_SLEEPING); if (!condition) schedule(); thread_set_state(THREAD_RUNNABLE);
 * Wait queues and mutexes do this for you. */
void thread_set_state(enum thread_state s);

/* Make T runnable if it is SLEEPING or BLOCKED; true if it was.  Any context. */
bool thread_wake(struct thread *t);
/* The same only if SLEEPING (a signal arrived). */
bool thread_wake_interruptible(struct thread *t);
/* The same only if STOPPED. */
bool thread_wake_stopped(struct thread *t);

/* Give up the hart: to the next runnable thread, or idle.  Nothing spinning held. */
void schedule(void);
/* A reschedule point in a long loop: switch if another thread waits. */
void cond_resched(void);
/* Let others of equal right run first (sched_yield). */
void yield(void);
/* End the current thread.  Its stack goes with the last reference. */
__attribute__((noreturn)) void thread_exit(void);

/* Sleep for NS nanoseconds; 0, or -EINTR with the rest in *LEFT if a signal came
 * and INTERRUPTIBLE. */
int thread_sleep_ns(uint64_t ns, bool interruptible, uint64_t *left);

/* Hart's first entry into the scheduler; the boot context becomes its idle thread. */
void sched_init(void);              /* once, boot hart  */
void sched_init_hart(void);         /* on each hart     */
__attribute__((noreturn)) void sched_idle(void);

/* From the timer interrupt: charge time, ask for a switch when the slice is over. */
void sched_tick(bool from_user);

/* Charge the time since last_time to user or system (trap entry and exit). */
void thread_charge(struct thread *t, bool user);

/* Figures for /proc: runnable + running, total switches, load averages (<<11 fixed). */
size_t sched_nr_running(void);
uint64_t sched_nr_switches(void);
void sched_loadavg(uint64_t avg[3]);
size_t thread_count(void);
/* Call FN for every thread with the list held; FN must not sleep. */
void thread_for_each(void (*fn)(struct thread *t, void *arg), void *arg);

/* Move away from this hart until idle on all harts has passed: nobody runs with old data. */
void sched_perturb_seed(uint64_t seed);     /* seeded random switches; 0 = off */

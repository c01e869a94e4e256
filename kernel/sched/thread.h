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
 * kernel is not preempted: a thread leaves its hart in schedule() only.  A thread
 * that is on a queue or hart where it may not run is moved on in schedule(), too.
 *
 * A thread's state changes to RUNNABLE, and `queued` changes, under the lock of
 * the run queue of t->hart.  `queued` is true from the wake-up until the thread
 * leaves its hart to sleep, so a wake-up in between only changes the state back.
 * `on_cpu` is true until its registers are saved: no other hart takes it before.
 */
#pragma once
#include "kernel/core/hart.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/riscv/csr.h"
#include "lib/list.h"

#define SLICE_MS 10         /* a turn: long against a switch, short against a keystroke */

struct cred;
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

/* User floating-point state, saved on a switch only when dirty; see fpu.h. */
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
    const struct cred *cred;            /* whose rights it has; NULL there [c] */
    const uint64_t *file_limit;         /* RLIMIT_FSIZE; NULL there        [c] */
    struct task *task;                  /* proc/'s half of a user thread   [c] */
    uint32_t state;                     /* enum thread_state               [a] */
    int32_t refcount;                   /*                                 [a] */
    uint32_t hart;                      /* run queue it is or was last on  [RANK_RUNQ] */
    uint64_t allowed;                   /* harts it may run on             [RANK_RUNQ] */
    uint64_t stack_known;               /* harts that may use its stack    [p] */
    bool on_cpu;                        /* its stack is in use             [a] */
    bool queued;                        /* running or on a run queue       [RANK_RUNQ] */
    bool timed_out;                     /* its sleep ended by time         [p] */
    bool signal_pending;                /* hint set by proc/signal         [a] */
    bool watched;                       /* its time is looked at: tick.h   [a] */
    uint8_t stalls;                     /* 1 << enum pressure_kind         [p] */
    uint8_t policy;                     /* SCHED_...: only told, see sys_sched.c [a] */
    uint16_t io_priority;               /* only told, see sys_ioprio.c     [a] */
    bool reset_on_fork;                 /* its children are not to be so nasty [a] */
    struct list run_link;               /*                          [RANK_RUNQ] */
    struct list all_link;               /* every thread, for debuggers and dumps */
    struct fpu_state *fpu;              /* kmalloc'ed by proc/, freed with the thread;
                                           NULL in kernel threads          [c] */
    uint32_t fpu_hart;                  /* where fpu was last loaded       [p] */
    uint64_t wait_since;                /* when it left its hart; timebase ticks [p] */
    uint64_t utime, stime;              /* time spent, in timebase ticks   [p] */
    uint64_t last_time;                 /* when utime/stime was last charged   */
    uint64_t told_utime, told_stime;    /* by thread_times           [proc_lock] */
    uint64_t nvcsw, nivcsw;             /* voluntary and forced switches   [p] */
    uint64_t minflt, majflt;            /* page faults, without and with I/O [p] */
    uint32_t fail_site, fail_countdown; /* fault injection for this thread [p] */
    bool fail_new_stacks;               /* ... see fail.h                  [p] */
    void (*fn)(void *arg);              /* kernel threads                  [c] */
    void *arg;
    uint64_t held_ranks[RANK_MAX];      /* debug: sleeping locks held      [p] */
    int tid;
    int pid;                            /* of its process; 0: none         [c] */
    char name[16];
};

#define current (this_hart()->thread)

/* Make a kernel thread that will run FN(ARG) once started, and exits when FN
 * returns.  The caller owns one reference.  NULL if out of memory. May sleep. */
struct thread *kthread_create(void (*fn)(void *arg), void *arg, const char *name);
/* kthread_create + thread_start, reference dropped; -ENOMEM or 0. */
int kthread_run(void (*fn)(void *arg), void *arg, const char *name);

/* A thread that will enter ENTRY on a fresh stack, at whose top its user frame
 * lies (t->frame, cleared); for proc/fork.  The caller owns one reference.  NULL
 * if out of memory.  May sleep. */
struct thread *thread_create(void (*entry)(void), const char *name);
void thread_get(struct thread *t);
/* The last reference frees thread and stack.  May sleep. */
void thread_put(struct thread *t);

/* Free what died where nobody could (quiesce).  May sleep. */
void thread_reap(void);

/* NEW -> RUNNABLE on the least loaded hart (or this one). */
void thread_start(struct thread *t);

/* Waiting by hand:
 *   thread_set_state(THREAD_SLEEPING); if (!condition) schedule(); thread_set_state(THREAD_RUNNABLE);
 * Wait queues and mutexes do this for you. */
static inline void thread_set_state(enum thread_state s)
{
    __atomic_store_n(&current->state, s, __ATOMIC_RELAXED);
    memory_barrier();
}

/* T, which runs or has run, may run only on the harts of the mask ALLOWED, of which
 * at least one exists.  The current thread has moved when this returns; another
 * one moves before it next enters user mode.  May sleep. */
void thread_set_allowed(struct thread *t, uint64_t allowed);

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
/* End the current thread.  Its stack goes with the last reference.  A thread
 * with an address space has given it up before: current->mmu = NULL, then
 * mmu_context_switch(NULL). */
__attribute__((noreturn)) void thread_exit(void);

/* Sleep for NS nanoseconds; 0, or -EINTR with the rest in *LEFT if a signal came
 * and INTERRUPTIBLE. */
int thread_sleep_ns(uint64_t ns, bool interruptible, uint64_t *left);

/* The boot context becomes the idle thread of hart 0: `current` is valid. */
void sched_boot_thread(void);
/* The run queues and caches; kmem caches and vmalloc work. */
void sched_init(void);
/* Make the idle thread of harts[HART], which is about to be started, with its
 * stacks.  0 or -ENOMEM. */
int sched_prepare_hart(unsigned hart);
/* Run threads for ever, and wait for interrupts when there are none. */
__attribute__((noreturn)) void sched_idle(void);
/* From the timer interrupt: the running thread's slice is over. */
void sched_slice_over(void);

/* Charge the time since last_time to user or system, on H, this hart: at trap
 * entry and exit, and at a switch. */
static inline void thread_charge_on(struct hart *h, struct thread *t, bool user)
{
    uint64_t now = time_read();
    uint64_t spent = now - t->last_time;

    t->last_time = now;
    if (user) {
        t->utime += spent;
        h->ticks_user += spent;
    } else {
        t->stime += spent;
        h->ticks_system += spent;
    }
}
static inline void thread_charge(struct thread *t, bool user)
{
    thread_charge_on(this_hart(), t, user);
}

/*
 * T's time until now, in timebase ticks.  What it has used since it was last charged belongs
 * to the kernel if it is the current thread; on another hart only that one could tell.
 * A program that computes is not interrupted as long as nobody else wants its hart, so that
 * part may be long.
 */
struct thread_ticks {
    uint64_t user, system, uncharged;
};
struct thread_ticks thread_ticks(const struct thread *t);
/* The same for programs to see: what is uncharged on another hart is taken for user time.
 * If it was not, less is told of later user time, and more of system time: the sum is right,
 * and neither goes back.  proc_lock is held. */
void thread_times(struct thread *t, uint64_t *utime, uint64_t *stime);

/* Figures for /proc: runnable + running, total switches, load averages (<<11 fixed). */
size_t sched_nr_running(void);
uint64_t sched_nr_switches(void);
void sched_loadavg(uint64_t avg[3]);
size_t thread_count(void);
/* Call FN for every thread with the list's lock held (RANK_WAIT). */
void thread_for_each(void (*fn)(struct thread *t, void *arg), void *arg);

/* Time of a hart since boot, in timebase ticks. */
void sched_hart_times(unsigned hart, uint64_t *user, uint64_t *system, uint64_t *idle);

/* Seeded random switches and placements, to provoke races; 0 = off. */
void sched_perturb_seed(uint64_t seed);

/* SPDX-License-Identifier: MIT */
/*
 * process.h - a process: threads that share an address space, files and signals.
 *
 *   struct process   what POSIX calls a process (Linux: thread group)
 *   struct task      one user thread of it: the floor-10 half of a struct thread
 *
 * Life of a process:
 *   fork      made with one task, child of its parent            proc/fork.c
 *   exec      same process, new address space                    proc/exec.c
 *   zombie    last task exited; only its number and status stay  proc/exit.c
 *   gone      its parent waited for it                           proc/wait.c
 *
 * Locks: proc_lock (RANK_PROC, one for the machine) guards the tree, process
 * groups, sessions, the pid hash and states.  [s] signals->lock.  [p] private
 * to the running task.  [c] constant.  Both spinlocks are taken with interrupts
 * off, since a terminal and a timer send signals from interrupt handlers.
 */
#pragma once
#include "kernel/fs/file.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/signal.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timer.h"
#include "kernel/vm/mm.h"
#include "lib/abi/resource.h"

struct call_trace;
struct fd_table;
struct tty;

/* Working directory, root and umask: shared with CLONE_FS. */
struct fs_context {
    int32_t refcount;                       /*                               [a] */
    struct spinlock lock;                   /* RANK_FILES                        */
    struct path root, cwd;                  /*                            [lock] */
    uint32_t umask;                         /*                            [lock] */
    unsigned users;                         /* processes that have it        [lock] */
    unsigned execs;                         /* of the only one: it stays so  [lock] */
};

/* What goes on until a time that was given as a span. */
enum restart_kind { RESTART_NOTHING, RESTART_SLEEP, RESTART_FUTEX };

struct task {
    struct thread *thread;                  /* referenced                    [c] */
    struct process *process;                /* referenced                    [c] */
    struct list link;                       /* process->tasks        [proc_lock] */
    struct signal_queue pending;            /* sent to this thread           [s] */
    uint64_t blocked;                       /* signal mask                   [s] */
    uint64_t awaited;                       /* by sigtimedwait               [s] */
    uint64_t saved_blocked;                 /* restored after sigsuspend, ppoll [p] */
    bool restore_blocked;
    bool forking;                           /* a process, not a thread   [proc_lock] */
    uint64_t missed;                        /* signals to a group or to all that came
                                             * meanwhile: for the child  [proc_lock] */
    struct sigaltstack altstack;                /*                               [p] */
    uintptr_t clear_child_tid;              /* CLONE_CHILD_CLEARTID          [p] */
    uintptr_t robust_list;                  /* given by set_robust_list      [p] */
    enum restart_kind restart;              /* what restart_syscall goes on with [p] */
    uint64_t restart_deadline;              /* an interrupted sleep's end    [p] */
    int restart_clock;                      /* ... by this clock             [p] */
    uintptr_t restart_left;                 /* ... and where the rest is told    */
    uintptr_t set_child_tid;                /* CLONE_CHILD_SETTID, until first run [p] */
    struct vfork_wait *vfork_wait;          /* the parent waits there        [proc_lock] */
    struct call_trace *call_trace;          /* who follows its calls; set under proc_lock,
                                             * forgotten by itself           [a] */
    int tid;                                /*                               [c] */
    uint64_t start_time;                    /* ns, monotonic                 [c] */
    uint64_t cpu_seen[CPU_KINDS];           /* by its clocks; ticks  [proc_lock] */
};

/* An interval timer by processor time. */
struct cpu_itimer {
    struct cpu_timer timer;
    uint64_t interval;                      /* ns, 0: once                       */
};

enum process_state { PROCESS_ALIVE, PROCESS_STOPPED, PROCESS_ZOMBIE };

struct process {
    int pid;                                /*                               [c] */
    enum process_state state;               /*                       [proc_lock] */
    int32_t refcount;                       /*                               [a] */
    struct process *parent;                 /*                       [proc_lock] */
    struct list children, sibling;          /*                       [proc_lock] */
    struct list tasks;                      /*                       [proc_lock] */
    uint32_t ntasks;                        /* alive                 [proc_lock] */
    struct list hash_link, all_link;        /*                       [proc_lock] */
    int pgrp, session;                      /*                       [proc_lock] */
    struct tty *tty;                        /* controlling terminal, NULL in a process
                                             * that is not listed    [proc_lock] */
    int lost_pgrp;                          /* of a session's leader: in the foreground
                                             * when its terminal hung up [proc_lock] */
    struct mm *mm;                          /* user counted; NULL in a zombie    */
    struct fd_table *files;
    struct fs_context *fs;
    struct sighand *sighand;                /* actions, shared with CLONE_SIGHAND */
    struct signal_queue pending;            /* sent to the process           [s] */
    struct cred cred;                       /* copied under proc_lock            */
    struct rlimit rlimits[RLIM_NLIMITS];    /*                       [proc_lock] */
    int exit_signal;                        /* to the parent; 0 none [proc_lock] */
    bool parent_did_exec;                   /* since it made us      [proc_lock] */
    int death_signal;                       /* to us when the parent goes, 0 none */
    int exit_status;                        /* as wait4 reports it   [proc_lock] */
    bool exiting;                           /* all tasks are to end  [proc_lock] */
    struct task *survivor;                  /* execs: all others end [proc_lock] */
    struct wait_queue task_gone;            /* the survivor waits here           */
    bool stop_reported, continued;          /* WUNTRACED, WCONTINUED [proc_lock] */
    int stop_signal;
    bool stop_due;                          /* a task took a stop signal, and no SIGCONT
                                             * came since          [proc_lock] */
    bool did_exec;                          /* setpgid on it: EACCES             */
    bool is_subreaper;                      /* adopts orphans below it [proc_lock] */
    bool no_new_privs;                      /* exec heeds no set-id bits; for ever */
    int8_t nice;
    uint32_t personality;                   /* of personality(2), for exec      */
    int oom_score_adj;                      /*                       [proc_lock] */
    int oom_adj_floor;                      /* lower is root's: proc/oom.h [proc_lock] */
    struct wait_queue child_event;          /* parent sleeps here in wait4       */
    struct wait_queue ended;                /* who polls a pidfd of it waits here:
                                             * zombie, gone                      */
    uint64_t start_time;                    /* ns, monotonic                 [c] */
    uint64_t utime, stime;                  /* of exited tasks, timebase ticks   */
    uint64_t cutime, cstime;                /* of waited-for children            */
    uint64_t minflt, majflt, cminflt, cmajflt, maxrss, cmaxrss;     /* pages     */
    uint64_t nvcsw, nivcsw, cnvcsw, cnivcsw;
    struct timer alarm;                     /* ITIMER_REAL                       */
    uint64_t alarm_interval;                /* ns, 0: once           [proc_lock] */
    struct list cpu_timers;                 /* by its time, armed    [proc_lock] */
    uint64_t cpu_seen[CPU_KINDS];           /* by its clocks; ticks  [proc_lock] */
    struct cpu_itimer cpu_itimers[CPU_KINDS];   /* ITIMER_VIRTUAL, ITIMER_PROF [proc_lock] */
    struct cpu_timer cpu_limit;             /* RLIMIT_CPU            [proc_lock] */
    struct list posix_timers;               /* of timer_create       [proc_lock] */
    size_t nposix_timers;                   /*                       [proc_lock] */
    int next_posix_timer;                   /* its number            [proc_lock] */
    char comm[16];
};

extern struct spinlock proc_lock;
extern struct process *init_process;

static inline struct task *current_task(void)
{
    return current->task;
}
static inline struct process *current_process(void)
{
    return current->process;
}

/* The process PID with a reference, or NULL. */
struct process *process_get_by_pid(int pid);
/* The process that thread TID belongs to, likewise. */
struct process *process_get_by_tid(int tid);
/* The thread TID and, in *OWNER, its process, both with a reference; NULL if none. */
struct thread *process_get_thread(int tid, struct process **owner);
void process_get(struct process *p);
void process_put(struct process *p);
/* P is a vfork child that still has its parent's memory.  proc_lock held. */
bool process_is_in_vfork(const struct process *p);

/* Whether P exists for others: it was born, and nobody has waited for it.  proc_lock held, or
 * else the answer may be old. */
static inline bool process_is_listed(const struct process *p)
{
    return !list_is_empty(&p->all_link);
}
/* Call FN for every process with proc_lock held. */
void process_for_each(void (*fn)(struct process *p, void *arg), void *arg);
/* P's own task TID, or NULL.  proc_lock is held. */
struct task *process_find_own_task_locked(struct process *p, int tid);
/* Whether NUMBER is P's, or one of its tasks'. */
static inline bool process_has_number_locked(struct process *p, int number)
{
    return p->pid == number || process_find_own_task_locked(p, number);
}
/* The smallest pid above PID that exists, 0 if none (for /proc). */
int process_next_pid(int pid);
/* The same for P's threads.  Its first one stays until somebody has waited for P. */
int process_next_tid(struct process *p, int tid);
/* P's thread TID, or with TID 0 its first one, is called NAME, of which 15 bytes count, from
 * now on; P is called what its first one is.  0 or -ESRCH. */
int process_set_name(struct process *p, int tid, const char *name);

size_t process_count(void);                 /* zombies included */
uint64_t process_forks(void);               /* ever made, threads too */

/* Whether the caller may look into P and change its limits: it is itself, or root, or all of
 * P's ids are the caller's real ones. */
bool process_may_control(const struct process *p);
/* Whether it may see P's memory, and what P has in use: the same by the ids it uses files with. */
bool process_may_see(const struct process *p);
/* P's address space or files with a user counted, or NULL (a zombie's). */
struct mm *process_get_mm(struct process *p);
struct fd_table *process_get_files(struct process *p);

/* P's root and working directory, referenced; either may be NULL.  0, or -ENOENT (a
 * zombie's). */
int process_get_paths(struct process *p, struct path *root, struct path *cwd);

/* What path resolution needs, from the running process; release with _put. */
void path_ctx_current(struct path_ctx *ctx);
void path_ctx_put(struct path_ctx *ctx);
/* chdir, chroot: WHICH (the running process's root or cwd) becomes TO.  May sleep. */
void fs_context_set(struct path *which, const struct path *to);

/* fork, vfork, clone: the child's tid, or -EAGAIN -ENOMEM -EINVAL; with CLONE_PIDFD also
 * -EMFILE -EFAULT. */
struct clone_args_kernel {
    uint64_t flags;                         /* CLONE_* */
    int exit_signal;
    uintptr_t stack;                        /* 0: keep */
    uintptr_t parent_tid, child_tid, tls;
    uintptr_t pidfd;                        /* where CLONE_PIDFD stores the descriptor */
};
int64_t proc_clone(const struct clone_args_kernel *args);

/* Which file exec is to run, and what the new program is told of it. */
struct exec_name {
    const struct path *start;               /* what PATH is relative to, NULL: the cwd       */
    const char *path;                       /* a kernel string                               */
    uint32_t lookup;                        /* LOOKUP_FOLLOW, LOOKUP_EMPTY                   */
    const char *shown;                      /* AT_EXECFN, and a script's argument            */
    bool closes;                            /* exec itself makes SHOWN useless: no scripts   */
};

/* execve: returns only on failure (-errno); success returns 0 with the frame
 * rewritten.  ARGV and ENVP are user addresses. */
int proc_exec(const struct exec_name *name, uintptr_t argv, uintptr_t envp);

/* The same for process 1: kernel strings, NULL-terminated vectors. */
int proc_exec_kernel(const char *path, const char *const argv[], const char *const envp[]);

/* What exec asks of the rest of the process, in this order.  First: share files and
 * signal actions with no other process, and end all other threads; 0, -ENOMEM, or
 * -EINTR if this one is to die itself.  Then, when nothing can fail any more: close
 * what is close-on-exec, reset signal handlers, alternate stack and thread pointers,
 * wake a vfork parent, take the name NAME. */
int proc_exec_prepare(void);
void proc_exec_commit(const char *name);

/* End the running task (and its process if STATUS is for all). */
__attribute__((noreturn)) void proc_exit_task(int status);
__attribute__((noreturn)) void proc_exit_group(int status);

struct wait_result {
    int pid, status;
    uint32_t uid;
    struct rusage rusage;
};
/* waitid: TYPE P_* (P_PGID with ID 0: the caller's group), OPTIONS W*.  The child's pid,
 * 0 (WNOHANG), or -ECHILD -EINTR. */
int proc_wait(int type, int id, int options, struct wait_result *result);
/* The same for CHILD, which may be another's child, or gone: -ECHILD. */
int proc_wait_child(const struct process *child, int options, struct wait_result *result);

int proc_setpgid(int pid, int pgid);
int proc_setsid(void);
/* RUSAGE_SELF, _CHILDREN or _THREAD of the running process. */
void proc_getrusage(int who, struct rusage *ru);
/* User and system time of P, dead tasks included, in timebase ticks.  proc_lock held. */
void proc_times_locked(struct process *p, uint64_t *utime, uint64_t *stime);

/* An interval timer of the running process, WHICH is ITIMER_...; either pointer may be NULL. */
void proc_itimer(int which, const struct timer_setting *new, struct timer_setting *old);

/* P's RLIMIT_CPU is another now, or begins to count.  proc_lock held. */
void cpu_limit_changed(struct process *p);

/* futex(2) without its time-out parsing: DEADLINE absolute in ns of OP's clock, UINT64_MAX none. */
int64_t futex_call(uintptr_t addr, int op, uint32_t val, uint64_t deadline, uintptr_t addr2,
                   uint32_t val2, uint32_t val3);

/* Give back what is kept for later use (quiesce).  May sleep. */
void proc_quiesce(void);

/* Boot: make process 1 from the boot argument init= (default /bin/init). */
void process_start_init(void);
void proc_init(void);

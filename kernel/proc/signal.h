/* SPDX-License-Identifier: MIT */
/*
 * signal.h - sending, queueing and delivering signals; Linux's frame.
 *
 * A signal is sent to a process or to one task, waits in a queue until a task
 * that does not block it returns to user mode, and is then handled there.  The
 * lock of everything here is proc_lock, taken with interrupts off.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/abi/signal.h"
#include "lib/list.h"

struct process;
struct task;
struct trap_frame;

#define NSIG_MAX 64

/* Results that only the way back to user mode understands; no program sees them. */
#define ERESTARTSYS           512   /* again, if the handler says SA_RESTART   */
#define ERESTARTNOINTR        513   /* again, always                           */
#define ERESTARTNOHAND        514   /* again, if no handler ran                */
#define ERESTART_RESTARTBLOCK 516   /* as that, by restart_syscall             */

/* Pending signals: standard ones once each, real-time ones (32..64) in order. */
struct signal_queue {
    uint64_t set;                           /* bit SIG-1                 [proc_lock] */
    struct list infos;                      /* struct queued_signal      [proc_lock] */
    uint64_t ninfos;                        /* at most RLIMIT_SIGPENDING [proc_lock] */
};

/* What to do about each signal. */
struct sighand {
    int32_t refcount;                       /*                                   [a] */
    struct sigaction action[NSIG_MAX];      /*                           [proc_lock] */
};

/* Send SIG with INFO (NULL: from the kernel, SI_KERNEL), whose si_signo is SIG and whose
 * first SIGINFO_USED bytes count.  0, or -EAGAIN (a real-time
 * signal found no room, and is not simply from kill(2)).  Never sleeps. */
int signal_send_process(struct process *p, int sig, const struct siginfo *info);
int signal_send_task(struct task *t, int sig, const struct siginfo *info);
/* To the running task, as if it had sent it itself with kill(2).  May sleep. */
void signal_self(int sig);
/* To every process of a group; -ESRCH if there is none. */
int signal_send_pgrp(int pgrp, int sig, const struct siginfo *info);
/* A fault of the running task: it cannot be ignored or blocked. */
void signal_force(int sig, int code, uintptr_t addr);

/* The running task's alternate stack: whether SP lies on it, and set it, as sigaltstack(2) does.
 * 0, -EPERM (in use), -EINVAL, -ENOMEM (too small). */
bool signal_is_on_altstack(uintptr_t sp);
int signal_set_altstack(const struct sigaltstack *new, uintptr_t sp);

/* kill(2), tkill(2), tgkill(2) and rt_sigqueueinfo(2) with their rules for ids
 * and rights; TGID 0: any process.  0, -EINVAL, -ESRCH, -EPERM, -EAGAIN. */
int signal_kill(int pid, int sig);
int signal_kill_task(int tgid, int tid, int sig);
int signal_queue_info(int pid, int sig, const struct siginfo *info);
/* rt_tgsigqueueinfo(2), to one thread. */
int signal_queue_info_task(int tgid, int tid, int sig, const struct siginfo *info);
/* pidfd_send_signal(2): the same to P, which may be gone; INFO NULL: as kill(2) says it. */
int signal_kill_process(struct process *p, int sig, const struct siginfo *info);

/* On the way to user mode with signal_pending set: deliver, stop, or exit. */
void signal_deliver(struct trap_frame *frame);
/* rt_sigreturn: the a0 to return. */
int64_t signal_return(struct trap_frame *frame);

/* sigaction(2) and sigprocmask(2) in kernel memory; either pointer may be NULL.
 * 0 or -EINVAL. */
int signal_action(int sig, const struct sigaction *act, struct sigaction *old);
int signal_mask(int how, const uint64_t *set, uint64_t *old);
/* The running task blocks the signals of MASK, as far as they can be, and no others. */
void signal_set_mask(uint64_t mask);
/* What is pending for the running task. */
uint64_t signal_pending_set(void);
/* Whether a signal of SET is pending for it, blocked or not. */
bool signal_is_there(uint64_t set);
/* sigsuspend, ppoll, pselect: MASK until the next delivery, then the old mask again. */
void signal_mask_temporarily(uint64_t mask);
/* sigtimedwait: the arrival of a signal of SET counts as pending, blocked or not,
 * until signal_take, which takes one of SET off its queue: its number, or 0. */
void signal_await(uint64_t set);
int signal_take(uint64_t set, struct siginfo *info);
/* Whether the running task ignores or blocks SIG. */
bool signal_is_ignored(int sig);
/* exec: handlers to default, ignored stay. */
void signal_exec(void);
/* Recompute thread->signal_pending of the running task. */
void signal_recalc(void);

void signal_init(void);

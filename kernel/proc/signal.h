/* SPDX-License-Identifier: MIT */
/*
 * signal.h - sending, queueing and delivering signals; Linux's frame.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/abi/signal.h"
#include "lib/list.h"

struct process;
struct task;
struct trap_frame;

#define NSIG_MAX 64

/* Pending signals: standard ones once each, real-time ones (32..64) queued. */
struct signal_queue {
    uint64_t set;                           /* bit SIG-1                      */
    struct list infos;                      /* struct queued_signal, in order */
    size_t count;
};

/* What to do about each signal. */
struct sighand {
    struct spinlock lock;                   /* RANK_SIGHAND: actions, queues and masks */
    int32_t refcount;
    struct sigaction action[NSIG_MAX];
};

/* Send SIG with INFO (NULL: from the kernel).  0, or -EAGAIN (queue full).
 * Never sleeps; proc_lock not held, any other spinlock below RANK_PROC neither. */
int signal_send_process(struct process *p, int sig, const struct siginfo *info);
int signal_send_task(struct task *t, int sig, const struct siginfo *info);
/* To every process of a group; -ESRCH if there is none. */
int signal_send_pgrp(int pgrp, int sig, const struct siginfo *info);
/* A fault of the running task: cannot be ignored or blocked. */
void signal_force(int sig, int code, uintptr_t addr);

/* kill(2) with its rules for PID and rights. */
int signal_kill(int pid, int sig);

/* On the way to user mode with signal_pending set: deliver, stop, or exit. */
void signal_deliver(struct trap_frame *frame);
/* rt_sigreturn: the a0 to return. */
int64_t signal_return(struct trap_frame *frame);

int signal_action(int sig, const struct sigaction *act, struct sigaction *old);
int signal_mask(int how, const uint64_t *set, uint64_t *old);
uint64_t signal_pending_set(void);
/* exec: handlers to default, ignored stay. */
void signal_exec(void);
/* Recompute thread->signal_pending of the running task. */
void signal_recalc(void);

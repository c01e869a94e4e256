/* SPDX-License-Identifier: MIT */
/*
 * signal_impl.h - what the files about signals share among themselves.
 */
#pragma once
#include "kernel/proc/process.h"

#define BIT(sig)     (1UL << ((sig) - 1))
#define STOP_SIGNALS (BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))
#define UNBLOCKABLE  (BIT(SIGKILL) | BIT(SIGSTOP))

/* What a siginfo says, as six words that the compiler clears and copies in place. */
struct info_words {
    uint64_t word[SIGINFO_USED / sizeof(uint64_t)];
} __attribute__((may_alias));

static inline void info_clear(struct siginfo *info)
{
    *(struct info_words *)info = (struct info_words){ 0 };
}

static inline void info_copy(struct siginfo *to, const struct siginfo *from)
{
    *(struct info_words *)to = *(const struct info_words *)from;
}

/* One signal in a queue. */
struct queued_signal {
    struct list link;
    struct posix_timer *timer;      /* whose it is; NULL: the stock's              [proc_lock] */
    struct signal_queue *queue;     /* a timer's: where it waits, NULL: nowhere    [proc_lock] */
    struct siginfo info;            /* the first SIGINFO_USED bytes                            */
};

/*
 * A timer's own record.  _create: NULL, out of memory.  Both sleep.  _release, with
 * proc_lock held, is for a record that may wait in a queue: there it stays until it is taken.
 */
struct queued_signal *signal_record_create(void);
void signal_record_destroy(struct queued_signal *s);
void signal_record_release_locked(struct queued_signal *s);
/* A timer's signal into Q, unless it still waits somewhere: that counts as an overrun. */
void signal_enqueue_record(struct signal_queue *q, struct queued_signal *s);
/* Send it to P, or to its task T if not NULL, from an interrupt or not.  Whether it will be
 * taken; not if it is ignored.  proc_lock held. */
bool signal_send_timer_locked(struct process *p, struct task *t, struct queued_signal *s);

/* Put SIG into Q, P's or that of one of its tasks; INFO as for signal_send_process().  0, or
 * -EAGAIN.  proc_lock held. */
int signal_enqueue(struct process *p, struct signal_queue *q, int sig, const struct siginfo *info);
/* As signal_send_locked(), from an interrupt: P's running task, if it is the one that was
 * interrupted, takes the signal before others. */
int signal_send_running_locked(struct process *p, int sig, const struct siginfo *info);
/* Forget the signals of SET in Q.  proc_lock held. */
void signal_queue_remove(struct signal_queue *q, uint64_t set);
/* The same with what timers have sent. */
void signal_queue_forget_timers(struct signal_queue *q);

void signal_queue_init(void);

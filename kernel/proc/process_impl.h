/* SPDX-License-Identifier: MIT */
/*
 * process_impl.h - what the files of kernel/proc share among themselves.
 */
#pragma once
#include "kernel/proc/process.h"

/* A process with a number, one reference and nothing else.  0, -ENOMEM, or -EAGAIN: there is no
 * number. */
int process_alloc(struct process **out);
struct task *task_alloc(void);
void task_free(struct task *t);

/* Enter P into the table as a child of PARENT, and take it out.  proc_lock held. */
void process_publish(struct process *p, struct process *parent);
void process_unpublish(struct process *p);
/* T, which has not run, becomes a task of P with this TID.  proc_lock held. */
void process_add_task(struct process *p, struct task *t, int tid);
struct process *process_find_locked(int pid);
void process_for_each_locked(void (*fn)(struct process *p, void *arg), void *arg);
struct task *process_find_task_locked(int tid, struct process **owner);

/* fs_context: cwd, root, umask. */
struct fs_context *fs_context_create(void);
struct fs_context *fs_context_copy(struct fs_context *from);
/* Another process has C, too.  False: not now, its only user execs. */
bool fs_context_share(struct fs_context *c);
void fs_context_leave(struct fs_context *c);
/* Whether only one process has C, which stays so until fs_context_end_exec then. */
bool fs_context_begin_exec(struct fs_context *c);
void fs_context_end_exec(struct fs_context *c);

/* Signal actions and queues.  The first four sleep; _flush wants no lock.  unshare
 * gives the running process its own: 0 or -ENOMEM. */
int sighand_unshare(void);
struct sighand *sighand_create(void);
struct sighand *sighand_copy(struct sighand *from);
void sighand_get(struct sighand *s);
void sighand_put(struct sighand *s);
/* Default actions in place of handlers, of an S that nobody else uses, or under proc_lock. */
void sighand_forget_handlers(struct sighand *s);
void signal_queue_flush(struct signal_queue *q);
/* Before a signal with an info is sent under proc_lock: see that there is a record for
 * it.  Without one a standard signal loses its info, a real-time one is refused.  Also
 * gives surplus records back.  Sleeps. */
void signal_prepare(void);
/* The same for one that N processes will get; it waits for no memory for them, since it may be
 * them who have it all. */
void signal_prepare_many(size_t n);
/* Give all records back: they lie in as many slabs as chance had it.  Sleeps. */
void signal_drain(void);

/* Under proc_lock: send to P, or to its task T if not NULL; whether T has anything
 * to do before user mode; the next signal to handle, 0 if none. */
int signal_send_locked(struct process *p, struct task *t, int sig, const struct siginfo *info);
/* The same as one of a group, or of all: who is just being born of P gets SIG, too. */
int signal_send_member_locked(struct process *p, int sig, const struct siginfo *info);
bool signal_has_work_locked(struct task *t);
int signal_dequeue_locked(struct task *t, uint64_t wanted, struct siginfo *info);
/* T lets in the signals of SET no longer, or goes.  Of those that wait for its process only
 * one task was told, perhaps T: tell another that lets them in.  proc_lock held. */
void signal_hand_on_locked(struct task *t, uint64_t set);

/* A vfork parent, and the child whose exec or exit it waits for. */
struct vfork_wait {
    struct task *child;                 /* NULL: released          [proc_lock] */
    struct wait_queue wq;
};
void vfork_wait_begin(struct vfork_wait *w, struct task *child);
/* Sleep until the child lets go, or the waiter is killed. */
void vfork_wait_end(struct vfork_wait *w);
/* T no longer uses its parent's memory. */
void task_release_vfork(struct task *t);

/* Whether T must end rather than return to user mode; *STATUS says how. */
bool task_must_exit(struct task *t, int *status);
/* The same of the running task, which costs nothing while no signal is there. */
bool task_is_killed(void);
/* Let every task of P but SURVIVOR notice that it must.  proc_lock held. */
void process_interrupt_tasks(struct process *p, struct task *survivor);
/* The running task becomes the only one of its process, and bears its number.  0, or
 * -EINTR if it must end itself.  Sleeps. */
int process_end_siblings(void);

void cpu_limit_init(struct process *p);
void itimer_boot(void);
void itimer_init(struct process *p);
void itimer_fini(struct process *p);
/* Mark the futexes T still holds FUTEX_OWNER_DIED, and wake a waiter of each.  T runs,
 * and has its memory.  Sleeps. */
void task_leave_robust_list(struct task *t);
/* CLONE_CHILD_CLEARTID: store 0 there and wake one futex waiter. */
void task_clear_child_tid(struct task *t);

/* LEAVING, CHILD itself or its parent, goes: if that orphans CHILD's group and a
 * member is stopped, all get SIGHUP and SIGCONT.  proc_lock held. */
void group_check_orphaned(struct process *child, struct process *leaving);
/* P, a session leader, exits: its terminal loses it, and its session the terminal. */
void session_leader_exit(struct process *p);

/* The signal by which P's parent hears of its end, 0: by none.  What it has asked for does not
 * hold for the program that it may be since, which is told by SIGCHLD.  proc_lock held. */
static inline int process_end_signal(const struct process *p)
{
    return p->parent_did_exec ? SIGCHLD : p->exit_signal;
}

/* CHILD stopped, continued or exited: tell PARENT by SIGCHLD (as its actions say)
 * and wake its wait.  proc_lock held. */
void signal_child_event(struct process *child, struct process *parent);

/* P's own figures, its exited tasks' and memory's included.  proc_lock held. */
void proc_getrusage_locked(struct process *p, struct rusage *ru);
/* The same with those of the children it has waited for. */
void proc_getrusage_family_locked(struct process *p, struct rusage *ru);

/* Whether no member of group PGRP has a parent in its session but outside it.
 * proc_lock not held. */
bool group_is_orphaned(int pgrp);
/* Somebody who has not been waited for is in the group or session of that number. */
bool group_has_members(int number);

void process_init(void);
void signal_deliver_init(void);
void proc_oom_init(void);
void futex_init(void);
void group_init(void);

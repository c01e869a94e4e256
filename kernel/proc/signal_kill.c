/* SPDX-License-Identifier: MIT */
/*
 * signal_kill.c - kill(2) and its relatives: who may send a signal to whom, and as what.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "lib/abi/errno.h"

/* Same real or effective user, or root; SIGCONT also within the session. */
static bool may_signal(const struct process *to, int sig)
{
    const struct process *me = current_process();
    const struct cred *c = &me->cred, *o = &to->cred;

    return !c->euid || c->euid == o->suid || c->euid == o->uid || c->uid == o->suid
           || c->uid == o->uid || (sig == SIGCONT && me->session == to->session);
}

struct kill {
    int pid, sig;
    const struct siginfo *info;
    int result;
    bool found, sent;
};

/* What signal it is counts only where there is somebody to get it: 0, -EINVAL, -EPERM. */
static int check(const struct process *to, int sig)
{
    if (sig < 0 || sig > NSIG_MAX)
        return -EINVAL;
    return may_signal(to, sig) ? 0 : -EPERM;
}

static void kill_one(struct process *p, struct kill *k)
{
    int err = check(p, k->sig);

    k->found = true;
    if (!err && k->sig && k->pid < 0)
        err = signal_send_member_locked(p, k->sig, k->info);
    else if (!err && k->sig)
        err = signal_send_locked(p, NULL, k->sig, k->info);
    if (!err)
        k->sent = true;
    else if (err != -EPERM || k->pid != -1)     /* everybody means: whom one may */
        k->result = err;
}

static void kill_if_meant(struct process *p, void *arg)
{
    struct kill *k = arg;

    if (k->pid > 0 ? process_has_number_locked(p, k->pid)
        : k->pid == -1 ? p != init_process && p != current_process()
        : p->pgrp == -k->pid)
        kill_one(p, k);
}

static void describe_sender(struct siginfo *info, int sig, int code)
{
    info_clear(info);
    info->si_signo = sig;
    info->si_code = code;
    info->si_pid = current_process()->pid;
    info->si_uid = current_process()->cred.uid;
}

void signal_self(int sig)
{
    struct siginfo info;

    describe_sender(&info, sig, SI_USER);
    signal_prepare();
    signal_send_task(current_task(), sig, &info);
}

static int outcome(const struct kill *k)
{
    if (!k->found)
        return -ESRCH;
    return k->sent ? 0 : k->result;
}

int signal_kill(int pid, int sig)
{
    struct siginfo info;
    struct kill k = { .pid = pid ? pid : -current_process()->pgrp, .sig = sig, .info = &info };

    if (pid == INT32_MIN)
        return -ESRCH;
    describe_sender(&info, sig, SI_USER);
    if (pid > 0)
        signal_prepare();
    else
        signal_prepare_many(process_count());
    process_for_each(kill_if_meant, &k);
    return outcome(&k);
}

/* What the kernel itself says, a program may say to itself only. */
static bool may_say(const struct siginfo *info, int pid)
{
    return pid == current_process()->pid || (info->si_code < 0 && info->si_code != SI_TKILL);
}

int signal_queue_info(int pid, int sig, const struct siginfo *info)
{
    struct kill k = { .pid = pid, .sig = sig, .info = info };

    if (!may_say(info, pid))
        return -EPERM;
    if (pid <= 0)
        return -ESRCH;                          /* one process only, no groups */
    signal_prepare();
    process_for_each(kill_if_meant, &k);
    return outcome(&k);
}

int signal_kill_process(struct process *p, int sig, const struct siginfo *info)
{
    struct kill k = { .sig = sig, .info = info };
    struct siginfo plain;
    uint64_t flags;

    if (info && info->si_signo != sig)
        return -EINVAL;
    if (info && !may_say(info, p->pid))
        return -EPERM;
    if (!info) {
        describe_sender(&plain, sig, SI_USER);
        k.info = &plain;
    }
    signal_prepare();
    flags = spin_lock_irqsave(&proc_lock);
    if (process_is_listed(p))
        kill_one(p, &k);
    spin_unlock_irqrestore(&proc_lock, flags);
    return outcome(&k);
}

/* To thread TID of process TGID (0: of any).  A main thread that has ended is there, and deaf,
 * until the process is waited for. */
static int send_to_task(int tgid, int tid, int sig, const struct siginfo *info)
{
    struct process *p;
    struct task *t;
    uint64_t flags;
    int err = -ESRCH;

    signal_prepare();
    flags = spin_lock_irqsave(&proc_lock);
    t = process_find_task_locked(tid, &p);
    if (!t)
        p = process_find_locked(tid);
    if (p && (!tgid || p->pid == tgid))
        err = check(p, sig);
    if (!err && sig && t)
        err = signal_send_locked(p, t, sig, info);
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

int signal_kill_task(int tgid, int tid, int sig)
{
    struct siginfo info;

    if (tid <= 0 || tgid < 0)
        return -EINVAL;
    describe_sender(&info, sig, SI_TKILL);
    return send_to_task(tgid, tid, sig, &info);
}

int signal_queue_info_task(int tgid, int tid, int sig, const struct siginfo *info)
{
    if (tid <= 0 || tgid <= 0)
        return -EINVAL;
    if (tid != current->tid && !may_say(info, 0))
        return -EPERM;
    return send_to_task(tgid, tid, sig, info);
}

/* SPDX-License-Identifier: MIT */
/*
 * group.c - process groups, sessions and the terminal they share.
 *
 * A session is what one login is; its leader may own a terminal.  A group is
 * what one shell pipeline is; one group of the session is in the foreground.  A
 * group is orphaned when nobody is left who could continue its stopped members:
 * no member has a parent in the same session but in another group.
 */
#include "kernel/dev/tty.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/process_impl.h"
#include "lib/abi/errno.h"

/* proc_lock is held in all of these. */

struct orphan_check {
    int pgrp;
    const struct process *without;      /* about to leave: does not count       */
    bool has_keeper, has_stopped;
};

/* Whether PARENT could continue P if it is stopped, and keeps its group from being orphaned. */
static bool is_kept_by(const struct process *p, const struct process *parent)
{
    return parent && parent->pgrp != p->pgrp && parent->session == p->session
           && parent != init_process;
}

static void look_at_member(struct process *p, void *arg)
{
    struct orphan_check *c = arg;

    if (p->pgrp != c->pgrp || p == c->without || p->state == PROCESS_ZOMBIE)
        return;
    if (p->state == PROCESS_STOPPED)
        c->has_stopped = true;
    if (p->parent != c->without && is_kept_by(p, p->parent))
        c->has_keeper = true;
}

bool group_is_orphaned(int pgrp)
{
    struct orphan_check c = { .pgrp = pgrp };

    process_for_each(look_at_member, &c);
    return !c.has_keeper;
}

static void wake_member(struct process *p, void *arg)
{
    if (p->pgrp != *(int *)arg || p->state == PROCESS_ZOMBIE)
        return;
    signal_send_member_locked(p, SIGHUP, NULL);
    signal_send_member_locked(p, SIGCONT, NULL);
}

/* A group that had nobody to lose is told nothing. */
void group_check_orphaned(struct process *child, struct process *leaving)
{
    struct orphan_check c = { .pgrp = child->pgrp, .without = leaving };

    if (!is_kept_by(child, child->parent))
        return;
    process_for_each_locked(look_at_member, &c);
    if (c.has_stopped && !c.has_keeper)
        process_for_each_locked(wake_member, &c.pgrp);
}

/* Calls */

/* A group is there as long as one of its members has not been waited for. */
static void has_session(struct process *p, void *arg)
{
    int *pair = arg;            /* group, session found */

    if (p->pgrp == pair[0])
        pair[1] = p->session;
}

static int session_of_locked(int pgrp)
{
    int pair[2] = { pgrp, -ESRCH };

    process_for_each_locked(has_session, pair);
    return pair[1];
}

static int setpgid_locked(int pid, int pgid)
{
    struct process *me = current_process();
    struct process *p = pid ? process_find_locked(pid) : me;

    if (pgid < 0)
        return -EINVAL;
    if (!p)
        return -ESRCH;
    if (p != me) {
        if (p->parent != me)
            return -ESRCH;
        if (p->session != me->session)
            return -EPERM;
        if (p->did_exec)
            return -EACCES;
    }
    if (p->session == p->pid)
        return -EPERM;
    if (!pgid)
        pgid = p->pid;
    if (pgid != p->pid && session_of_locked(pgid) != me->session)
        return -EPERM;
    p->pgrp = pgid;
    if (pgid == p->pid)
        pid_note_leader(pgid);
    return 0;
}

int proc_setpgid(int pid, int pgid)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int err = setpgid_locked(pid, pgid);

    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

int proc_setsid(void)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int r = session_of_locked(p->pid) >= 0 ? -EPERM : p->pid;

    if (r > 0) {
        p->session = p->pgrp = p->pid;
        p->tty = NULL;
        pid_note_leader(p->pid);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return r;
}

/* What pid_alloc asks */

struct member_check {
    int number;
    bool found;
};

static void look_for_member(struct process *p, void *arg)
{
    struct member_check *c = arg;

    if (p->pgrp == c->number || p->session == c->number)
        c->found = true;
}

bool group_has_members(int number)
{
    struct member_check c = { .number = number };

    process_for_each(look_for_member, &c);
    return c.found;
}

/* What terminals ask */

static bool get_caller(struct tty_caller *out)
{
    struct process *p = current_process();

    if (!p)
        return false;
    out->pid = p->pid;
    out->pgrp = p->pgrp;
    out->session = p->session;
    out->is_leader = p->session == p->pid;
    out->is_root = !p->cred.euid;
    out->tty = p->tty;
    return true;
}

/* P's terminal with a reference, or NULL.  It has not been taken away, so it is alive. */
static struct tty *get_tty_of(const struct process *p)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct tty *t = p->tty;

    if (t)
        tty_get(t);
    spin_unlock_irqrestore(&proc_lock, flags);
    return t;
}

static struct tty *get_tty(void)
{
    struct process *p = current_process();

    return p ? get_tty_of(p) : NULL;
}

static int session_of_pgrp(int pgrp)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int session = session_of_locked(pgrp);

    spin_unlock_irqrestore(&proc_lock, flags);
    return session;
}

static void signal_pgrp(int pgrp, int sig)
{
    signal_send_pgrp(pgrp, sig, NULL);
}

struct tty_change {
    int session;
    struct tty *tty;
};

static void change_tty(struct process *p, void *arg)
{
    const struct tty_change *c = arg;

    if (p->session != c->session)
        return;
    p->tty = c->tty;
    p->lost_pgrp = 0;
}

static void set_session_tty(int session, struct tty *tty)
{
    struct tty_change c = { .session = session, .tty = tty };

    process_for_each(change_tty, &c);
}

/* The terminal is the session's, so all its members see the change -- but who is not its
 * leader gives it up for itself only. */
static void set_tty(struct tty *tty)
{
    struct process *p = current_process();

    if (tty || p->session == p->pid)
        set_session_tty(p->session, tty);
    else
        p->tty = NULL;
}

static void clear_tty(int session)
{
    set_session_tty(session, NULL);
}

struct tty_loss {
    struct tty *tty;
    int pgrp;
};

static void take_tty(struct process *p, void *arg)
{
    const struct tty_loss *loss = arg;

    if (p->tty != loss->tty)
        return;
    p->tty = NULL;
    if (p->session != p->pid || p->state == PROCESS_ZOMBIE)
        return;
    p->lost_pgrp = loss->pgrp;
    signal_send_locked(p, NULL, SIGHUP, NULL);
    signal_send_locked(p, NULL, SIGCONT, NULL);
}

static void lose_tty(struct tty *tty, int pgrp)
{
    struct tty_loss loss = { .tty = tty, .pgrp = pgrp };

    process_for_each(take_tty, &loss);
}

void session_leader_exit(struct process *p)
{
    struct tty *t = get_tty_of(p);

    if (t) {
        tty_end_session(t, p->session, true);
        set_session_tty(p->session, NULL);
        tty_put(t);
    } else if (p->lost_pgrp) {
        signal_pgrp(p->lost_pgrp, SIGHUP);
        signal_pgrp(p->lost_pgrp, SIGCONT);
    }
}

static const struct tty_process_ops tty_ops = {
    .get_caller = get_caller,
    .ignores = signal_is_ignored,
    .is_orphaned = group_is_orphaned,
    .session_of_pgrp = session_of_pgrp,
    .signal_pgrp = signal_pgrp,
    .set_tty = set_tty,
    .clear_tty = clear_tty,
    .get_tty = get_tty,
    .lose_tty = lose_tty,
};

void group_init(void)
{
    tty_register_process_ops(&tty_ops);
}

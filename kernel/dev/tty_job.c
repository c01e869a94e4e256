/* SPDX-License-Identifier: MIT */
/*
 * tty_job.c - job control: whose terminal it is, which process group is in the
 * foreground, and what happens to the others.
 *
 * Processes are proc/'s, which is above: it registers what is asked of it.
 */
#include "kernel/dev/tty_impl.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/signal.h"

static const struct tty_process_ops *process_ops;

void tty_register_process_ops(const struct tty_process_ops *ops)
{
    __atomic_store_n(&process_ops, ops, __ATOMIC_RELEASE);
}

static const struct tty_process_ops *get_process_ops(void)
{
    return __atomic_load_n(&process_ops, __ATOMIC_ACQUIRE);
}

static bool get_caller(struct tty_caller *caller)
{
    const struct tty_process_ops *ops = get_process_ops();

    return ops && ops->get_caller(caller);
}

void tty_signal_pgrp(int pgrp, int sig)
{
    const struct tty_process_ops *ops = get_process_ops();

    if (ops && pgrp > 0)
        ops->signal_pgrp(pgrp, sig);
}

static int get_pgrp(struct tty *t)
{
    int pgrp;

    tty_lock(t);
    pgrp = t->pgrp;
    tty_unlock(t);
    return pgrp;
}

int tty_check_foreground(struct tty *t, int sig)
{
    struct tty_caller caller;
    int pgrp;

    if (!get_caller(&caller) || caller.tty != t)
        return 0;
    pgrp = get_pgrp(t);
    if (pgrp == 0 || pgrp == caller.pgrp)
        return 0;
    if (get_process_ops()->ignores(sig))
        return sig == SIGTTIN ? -EIO : 0;
    if (get_process_ops()->is_orphaned(caller.pgrp))
        return -EIO;
    tty_signal_pgrp(caller.pgrp, sig);
    return -ERESTARTSYS;
}

/* The caller, whose controlling terminal this is; -ENOTTY otherwise. */
static int get_owner(struct tty *t, struct tty_caller *caller)
{
    return get_caller(caller) && caller->tty == t ? 0 : -ENOTTY;
}

/* The terminal becomes that of the caller's session.  -EPERM: it has another; -EIO: hung up,
 * which under the lock it is before or after both, never in between. */
static int acquire(struct tty *t, const struct tty_caller *caller, bool steal)
{
    int error = 0;

    tty_lock(t);
    if (t->hung_up) {
        error = -EIO;
    } else if (t->session == 0 || t->session == caller->session || steal) {
        if (t->session && t->session != caller->session)
            get_process_ops()->clear_tty(t->session);
        t->session = caller->session;
        t->pgrp = caller->pgrp;
        get_process_ops()->set_tty(t);
    } else {
        error = -EPERM;
    }
    tty_unlock(t);
    return error;
}

void tty_opened(struct tty *t, bool noctty)
{
    struct tty_caller caller;

    if (!noctty && get_caller(&caller) && caller.is_leader && !caller.tty)
        acquire(t, &caller, false);
}

void tty_end_session(struct tty *t, int session, bool leader_exits)
{
    int pgrp = 0;

    tty_lock(t);
    if (t->session == session) {
        pgrp = t->pgrp;
        t->session = t->pgrp = 0;
    }
    tty_unlock(t);
    tty_signal_pgrp(pgrp, SIGHUP);
    if (!leader_exits)
        tty_signal_pgrp(pgrp, SIGCONT);
}

void tty_hang_up(struct tty *t)
{
    int pgrp;

    tty_lock(t);
    __atomic_store_n(&t->hung_up, true, __ATOMIC_RELEASE);
    pgrp = t->pgrp;
    t->session = t->pgrp = 0;
    ldisc_flush_input(&t->ldisc);
    tty_unlock(t);
    if (get_process_ops())
        get_process_ops()->lose_tty(t, pgrp);
    tty_input_changed(t);
    wake_up_all(&t->write_wait);
}

struct tty *tty_current(void)
{
    const struct tty_process_ops *ops = get_process_ops();

    return ops ? ops->get_tty() : NULL;
}

int tty_group_of(struct tty *t, uint32_t cmd)
{
    int id;

    tty_lock(t);
    id = cmd == TIOCGSID ? t->session : t->pgrp;
    tty_unlock(t);
    return cmd == TIOCGSID && id == 0 ? -ENOTTY : id;
}

/* Calls of ioctl(2) */

int tty_get_group(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct tty_caller caller;
    int error = get_owner(t, &caller), id;

    (void)value;
    if (error)
        return error;
    id = tty_group_of(t, cmd);
    return id < 0 ? id : uio_write(u, &id, sizeof(id));
}

int tty_set_group(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct tty_caller caller;
    int error = get_owner(t, &caller), pgrp, session;

    (void)cmd, (void)value;
    if (!error)
        error = uio_read(u, &pgrp, sizeof(pgrp));
    if (error)
        return error;
    if (pgrp < 0)
        return -EINVAL;
    session = get_process_ops()->session_of_pgrp(pgrp);
    if (session < 0)
        return session;
    if (session != caller.session)
        return -EPERM;
    tty_lock(t);
    if (t->session == session)
        t->pgrp = pgrp;
    else
        error = -ENOTTY;                        /* lost meanwhile */
    tty_unlock(t);
    return error;
}

int tty_set_controlling(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct tty_caller caller;

    (void)cmd, (void)u;
    if (!get_caller(&caller) || !caller.is_leader)
        return -EPERM;
    if (caller.tty == t)
        return 0;
    if (caller.tty)
        return -EPERM;
    return acquire(t, &caller, value == 1 && caller.is_root);
}

int tty_give_up_controlling(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct tty_caller caller;
    int error = get_owner(t, &caller);

    (void)cmd, (void)value, (void)u;
    if (error)
        return error;
    if (caller.is_leader)
        tty_end_session(t, caller.session, false);
    get_process_ops()->set_tty(NULL);
    return 0;
}

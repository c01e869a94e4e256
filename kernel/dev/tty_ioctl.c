/* SPDX-License-Identifier: MIT */
/*
 * tty_ioctl.c - the settings of a terminal, and what else ioctl(2) asks of it:
 * one function for each group of calls, and the table of them.
 */
#include "kernel/dev/tty_impl.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/signal.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define FLUSH_CHUNK 64
#define BREAK_NS 250000000ULL

static int drain(struct tty *t)
{
    return wait_event_interruptible(&t->write_wait, t->ops->unsent(t->port) == 0) ?
           -ERESTARTSYS : 0;
}

static void flush_input(struct tty *t)
{
    uint8_t buf[FLUSH_CHUNK];

    tty_lock(t);
    while (t->ops->get(t->port, buf, sizeof(buf)) > 0)
        continue;
    ldisc_flush_input(&t->ldisc);
    tty_unlock(t);
    tty_wake_feeder(t);
}

static int get_termios(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct termios tio;

    (void)cmd, (void)value;
    tty_lock(t);
    tio = t->ldisc.termios;
    tty_unlock(t);
    return uio_write(u, &tio, sizeof(tio));
}

static int set_termios(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct termios tio;
    int error = uio_read(u, &tio, sizeof(tio));

    (void)value;
    if (!error && cmd != TCSETS)
        error = drain(t);
    if (error)
        return error;
    if (cmd == TCSETSF)
        flush_input(t);
    tty_lock(t);
    ldisc_set_termios(&t->ldisc, &tio);
    tty_unlock(t);
    tty_input_changed(t);
    tty_wake_feeder(t);
    return 0;
}

static int get_winsize(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct winsize ws;

    (void)cmd, (void)value;
    tty_lock(t);
    ws = t->winsize;
    tty_unlock(t);
    return uio_write(u, &ws, sizeof(ws));
}

static int set_winsize(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct winsize ws;
    int error = uio_read(u, &ws, sizeof(ws)), pgrp;
    bool changed;

    (void)cmd, (void)value;
    if (error)
        return error;
    tty_lock(t);
    changed = memcmp(&ws, &t->winsize, sizeof(ws)) != 0;
    t->winsize = ws;
    pgrp = t->pgrp;
    tty_unlock(t);
    if (changed)
        tty_signal_pgrp(pgrp, SIGWINCH);
    return 0;
}

static int get_count(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    int count;

    (void)value;
    tty_lock(t);
    count = (int)(cmd == FIONREAD ? ldisc_count(&t->ldisc) : t->ops->unsent(t->port));
    tty_unlock(t);
    return uio_write(u, &count, sizeof(count));
}

static int flush(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    (void)cmd, (void)u;
    if (value > TCIOFLUSH)
        return -EINVAL;
    if (value != TCOFLUSH)
        flush_input(t);
    if (value != TCIFLUSH)
        t->ops->discard(t->port);
    return 0;
}

static int send_break(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    int error = drain(t);

    (void)u;
    if (error || (cmd == TCSBRK && value != 0))
        return error;
    if (!t->ops->send_break(t->port, true))
        return 0;
    error = thread_sleep_ns(BREAK_NS, true, NULL) ? -EINTR : 0;
    t->ops->send_break(t->port, false);
    return error;
}

static int control_flow(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    uint8_t c;

    (void)cmd, (void)u;
    if (value > TCION)
        return -EINVAL;
    tty_lock(t);
    if (value == TCOOFF || value == TCOON) {
        ldisc_set_stopped(&t->ldisc, value == TCOOFF);
    } else {
        c = t->ldisc.termios.c_cc[value == TCIOFF ? VSTOP : VSTART];
        if (c && t->ops->room(t->port) > 0)
            t->ops->put(t->port, &c, 1);
    }
    tty_unlock(t);
    t->ops->start(t->port);
    return 0;
}

/* A call of the master of a pseudo terminal, and this is none. */
static int refuse_peer(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    (void)t, (void)cmd, (void)value, (void)u;
    return -EIO;
}

/* The calls, with the bytes each moves and whether a background process may. */
static const struct tty_call {
    uint32_t cmd;
    uint16_t size;
    bool needs_foreground;
    int (*fn)(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u);
} calls[] = {
    { TCGETS,     sizeof(struct termios), false, get_termios },
    { TCSETS,     sizeof(struct termios), true,  set_termios },
    { TCSETSW,    sizeof(struct termios), true,  set_termios },
    { TCSETSF,    sizeof(struct termios), true,  set_termios },
    { TIOCGWINSZ, sizeof(struct winsize), false, get_winsize },
    { TIOCSWINSZ, sizeof(struct winsize), false, set_winsize },
    { TIOCGPGRP,  sizeof(int),            false, tty_get_group },
    { TIOCGSID,   sizeof(int),            false, tty_get_group },
    { TIOCSPGRP,  sizeof(int),            true,  tty_set_group },
    { TIOCSCTTY,  0,                      false, tty_set_controlling },
    { TIOCNOTTY,  0,                      false, tty_give_up_controlling },
    { FIONREAD,   sizeof(int),            false, get_count },
    { TIOCOUTQ,   sizeof(int),            false, get_count },
    { TCFLSH,     0,                      true,  flush },
    { TCSBRK,     0,                      true,  send_break },
    { TCSBRKP,    0,                      true,  send_break },
    { TCXONC,     0,                      true,  control_flow },
    { TIOCGPTPEER, 0,                     false, refuse_peer },
};

static const struct tty_call *find_call(uint32_t cmd)
{
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
        if (calls[i].cmd == cmd)
            return &calls[i];
    }
    return NULL;
}

size_t tty_ioctl_size(uint32_t cmd)
{
    const struct tty_call *call = find_call(cmd);

    return call ? call->size : 0;
}

int tty_ioctl(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    const struct tty_call *call = find_call(cmd);
    int error = 0;

    if (tty_is_hung_up(t))
        error = -EIO;
    else if (!call)
        error = -ENOTTY;
    else if (call->needs_foreground)
        error = tty_check_foreground(t, SIGTTOU);
    if (error == -EIO && cmd == TIOCSPGRP)
        return -ENOTTY;                 /* whose group may not be set is none of the caller's */
    return error ? error : call->fn(t, cmd, value, u);
}

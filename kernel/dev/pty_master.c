/* SPDX-License-Identifier: MIT */
/*
 * pty_master.c - what a program does with the master of a pseudo terminal.
 *
 * Settings, size and groups are those of the slave: only calls that mean something
 * else here are in the table, the rest is the terminal's.
 */
#include "kernel/dev/pty_impl.h"
#include "kernel/dev/tty_impl.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/poll.h"
#include "lib/abi/signal.h"
#include "lib/bitops.h"

#define CHUNK 256

/* Reading */

/* Move what there is to the program; *DONE counts it.  read_lock is held. */
static int copy_output(struct pty *p, struct uio *uio, size_t *done)
{
    uint8_t buf[CHUNK];
    size_t n;
    int error = 0;

    while (!error && uio->resid > 0 && (n = pty_take(p, buf, MIN(uio->resid, sizeof(buf)))) > 0) {
        error = uio_write(uio, buf, n);
        if (!error)
            *done += n;
    }
    return error;
}

/* Copy and wait until there is something, or never will be.  The slave's last words are
 * looked for after its end was seen. */
static int read_loop(struct pty *p, struct uio *uio, bool nonblock, size_t *done)
{
    for (;;) {
        bool left = pty_is_left(p);
        int error = copy_output(p, uio, done);

        if (error || *done > 0)
            return error;
        if (left)
            return -EIO;
        if (nonblock)
            return -EAGAIN;
        if (wait_event_interruptible(&p->read_wait, pty_count(p) > 0 || pty_is_left(p)))
            return -ERESTARTSYS;
    }
}

ssize_t pty_read(struct pty *p, struct uio *uio, bool nonblock)
{
    size_t done = 0;
    int error;

    if (uio->resid == 0)
        return 0;
    error = tty_enter(&p->read_lock, nonblock);
    if (error)
        return error;
    error = read_loop(p, uio, nonblock, &done);
    mutex_unlock(&p->read_lock);
    return done > 0 ? (ssize_t)done : error;
}

/* Writing */

/* Type N bytes of BUF; *TYPED says how many were.  write_lock is held. */
static int type(struct pty *p, const uint8_t *buf, size_t n, bool nonblock, size_t *typed)
{
    size_t more;

    for (*typed = 0; *typed < n; *typed += more) {
        tty_forget_wake(&p->tty);
        more = tty_receive(&p->tty, buf + *typed, n - *typed);
        if (more > 0)
            continue;
        if (nonblock)
            return -EAGAIN;
        if (tty_wait_for_wake(&p->tty))
            return -ERESTARTSYS;
    }
    return 0;
}

static int write_loop(struct pty *p, struct uio *uio, bool nonblock)
{
    uint8_t buf[CHUNK];

    while (uio->resid > 0) {
        size_t before = uio->resid, n, typed;
        int copy_error = uio_read(uio, buf, MIN(before, sizeof(buf))), error;

        n = before - uio->resid;
        error = type(p, buf, n, nonblock, &typed);
        uio_revert(uio, n - typed);
        if (error || copy_error)
            return error ? error : copy_error;
        /* What the line discipline swallows takes no room: nothing else might end this. */
        if (uio->resid > 0 && thread_signal_pending())
            return -ERESTARTSYS;
        cond_resched();
    }
    return 0;
}

ssize_t pty_write(struct pty *p, struct uio *uio, bool nonblock)
{
    size_t wanted = uio->resid;
    int error = tty_enter(&p->write_lock, nonblock);

    if (error)
        return error;
    error = write_loop(p, uio, nonblock);
    mutex_unlock(&p->write_lock);
    return uio->resid < wanted ? (ssize_t)(wanted - uio->resid) : error;
}

uint32_t pty_poll(struct pty *p)
{
    uint32_t mask = pty_is_left(p) ? POLLHUP : 0;

    if (pty_count(p) > 0)
        mask |= POLLIN | POLLRDNORM;
    if (tty_has_input_room(&p->tty))
        mask |= POLLOUT | POLLWRNORM;
    return mask;
}

/* Calls of ioctl(2) */

static int get_number(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    int n = 0;                          /* TIOCOUTQ: what was written is typed */

    (void)value;
    if (cmd == TIOCGPTN)
        n = (int)p->index;
    else if (cmd == TIOCGPTLCK)
        n = __atomic_load_n(&p->locked, __ATOMIC_RELAXED);
    else if (cmd == FIONREAD)
        n = (int)pty_count(p);
    else if (cmd == TIOCGPGRP || cmd == TIOCGSID)
        n = tty_group_of(&p->tty, cmd);
    return n < 0 ? n : uio_write(u, &n, sizeof(n));
}

static int set_lock(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    int on, error = uio_read(u, &on, sizeof(on));

    (void)cmd, (void)value;
    if (error)
        return error;
    spin_lock(&p->lock);
    p->locked = on;
    spin_unlock(&p->lock);
    return 0;
}

static int send_signal(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    (void)cmd, (void)u;
    if (value != SIGINT && value != SIGQUIT && value != SIGTSTP)
        return -EINVAL;
    tty_signal_pgrp(tty_group_of(&p->tty, TIOCGPGRP), (int)value);
    return 0;
}

static int flush(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    (void)cmd, (void)u;
    if (value > TCIOFLUSH)
        return -EINVAL;
    if (value != TCOFLUSH)
        pty_discard(p);
    return 0;
}

static int do_nothing(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    (void)p, (void)cmd, (void)value, (void)u;
    return 0;
}

/* The master itself is nobody's controlling terminal; its output cannot be stopped by hand. */
static int refuse(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    (void)p, (void)cmd, (void)value, (void)u;
    return -ENOTTY;
}

static const struct master_call {
    uint32_t cmd;
    uint16_t size;
    int (*fn)(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u);
} calls[] = {
    { TIOCGPTN,   sizeof(int), get_number },
    { TIOCGPTLCK, sizeof(int), get_number },
    { FIONREAD,   sizeof(int), get_number },
    { TIOCOUTQ,   sizeof(int), get_number },
    { TIOCGPGRP,  sizeof(int), get_number },
    { TIOCGSID,   sizeof(int), get_number },
    { TIOCSPTLCK, sizeof(int), set_lock },
    { TIOCSIG,    0,           send_signal },
    { TCFLSH,     0,           flush },
    { TCSBRK,     0,           do_nothing },
    { TCSBRKP,    0,           do_nothing },
    { TIOCNOTTY,  0,           refuse },
    { TCXONC,     0,           refuse },
};

static const struct master_call *find_call(uint32_t cmd)
{
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
        if (calls[i].cmd == cmd)
            return &calls[i];
    }
    return NULL;
}

size_t pty_ioctl_size(uint32_t cmd)
{
    const struct master_call *call = find_call(cmd);

    return call ? call->size : tty_ioctl_size(cmd);
}

int pty_ioctl(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u)
{
    const struct master_call *call = find_call(cmd);

    return call ? call->fn(p, cmd, value, u) : tty_ioctl(&p->tty, cmd, value, u);
}

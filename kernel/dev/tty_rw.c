/* SPDX-License-Identifier: MIT */
/*
 * tty_rw.c - reading and writing a terminal, and waiting until one can.
 *
 * Bytes cross to and from programs with only read_lock or write_lock held,
 * because that may fault; the short-term lock is held while the line discipline
 * works, and no longer.
 */
#include "kernel/dev/tty_impl.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/abi/poll.h"
#include "lib/abi/signal.h"
#include "lib/bitops.h"

#define READ_CHUNK 256
#define DECISECOND_NS 100000000ULL

int tty_enter(struct mutex *m, bool nonblock)
{
    if (nonblock)
        return mutex_trylock(m) ? 0 : -EAGAIN;
    return mutex_lock_interruptible(m) ? -ERESTARTSYS : 0;
}

/* Reading */

/* One read(2) under way. */
struct reading {
    struct tty *t;
    struct uio *uio;
    size_t done;
    bool nonblock;
    bool finished;              /* a line, or an end of file, was read */
    uint32_t seq;               /* of the input when we last looked    */
    uint64_t deadline;          /* VTIME, monotonic ns                 */
};

static uint64_t deadline_after(const struct termios *tio)
{
    return tio->c_cc[VTIME] ? clock_monotonic_ns() + tio->c_cc[VTIME] * DECISECOND_NS : UINT64_MAX;
}

/* Move what is there to the program.  The lock is held, and let go while copying:
 * only a change of settings can happen meanwhile, as readers come one by one. */
static int copy_input(struct reading *r)
{
    struct tty *t = r->t;
    uint8_t buf[READ_CHUNK];

    while (!r->finished && r->uio->resid > 0 && ldisc_is_readable(&t->ldisc, 1)) {
        bool canonical = t->ldisc.termios.c_lflag & ICANON, end;
        size_t n = ldisc_take(&t->ldisc, buf, MIN(r->uio->resid, sizeof(buf)), &end);
        int error;

        tty_unlock(t);
        error = uio_write(r->uio, buf, n);
        tty_lock(t);
        if (error)
            return error;
        r->done += n;
        r->finished = canonical && end;
        r->deadline = deadline_after(&t->ldisc.termios);
    }
    return 0;
}

/* Whether the bytes read so far are all the program gets now. */
static bool is_satisfied(const struct reading *r)
{
    const struct termios *tio = &r->t->ldisc.termios;

    if (r->finished || r->uio->resid == 0)
        return true;
    if (tio->c_lflag & ICANON)
        return r->done > 0;
    if (tio->c_cc[VMIN] == 0)
        return r->done > 0 || tio->c_cc[VTIME] == 0;
    return r->done >= tio->c_cc[VMIN];
}

/* When to give up waiting: VTIME counts from the start if VMIN is 0, else from
 * the last byte. */
static uint64_t wait_deadline(const struct reading *r)
{
    const struct termios *tio = &r->t->ldisc.termios;

    if ((tio->c_lflag & ICANON) || (tio->c_cc[VMIN] > 0 && r->done == 0))
        return UINT64_MAX;
    return r->deadline;
}

/* Sleep until the input changes.  Nothing held.  0, -ERESTARTSYS, or -ETIME. */
static int wait_for_input(struct reading *r, uint64_t deadline)
{
    struct waiter w = { 0 };
    bool in_time = true;

    wait_begin(&r->t->read_wait, &w, THREAD_SLEEPING);
    if (__atomic_load_n(&r->t->input_seq, __ATOMIC_ACQUIRE) == r->seq &&
        !thread_signal_pending())
        in_time = schedule_until(deadline);
    wait_end(&r->t->read_wait, &w);
    if (thread_signal_pending())
        return -ERESTARTSYS;
    return in_time ? 0 : -ETIME;
}

/* Copy and wait until the program has what it asked for. */
static int read_loop(struct reading *r)
{
    struct tty *t = r->t;
    uint64_t deadline;
    int error;

    for (;;) {
        bool satisfied;

        tty_lock(t);
        r->seq = __atomic_load_n(&t->input_seq, __ATOMIC_ACQUIRE);
        error = copy_input(r);
        satisfied = is_satisfied(r);
        if (!error && !satisfied && t->hung_up)
            error = -EIO;
        deadline = wait_deadline(r);
        tty_unlock(t);
        if (error || satisfied)
            return error;
        if (r->nonblock)
            return -EAGAIN;
        error = wait_for_input(r, deadline);
        if (error)
            return error == -ETIME ? 0 : error;
    }
}

ssize_t tty_read(struct tty *t, struct uio *uio, bool nonblock)
{
    struct reading r = { .t = t, .uio = uio, .nonblock = nonblock };
    int error;

    if (tty_is_hung_up(t))
        return 0;
    error = tty_check_foreground(t, SIGTTIN);
    if (error || uio->resid == 0)
        return error;
    error = tty_enter(&t->read_lock, nonblock);
    if (error)
        return error;
    r.deadline = deadline_after(&t->ldisc.termios);
    error = read_loop(&r);
    mutex_unlock(&t->read_lock);
    if (t->ops->has_input(t->port))     /* it waits until there is room for it */
        tty_wake_feeder(t);
    return r.done > 0 ? (ssize_t)r.done : error;
}

/* Writing */

static bool has_room(struct tty *t)
{
    return t->ops->room(t->port) >= TTY_ROOM_WANTED;
}

/* Send N staged bytes; *SENT says how many went.  write_lock is held. */
static int send_stage(struct tty *t, size_t n, bool nonblock, size_t *sent)
{
    *sent = 0;
    for (;;) {
        if (tty_is_hung_up(t))
            return -EIO;
        tty_lock(t);
        *sent += ldisc_write(&t->ldisc, t->stage + *sent, n - *sent);
        tty_unlock(t);
        t->ops->start(t->port);
        if (*sent == n)
            return 0;
        if (nonblock)
            return -EAGAIN;
        if (wait_event_interruptible(&t->write_wait, has_room(t) || tty_is_hung_up(t)))
            return -ERESTARTSYS;
    }
}

/* Copy from the program, send, until all is sent or something is in the way. */
static int write_loop(struct tty *t, struct uio *uio, bool nonblock)
{
    while (uio->resid > 0) {
        size_t before = uio->resid, n, sent;
        int copy_error = uio_read(uio, t->stage, MIN(before, sizeof(t->stage))), error;

        n = before - uio->resid;
        error = send_stage(t, n, nonblock, &sent);
        uio_revert(uio, n - sent);
        if (error || copy_error)
            return error ? error : copy_error;
        /* What is sent as nothing takes no room: nothing else might end this. */
        if (uio->resid > 0 && thread_signal_pending())
            return -ERESTARTSYS;
        cond_resched();
    }
    return 0;
}

ssize_t tty_write(struct tty *t, struct uio *uio, bool nonblock)
{
    bool stops = __atomic_load_n(&t->ldisc.termios.c_lflag, __ATOMIC_RELAXED) & TOSTOP;
    size_t wanted = uio->resid;
    int error;

    if (tty_is_hung_up(t))
        return -EIO;
    error = stops ? tty_check_foreground(t, SIGTTOU) : 0;
    if (error)
        return error;
    error = tty_enter(&t->write_lock, nonblock);
    if (error)
        return error;
    error = write_loop(t, uio, nonblock);
    mutex_unlock(&t->write_lock);
    return uio->resid < wanted ? (ssize_t)(wanted - uio->resid) : error;
}

uint32_t tty_poll(struct tty *t)
{
    const struct termios *tio = &t->ldisc.termios;
    uint32_t mask = 0;

    if (tty_is_hung_up(t))
        return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR | POLLHUP;
    tty_lock(t);
    if (ldisc_is_readable(&t->ldisc, tio->c_cc[VTIME] ? 1 : tio->c_cc[VMIN]))
        mask |= POLLIN | POLLRDNORM;
    tty_unlock(t);
    if (has_room(t))
        mask |= POLLOUT | POLLWRNORM;
    return mask;
}

/* SPDX-License-Identifier: MIT */
/*
 * tty.c - terminals: who waits for what, and job control.
 *
 * What bytes mean is the line discipline's business; this file gives it a lock,
 * a worker, readers and writers.  Bytes cross to and from programs with only
 * read_lock or write_lock held, because that may fault; the short-term lock is
 * held while the line discipline works, and no longer.
 */
#include "kernel/dev/tty.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/poll.h"
#include "lib/abi/signal.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define READ_CHUNK 256
#define RECEIVE_CHUNK 64
#define DECISECOND_NS 100000000ULL
#define BREAK_NS      250000000ULL

static const struct tty_process_ops *process_ops;
static struct list terminals = LIST_INIT(terminals);
static struct spinlock terminals_lock = SPINLOCK_INIT(RANK_DEVICE, "terminals");

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

static void signal_pgrp(int pgrp, int sig)
{
    const struct tty_process_ops *ops = get_process_ops();

    if (ops && pgrp > 0)
        ops->signal_pgrp(pgrp, sig);
}

/* The lock; perhaps below read_lock or write_lock, which have the same rank. */
static void lock_tty(struct tty *t)
{
    mutex_lock_nested(&t->lock);
}

static void unlock_tty(struct tty *t)
{
    mutex_unlock(&t->lock);
}

static int get_pgrp(struct tty *t)
{
    int pgrp;

    lock_tty(t);
    pgrp = t->pgrp;
    unlock_tty(t);
    return pgrp;
}

/* What the line discipline asks for; the lock is held */

static struct tty *tty_of(struct tty_ldisc *ld)
{
    return container_of(ld, struct tty, ldisc);
}

static size_t ldisc_op_room(struct tty_ldisc *ld)
{
    struct tty *t = tty_of(ld);

    return t->ops->room(t->port);
}

static void ldisc_op_emit(struct tty_ldisc *ld, const uint8_t *s, size_t n)
{
    struct tty *t = tty_of(ld);

    t->ops->put(t->port, s, n);
}

static void ldisc_op_signal(struct tty_ldisc *ld, int sig)
{
    tty_of(ld)->due_signals |= (uint64_t)1 << sig;
}

static void ldisc_op_set_stopped(struct tty_ldisc *ld, bool stopped)
{
    struct tty *t = tty_of(ld);

    t->ops->set_stopped(t->port, stopped);
}

static void ldisc_op_discard(struct tty_ldisc *ld)
{
    struct tty *t = tty_of(ld);

    t->ops->discard(t->port);
}

static const struct ldisc_ops ldisc_ops = {
    .room = ldisc_op_room,
    .emit = ldisc_op_emit,
    .signal = ldisc_op_signal,
    .set_stopped = ldisc_op_set_stopped,
    .discard = ldisc_op_discard,
};

/* The worker */

static void kick_worker(struct tty *t)
{
    __atomic_store_n(&t->worker_kicked, true, __ATOMIC_RELEASE);
    wake_up_all(&t->worker_wait);
}

static void input_changed(struct tty *t)
{
    __atomic_fetch_add(&t->input_seq, 1, __ATOMIC_RELEASE);
    wake_up_all(&t->read_wait);
}

static void send_signals(int pgrp, uint64_t due)
{
    for (; due; due &= due - 1)
        signal_pgrp(pgrp, (int)ctz64(due));
}

/* Take some bytes from the port, as far as there is room; true if there were any. */
static bool receive(struct tty *t)
{
    uint8_t buf[RECEIVE_CHUNK];
    uint64_t due;
    size_t n;
    int pgrp;

    lock_tty(t);
    n = t->ops->get(t->port, buf, MIN(ldisc_room(&t->ldisc), sizeof(buf)));
    for (size_t i = 0; i < n; i++)
        ldisc_receive(&t->ldisc, buf[i]);
    due = t->due_signals;
    t->due_signals = 0;
    pgrp = t->pgrp;
    unlock_tty(t);
    if (n == 0)
        return false;
    t->ops->start(t->port);
    send_signals(pgrp, due);
    input_changed(t);
    return true;
}

static void worker(void *arg)
{
    struct tty *t = arg;

    for (;;) {
        (void)wait_event_interruptible(&t->worker_wait,
                                       __atomic_load_n(&t->worker_kicked, __ATOMIC_ACQUIRE));
        __atomic_store_n(&t->worker_kicked, false, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);    /* clear first, then look */
        while (receive(t))
            continue;
    }
}

void tty_input_arrived(struct tty *t)
{
    kick_worker(t);
}

void tty_output_sent(struct tty *t)
{
    wake_up_all(&t->write_wait);
}

/* Job control */

/* May the running process, perhaps in the background, do what SIG is about? */
static int check_foreground(struct tty *t, int sig)
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
    signal_pgrp(caller.pgrp, sig);
    return -ERESTARTSYS;
}

/* The caller, whose controlling terminal this is; -ENOTTY otherwise. */
static int get_owner(struct tty *t, struct tty_caller *caller)
{
    return get_caller(caller) && caller->tty == t ? 0 : -ENOTTY;
}

/* The terminal becomes that of the caller's session.  -EPERM: it has another. */
static int acquire(struct tty *t, const struct tty_caller *caller, bool steal)
{
    int error = 0;

    lock_tty(t);
    if (t->session == 0 || t->session == caller->session || steal) {
        t->session = caller->session;
        t->pgrp = caller->pgrp;
    } else {
        error = -EPERM;
    }
    unlock_tty(t);
    if (!error)
        get_process_ops()->set_tty(t);
    return error;
}

void tty_opened(struct tty *t, bool noctty)
{
    struct tty_caller caller;

    if (!noctty && get_caller(&caller) && caller.is_leader && !caller.tty)
        acquire(t, &caller, false);
}

void tty_end_session(struct tty *t, int session)
{
    int pgrp = 0;

    lock_tty(t);
    if (t->session == session) {
        pgrp = t->pgrp;
        t->session = t->pgrp = 0;
    }
    unlock_tty(t);
    signal_pgrp(pgrp, SIGHUP);
    signal_pgrp(pgrp, SIGCONT);
}

struct tty *tty_current(void)
{
    struct tty_caller caller;

    return get_caller(&caller) ? caller.tty : NULL;
}

/* One reader, one writer at a time.  0, -EAGAIN or -ERESTARTSYS. */
static int enter(struct mutex *m, bool nonblock)
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

        unlock_tty(t);
        error = uio_write(r->uio, buf, n);
        lock_tty(t);
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

        lock_tty(t);
        r->seq = __atomic_load_n(&t->input_seq, __ATOMIC_ACQUIRE);
        error = copy_input(r);
        satisfied = is_satisfied(r);
        deadline = wait_deadline(r);
        unlock_tty(t);
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
    int error = check_foreground(t, SIGTTIN);

    if (error || uio->resid == 0)
        return error;
    error = enter(&t->read_lock, nonblock);
    if (error)
        return error;
    r.deadline = deadline_after(&t->ldisc.termios);
    error = read_loop(&r);
    mutex_unlock(&t->read_lock);
    if (t->ops->has_input(t->port))     /* it waits until there is room for it */
        kick_worker(t);
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
        lock_tty(t);
        *sent += ldisc_write(&t->ldisc, t->stage + *sent, n - *sent);
        unlock_tty(t);
        t->ops->start(t->port);
        if (*sent == n)
            return 0;
        if (nonblock)
            return -EAGAIN;
        if (wait_event_interruptible(&t->write_wait, has_room(t)))
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
    }
    return 0;
}

ssize_t tty_write(struct tty *t, struct uio *uio, bool nonblock)
{
    bool stops = __atomic_load_n(&t->ldisc.termios.c_lflag, __ATOMIC_RELAXED) & TOSTOP;
    int error = stops ? check_foreground(t, SIGTTOU) : 0;
    size_t wanted = uio->resid;

    if (error)
        return error;
    error = enter(&t->write_lock, nonblock);
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

    lock_tty(t);
    if (ldisc_is_readable(&t->ldisc, tio->c_cc[VTIME] ? 1 : tio->c_cc[VMIN]))
        mask |= POLLIN | POLLRDNORM;
    unlock_tty(t);
    if (has_room(t))
        mask |= POLLOUT | POLLWRNORM;
    return mask;
}

/* Settings: one function for each group of calls */

static int drain(struct tty *t)
{
    return wait_event_interruptible(&t->write_wait, t->ops->unsent(t->port) == 0) ?
           -ERESTARTSYS : 0;
}

static void flush_input(struct tty *t)
{
    uint8_t buf[RECEIVE_CHUNK];

    lock_tty(t);
    while (t->ops->get(t->port, buf, sizeof(buf)) > 0)
        continue;
    ldisc_flush_input(&t->ldisc);
    unlock_tty(t);
}

static int get_termios(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct termios tio;

    (void)cmd, (void)value;
    lock_tty(t);
    tio = t->ldisc.termios;
    unlock_tty(t);
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
    lock_tty(t);
    ldisc_set_termios(&t->ldisc, &tio);
    unlock_tty(t);
    input_changed(t);
    kick_worker(t);
    return 0;
}

static int get_winsize(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct winsize ws;

    (void)cmd, (void)value;
    lock_tty(t);
    ws = t->winsize;
    unlock_tty(t);
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
    lock_tty(t);
    changed = memcmp(&ws, &t->winsize, sizeof(ws)) != 0;
    t->winsize = ws;
    pgrp = t->pgrp;
    unlock_tty(t);
    if (changed)
        signal_pgrp(pgrp, SIGWINCH);
    return 0;
}

static int get_group(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct tty_caller caller;
    int error = get_owner(t, &caller), id;

    (void)value;
    if (error)
        return error;
    lock_tty(t);
    id = cmd == TIOCGSID ? t->session : t->pgrp;
    unlock_tty(t);
    if (cmd == TIOCGSID && id == 0)
        return -ENOTTY;
    return uio_write(u, &id, sizeof(id));
}

static int set_group(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
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
    lock_tty(t);
    t->pgrp = pgrp;
    unlock_tty(t);
    return 0;
}

static int set_controlling(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
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

static int give_up_controlling(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    struct tty_caller caller;
    int error = get_owner(t, &caller);

    (void)cmd, (void)value, (void)u;
    if (error)
        return error;
    if (caller.is_leader)
        tty_end_session(t, caller.session);
    get_process_ops()->set_tty(NULL);
    return 0;
}

static int get_count(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u)
{
    int count;

    (void)value;
    lock_tty(t);
    count = (int)(cmd == FIONREAD ? ldisc_count(&t->ldisc) : t->ops->unsent(t->port));
    unlock_tty(t);
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
    t->ops->send_break(t->port, true);
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
    lock_tty(t);
    if (value == TCOOFF || value == TCOON) {
        ldisc_set_stopped(&t->ldisc, value == TCOOFF);
    } else {
        c = t->ldisc.termios.c_cc[value == TCIOFF ? VSTOP : VSTART];
        if (c && t->ops->room(t->port) > 0)
            t->ops->put(t->port, &c, 1);
    }
    unlock_tty(t);
    t->ops->start(t->port);
    return 0;
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
    { TIOCGPGRP,  sizeof(int),            false, get_group },
    { TIOCGSID,   sizeof(int),            false, get_group },
    { TIOCSPGRP,  sizeof(int),            true,  set_group },
    { TIOCSCTTY,  0,                      false, set_controlling },
    { TIOCNOTTY,  0,                      false, give_up_controlling },
    { FIONREAD,   sizeof(int),            false, get_count },
    { TIOCOUTQ,   sizeof(int),            false, get_count },
    { TCFLSH,     0,                      true,  flush },
    { TCSBRK,     0,                      true,  send_break },
    { TCSBRKP,    0,                      true,  send_break },
    { TCXONC,     0,                      true,  control_flow },
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

    if (!call)
        return -ENOTTY;
    if (call->needs_foreground)
        error = check_foreground(t, SIGTTOU);
    return error ? error : call->fn(t, cmd, value, u);
}

/* All terminals */

struct tty *tty_create(const char *name, uint32_t major, uint32_t minor,
                       const struct tty_port_ops *ops, void *port)
{
    struct tty *t = kzalloc(sizeof(*t), GFP_KERNEL);
    uint64_t flags;

    if (!t)
        return NULL;
    strlcpy(t->name, name, sizeof(t->name));
    t->major = major;
    t->minor = minor;
    t->ops = ops;
    t->port = port;
    mutex_init(&t->read_lock, RANK_TTY, "tty reader");
    mutex_init(&t->write_lock, RANK_TTY, "tty writer");
    mutex_init(&t->lock, RANK_TTY, "tty");
    wait_queue_init(&t->read_wait);
    wait_queue_init(&t->write_wait);
    wait_queue_init(&t->worker_wait);
    ldisc_init(&t->ldisc, &ldisc_ops);
    if (kthread_run(worker, t, t->name)) {
        kfree(t);
        return NULL;
    }
    flags = spin_lock_irqsave(&terminals_lock);
    list_insert_tail(&terminals, &t->link);
    spin_unlock_irqrestore(&terminals_lock, flags);
    return t;
}

static struct tty *next_terminal(struct tty *t)
{
    struct list *link = t ? &t->link : &terminals, *next;
    uint64_t flags = spin_lock_irqsave(&terminals_lock);

    next = link->next;
    spin_unlock_irqrestore(&terminals_lock, flags);
    return next == &terminals ? NULL : list_entry(next, struct tty, link);
}

struct tty *tty_find(uint32_t major, uint32_t minor)
{
    struct tty *t = NULL;

    while ((t = next_terminal(t)) != NULL) {
        if (t->major == major && t->minor == minor)
            return t;
    }
    return NULL;
}

struct tty *tty_console(void)
{
    return next_terminal(NULL);
}

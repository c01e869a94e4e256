/* SPDX-License-Identifier: MIT */
/*
 * tty.c - terminals: the list of them, and how input gets from the port to the
 * line discipline.
 *
 * What bytes mean is the line discipline's business; this file gives it a lock,
 * a port and a worker.  Readers and writers are in tty_rw.c, the settings in
 * tty_ioctl.c, job control in tty_job.c.
 */
#include "kernel/dev/tty_impl.h"
#include "kernel/mm/kmalloc.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define RECEIVE_CHUNK 64

static struct list terminals = LIST_INIT(terminals);
static struct spinlock terminals_lock = SPINLOCK_INIT(RANK_DEVICE, "terminals");

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

void tty_kick_worker(struct tty *t)
{
    __atomic_store_n(&t->worker_kicked, true, __ATOMIC_RELEASE);
    wake_up_all(&t->worker_wait);
}

void tty_input_changed(struct tty *t)
{
    __atomic_fetch_add(&t->input_seq, 1, __ATOMIC_RELEASE);
    wake_up_all(&t->read_wait);
}

static void send_signals(int pgrp, uint64_t due)
{
    for (; due; due &= due - 1)
        tty_signal_pgrp(pgrp, (int)ctz64(due));
}

/* Take some bytes from the port, as far as there is room; true if there were any. */
static bool receive(struct tty *t)
{
    uint8_t buf[RECEIVE_CHUNK];
    uint64_t due;
    size_t n;
    int pgrp;

    tty_lock(t);
    n = t->ops->get(t->port, buf, MIN(ldisc_room(&t->ldisc), sizeof(buf)));
    for (size_t i = 0; i < n; i++)
        ldisc_receive(&t->ldisc, buf[i]);
    due = t->due_signals;
    t->due_signals = 0;
    pgrp = t->pgrp;
    tty_unlock(t);
    if (n == 0)
        return false;
    t->ops->start(t->port);
    send_signals(pgrp, due);
    tty_input_changed(t);
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
    tty_kick_worker(t);
}

void tty_output_sent(struct tty *t)
{
    wake_up_all(&t->write_wait);
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

/* SPDX-License-Identifier: MIT */
/*
 * tty.c - terminals: their life, and how input gets from the port to the line
 * discipline.
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

/* Input */

void tty_wake_feeder(struct tty *t)
{
    __atomic_store_n(&t->feeder_woken, true, __ATOMIC_RELEASE);
    wake_up_all(&t->feeder_wait);
}

void tty_forget_wake(struct tty *t)
{
    __atomic_store_n(&t->feeder_woken, false, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

int tty_wait_for_wake(struct tty *t)
{
    return wait_event_interruptible(&t->feeder_wait,
                                    __atomic_load_n(&t->feeder_woken, __ATOMIC_ACQUIRE));
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

/* The line discipline gets N bytes, for which it has room.  The lock is held, and let go. */
static void feed_and_unlock(struct tty *t, const uint8_t *buf, size_t n)
{
    uint64_t due;
    int pgrp;

    for (size_t i = 0; i < n; i++)
        ldisc_receive(&t->ldisc, buf[i]);
    due = t->due_signals;
    t->due_signals = 0;
    pgrp = t->pgrp;
    tty_unlock(t);
    if (n == 0)
        return;
    t->ops->start(t->port);
    send_signals(pgrp, due);
    tty_input_changed(t);
}

size_t tty_receive(struct tty *t, const uint8_t *buf, size_t n)
{
    tty_lock(t);
    n = MIN(n, ldisc_room(&t->ldisc));
    feed_and_unlock(t, buf, n);
    return n;
}

bool tty_has_input_room(struct tty *t)
{
    bool room;

    tty_lock(t);
    room = ldisc_room(&t->ldisc) > 0;
    tty_unlock(t);
    return room;
}

/* Take some bytes from the port, as far as there is room; true if there were any. */
static bool receive(struct tty *t)
{
    uint8_t buf[RECEIVE_CHUNK];
    size_t n;

    tty_lock(t);
    n = t->ops->get(t->port, buf, MIN(ldisc_room(&t->ldisc), sizeof(buf)));
    feed_and_unlock(t, buf, n);
    return n > 0;
}

static void worker(void *arg)
{
    struct tty *t = arg;

    for (;;) {
        (void)tty_wait_for_wake(t);     /* a kernel thread gets no signals */
        tty_forget_wake(t);
        while (receive(t))
            cond_resched();
    }
}

void tty_input_arrived(struct tty *t)
{
    tty_wake_feeder(t);
}

void tty_output_sent(struct tty *t)
{
    wake_up_all(&t->write_wait);
}

/* Life */

void tty_get(struct tty *t)
{
    __atomic_fetch_add(&t->refcount, 1, __ATOMIC_RELAXED);
}

void tty_put(struct tty *t)
{
    if (__atomic_sub_fetch(&t->refcount, 1, __ATOMIC_ACQ_REL) == 0)
        t->ops->release(t->port);
}

int tty_open(struct tty *t, bool noctty)
{
    int error = t->ops->open(t->port);

    if (!error)
        tty_opened(t, noctty);
    return error;
}

void tty_close(struct tty *t)
{
    t->ops->close(t->port);
}

void tty_init(struct tty *t, const char *name, uint32_t major, uint32_t minor,
              const struct tty_port_ops *ops, void *port)
{
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
    wait_queue_init(&t->feeder_wait);
    ldisc_init(&t->ldisc, &ldisc_ops);
    t->refcount = 1;
}

struct tty *tty_create(const char *name, uint32_t major, uint32_t minor,
                       const struct tty_port_ops *ops, void *port)
{
    struct tty *t = kzalloc(sizeof(*t), GFP_KERNEL);
    uint64_t flags;

    if (!t)
        return NULL;
    tty_init(t, name, major, minor, ops, port);
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

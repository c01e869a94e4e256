/* SPDX-License-Identifier: MIT */
/*
 * pty.c - the pair, and its slave's port: the ring that the master reads.
 *
 * The slave's input has no ring: pty_write feeds the line discipline itself, and
 * waits when that is full.
 */
#include "kernel/dev/pty_impl.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/fmt.h"

/* Terminal settings that a device's have, and this has not. */
#define NO_INPUT_FLAGS IUTF8
#define NO_CONTROL_FLAGS (HUPCL | CLOCAL)

/* Of what was printed, this much has reached the master and is not taken back, as on Linux. */
#define ARRIVED_MAX 4096

static struct list pairs = LIST_INIT(pairs);
static struct spinlock pairs_lock = SPINLOCK_INIT(RANK_DEVICE, "pseudo terminals");

/* How much the master may read.  The lock is held. */
static size_t count_locked(const struct pty *p)
{
    return (p->stopped ? p->held_from : p->out.head) - p->out.tail;
}

/* What the slave asks of its port */

static int port_open(void *port)
{
    struct pty *p = port;
    int error = -EIO;

    spin_lock(&p->lock);
    if (!p->locked && !p->master_closed) {
        p->nopen++;
        p->slave_closed = false;
        error = 0;
    }
    spin_unlock(&p->lock);
    return error;
}

static void port_close(void *port)
{
    struct pty *p = port;
    bool last;

    spin_lock(&p->lock);
    last = --p->nopen == 0;
    p->slave_closed = last;
    spin_unlock(&p->lock);
    if (last)
        wake_up_all(&p->read_wait);
}

static void port_release(void *port)
{
    struct pty *p = port;

    spin_lock(&pairs_lock);
    list_remove(&p->link);
    spin_unlock(&pairs_lock);
    kfree(p);
}

/* Nothing waits in front of the line discipline ... */
static size_t port_get(void *port, uint8_t *buf, size_t n)
{
    (void)port, (void)buf, (void)n;
    return 0;
}

/* ... but a writer of the master may, to be woken when there is room. */
static bool port_has_input(void *port)
{
    (void)port;
    return true;
}

/* While stopped, there is room for the echo only. */
static size_t port_room(void *port)
{
    struct pty *p = port;
    size_t room;

    spin_lock(&p->lock);
    room = ring_room(&p->out);
    if (p->stopped)
        room = MIN(room, (size_t)LDISC_ECHO_RESERVE);
    spin_unlock(&p->lock);
    return room;
}

static void port_put(void *port, const uint8_t *buf, size_t n)
{
    struct pty *p = port;

    spin_lock(&p->lock);
    ASSERT(n <= ring_room(&p->out));
    for (size_t i = 0; i < n; i++)
        ring_put(&p->out, (char)buf[i]);
    spin_unlock(&p->lock);
}

static void port_start(void *port)
{
    struct pty *p = port;

    wake_up_all(&p->read_wait);
}

/* What was put is with the master already: nobody waits until it is read. */
static size_t port_unsent(void *port)
{
    (void)port;
    return 0;
}

static void port_set_stopped(void *port, bool stopped)
{
    struct pty *p = port;

    spin_lock(&p->lock);
    p->stopped = stopped;
    p->held_from = p->out.head;
    spin_unlock(&p->lock);
    if (stopped)
        return;
    wake_up_all(&p->read_wait);
    tty_output_sent(&p->tty);
}

/* ^C forgets what is on the way to the master: what is held back, and too much to have arrived. */
static void port_discard(void *port)
{
    struct pty *p = port;

    spin_lock(&p->lock);
    p->out.head = p->out.tail + MIN(count_locked(p), (size_t)ARRIVED_MAX);
    p->held_from = p->out.head;
    spin_unlock(&p->lock);
    tty_output_sent(&p->tty);
}

static bool port_send_break(void *port, bool on)
{
    (void)port, (void)on;
    return false;
}

static const struct tty_port_ops port_ops = {
    .open = port_open,
    .close = port_close,
    .release = port_release,
    .get = port_get,
    .has_input = port_has_input,
    .room = port_room,
    .put = port_put,
    .start = port_start,
    .unsent = port_unsent,
    .set_stopped = port_set_stopped,
    .discard = port_discard,
    .send_break = port_send_break,
};

/* What the master asks */

size_t pty_count(struct pty *p)
{
    size_t n;

    spin_lock(&p->lock);
    n = count_locked(p);
    spin_unlock(&p->lock);
    return n;
}

size_t pty_take(struct pty *p, uint8_t *buf, size_t n)
{
    spin_lock(&p->lock);
    n = MIN(n, count_locked(p));
    for (size_t i = 0; i < n; i++)
        buf[i] = (uint8_t)ring_get(&p->out);
    spin_unlock(&p->lock);
    if (n > 0)
        tty_output_sent(&p->tty);
    return n;
}

void pty_discard(struct pty *p)
{
    spin_lock(&p->lock);
    p->out.tail = p->held_from = p->out.head;
    spin_unlock(&p->lock);
    tty_output_sent(&p->tty);
}

bool pty_is_left(struct pty *p)
{
    bool left;

    spin_lock(&p->lock);
    left = p->slave_closed;
    spin_unlock(&p->lock);
    return left;
}

/* Life */

/* Give P the lowest free number and a place among the others.  -ENOSPC: none is free. */
static int take_number(struct pty *p)
{
    struct list *next = &pairs;
    struct pty *other;
    int error = -ENOSPC;

    spin_lock(&pairs_lock);
    list_for_each_entry(other, &pairs, link) {
        next = &other->link;
        if (other->index != p->index)
            break;
        p->index++;
        next = &pairs;
    }
    if (p->index < PTY_MAX) {
        list_insert_before(next, &p->link);
        error = 0;
    }
    spin_unlock(&pairs_lock);
    return error;
}

static void init_pair(struct pty *p)
{
    char name[16];

    fmt_snprintf(name, sizeof(name), "pts/%u", p->index);
    tty_init(&p->tty, name, PTY_SLAVE_MAJOR, p->index, &port_ops, p);
    p->tty.ldisc.termios.c_iflag &= ~(uint32_t)NO_INPUT_FLAGS;
    p->tty.ldisc.termios.c_cflag &= ~(uint32_t)NO_CONTROL_FLAGS;
    p->locked = true;
    p->out = (struct ring){ .bytes = p->bytes, .size = PTY_RING_SIZE };
    spin_init(&p->lock, RANK_DEVICE, "pseudo terminal");
    mutex_init(&p->read_lock, RANK_TTY, "master's reader");
    mutex_init(&p->write_lock, RANK_TTY, "master's writer");
    wait_queue_init(&p->read_wait);
}

int pty_create(struct pty **out)
{
    struct pty *p = kzalloc(sizeof(*p), GFP_KERNEL);
    int error = p ? take_number(p) : -ENOMEM;

    if (error) {
        kfree(p);
        return error;
    }
    init_pair(p);
    *out = p;
    return 0;
}

void pty_close_master(struct pty *p)
{
    spin_lock(&p->lock);
    p->master_closed = true;
    spin_unlock(&p->lock);
    tty_hang_up(&p->tty);
    tty_put(&p->tty);
}

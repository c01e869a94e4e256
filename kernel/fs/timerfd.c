/* SPDX-License-Identifier: MIT */
/*
 * timerfd.c - timers that are files.
 *
 * When a timer expires it is not armed again, though it has an interval: who reads it
 * works out how many intervals have passed and arms it for the next.  So nobody can
 * keep a hart busy with a short interval.
 */
#include "kernel/fs/timerfd.h"
#include "kernel/fs/anon_file.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/poll.h"

struct timerfd {
    struct timer timer;
    enum timer_clock clock;         /*                                           [c] */
    enum timer_clock counts_by;     /* a span of time is always monotonic        [l] */
    bool set;                       /*                                           [l] */
    bool expired;                   /* NEXT has passed; the timer is not armed   [l] */
    bool cancels;                   /* listed: TFD_TIMER_CANCEL_ON_SET           [l] */
    bool cancelled;                 /* the clock was set, and no call said so    [l] */
    uint64_t next, interval;        /* ns                                        [l] */
    uint64_t count;                 /* expired so often since the last read      [l] */
    uint32_t flags;                 /* TFD_TIMER_* of the last setting           [l] */
    struct list link;               /* in listening, if CANCELS                  [l] */
    struct wait_queue changed;
};

/* One lock for all: the timer interrupt takes it, and nothing under it takes long. */
static struct spinlock lock = SPINLOCK_INIT(RANK_TIMER_FILE, "timer files");    /* [l] */
static struct list listening = LIST_INIT(listening);

/* Since the timer was found due it, or the clock, may have been set anew. */
static void expire(struct timer *timer)
{
    struct timerfd *t = container_of(timer, struct timerfd, timer);
    uint64_t flags = spin_lock_irqsave(&lock);
    bool due;                   /* EXPIRED may be cleared again once the lock is open */

    if (!t->set || t->expired) {
        spin_unlock_irqrestore(&lock, flags);
        return;
    }
    due = t->next <= clock_now_ns(t->counts_by);
    t->expired = due;
    if (due)
        t->count++;
    else
        timer_arm_by(&t->timer, t->counts_by, t->next);
    spin_unlock_irqrestore(&lock, flags);
    if (due)
        wake_up_all(&t->changed);
}

/* An expired timer with an interval goes on; the intervals it has missed count.  If the clock
 * was set back to before NEXT, not even the expiry that was counted has happened. */
static void go_on(struct timerfd *t)
{
    if (!t->expired || !t->interval)
        return;
    ASSERT(t->count > 0);
    t->expired = false;
    t->count += timer_forward(&t->next, t->interval, clock_now_ns(t->counts_by)) - 1;
    timer_arm_by(&t->timer, t->counts_by, t->next);
}

static void read_setting(struct timerfd *t, struct timer_setting *out)
{
    uint64_t now = clock_now_ns(t->counts_by);

    go_on(t);
    out->interval = t->interval;
    out->value = t->set && t->next > now ? t->next - now : 0;
}

static void listen_to_clock(struct timerfd *t, bool cancels)
{
    if (cancels && !t->cancels)
        list_insert_tail(&listening, &t->link);
    else if (!cancels && t->cancels)
        list_remove(&t->link);
    t->cancels = cancels;
    t->cancelled &= cancels;
}

static void set_locked(struct timerfd *t, uint32_t flags, const struct timer_setting *new)
{
    bool absolute = flags & TFD_TIMER_ABSTIME;

    timer_disarm(&t->timer);
    listen_to_clock(t, absolute && (flags & TFD_TIMER_CANCEL_ON_SET)
                       && t->clock == TIMER_REALTIME);
    t->counts_by = absolute ? t->clock : TIMER_MONOTONIC;
    t->flags = flags;
    t->set = new->value > 0;
    t->next = new->value + (absolute ? 0 : clock_monotonic_ns());
    t->interval = new->interval;
    t->expired = false;
    t->count = 0;
    if (t->set)
        timer_arm_by(&t->timer, t->counts_by, t->next);
}

static bool take_cancelled(struct timerfd *t)
{
    bool cancelled = t->cancelled;

    t->cancelled = false;
    return cancelled;
}

/* The count, which is 0 if the clock was set back to before the expiry; -EAGAIN: it has not
 * expired; -ECANCELED: and it does not go on until it is set again. */
static int take_count(struct timerfd *t, uint64_t *count)
{
    uint64_t flags = spin_lock_irqsave(&lock);
    int err = 0;

    if (take_cancelled(t)) {
        t->count = 0;
        t->expired = false;
        err = -ECANCELED;
    } else if (!t->count) {
        err = -EAGAIN;
    } else {
        go_on(t);
        *count = t->count;
        t->count = 0;
    }
    spin_unlock_irqrestore(&lock, flags);
    return err;
}

static bool is_ready(const struct timerfd *t)
{
    return __atomic_load_n(&t->count, __ATOMIC_RELAXED)
           || __atomic_load_n(&t->cancelled, __ATOMIC_RELAXED);
}

static ssize_t timerfd_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct timerfd *t = f->private;
    uint64_t count;
    int err;

    (void)pos;
    if (uio->resid < sizeof(count))
        return -EINVAL;
    while ((err = take_count(t, &count)) == -EAGAIN && !(f->flags & O_NONBLOCK))
        if (wait_event_interruptible(&t->changed, is_ready(t)))
            return -ERESTARTSYS;
    if (err)
        return err;
    if (!count)
        return f->flags & O_NONBLOCK ? -EAGAIN : 0;
    return uio_write(uio, &count, sizeof(count)) ? -EFAULT : (ssize_t)sizeof(count);
}

static uint32_t timerfd_poll(struct file *f, struct poll_table *pt)
{
    struct timerfd *t = f->private;

    poll_wait(pt, &t->changed);
    return is_ready(t) ? POLLIN : 0;
}

static void timerfd_release(struct file *f)
{
    struct timerfd *t = f->private;
    uint64_t flags = spin_lock_irqsave(&lock);

    listen_to_clock(t, false);
    t->set = false;
    spin_unlock_irqrestore(&lock, flags);
    timer_fini(&t->timer);
    kfree(t);
}

static const struct file_operations timerfd_file_ops = {
    FILE_OPS_ANON,
    .read = timerfd_read,
    .write = file_op_write_refuse,
    .seek = file_op_seek_nowhere,
    .poll = timerfd_poll,
    .release = timerfd_release,
};

int timerfd_create(enum timer_clock clock, uint32_t flags, const struct cred *cred,
                   struct file **out)
{
    struct timerfd *t = kzalloc(sizeof(*t), GFP_KERNEL);
    int err;

    if (!t)
        return -ENOMEM;
    timer_setup(&t->timer, expire);
    wait_queue_init(&t->changed);
    t->clock = clock;
    err = anon_file_create("[timerfd]", &timerfd_file_ops, O_RDWR | (flags & TFD_NONBLOCK), t,
                           cred, out);
    if (err)
        kfree(t);
    return err;
}

int timerfd_set(struct file *f, uint32_t flags, const struct timer_setting *new,
                struct timer_setting *old)
{
    struct timerfd *t = f->private;
    uint64_t irq;
    int err;

    if (f->ops != &timerfd_file_ops)
        return -EINVAL;
    irq = spin_lock_irqsave(&lock);
    read_setting(t, old);
    set_locked(t, flags, new);
    err = new->value && take_cancelled(t) ? -ECANCELED : 0;
    spin_unlock_irqrestore(&lock, irq);
    return err;
}

int timerfd_get(struct file *f, struct timer_setting *now)
{
    struct timerfd *t = f->private;
    uint64_t irq;

    if (f->ops != &timerfd_file_ops)
        return -EINVAL;
    irq = spin_lock_irqsave(&lock);
    read_setting(t, now);
    spin_unlock_irqrestore(&lock, irq);
    return 0;
}

bool timerfd_get_info(struct file *f, struct timerfd_info *info)
{
    struct timerfd *t = f->private;
    uint64_t irq;

    if (f->ops != &timerfd_file_ops)
        return false;
    irq = spin_lock_irqsave(&lock);
    read_setting(t, &info->setting);
    info->clock = t->clock;
    info->flags = t->flags;
    info->count = t->count;
    spin_unlock_irqrestore(&lock, irq);
    return true;
}

void timerfd_clock_was_set(void)
{
    uint64_t flags = spin_lock_irqsave(&lock);
    struct timerfd *t;

    list_for_each_entry(t, &listening, link) {
        t->cancelled = true;
        wake_up_all(&t->changed);
    }
    spin_unlock_irqrestore(&lock, flags);
}

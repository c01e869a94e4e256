/* SPDX-License-Identifier: MIT */
/*
 * eventfd.c - a 64-bit counter behind a descriptor, to wake who polls it.
 *
 * A read takes all of it (of a semaphore: one) and waits while it is 0; a write adds, and
 * waits while the sum would pass the largest value but one.
 */
#include "kernel/fs/eventfd.h"
#include "kernel/fs/anon_file.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/poll.h"

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
    struct mutex lock;                  /* RANK_PIPE                       */
    uint64_t count;                     /*                             [l] */
    bool is_semaphore;                  /*                             [c] */
    unsigned id;                        /*                             [c] */
    struct wait_queue changed;
};

static unsigned nr_made;

static uint64_t count_of(const struct eventfd *e)
{
    return __atomic_load_n(&e->count, __ATOMIC_RELAXED);
}

/* Change the count by VALUE, to add or to take, if it can be now. */
static bool try_add(struct eventfd *e, uint64_t value)
{
    bool fits;

    mutex_lock(&e->lock);
    fits = value <= COUNT_MAX - e->count;
    if (fits)
        __atomic_store_n(&e->count, e->count + value, __ATOMIC_RELAXED);
    mutex_unlock(&e->lock);
    return fits;
}

static bool try_take(struct eventfd *e, uint64_t *value)
{
    mutex_lock(&e->lock);
    *value = e->is_semaphore && e->count ? 1 : e->count;
    __atomic_store_n(&e->count, e->count - *value, __ATOMIC_RELAXED);
    mutex_unlock(&e->lock);
    return *value > 0;
}

static ssize_t eventfd_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct eventfd *e = f->private;
    uint64_t value;

    (void)pos;
    if (uio->resid < sizeof(value))
        return -EINVAL;
    while (!try_take(e, &value)) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        if (wait_event_interruptible(&e->changed, count_of(e) > 0))
            return -ERESTARTSYS;
    }
    wake_up_all(&e->changed);
    return uio_write(uio, &value, sizeof(value)) ? -EFAULT : (ssize_t)sizeof(value);
}

static ssize_t eventfd_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct eventfd *e = f->private;
    uint64_t value;

    (void)pos;
    if (uio->resid != sizeof(value))
        return -EINVAL;
    if (uio_read(uio, &value, sizeof(value)))
        return -EFAULT;
    if (value > COUNT_MAX)
        return -EINVAL;
    while (!try_add(e, value)) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        if (wait_event_interruptible(&e->changed, value <= COUNT_MAX - count_of(e)))
            return -ERESTARTSYS;
    }
    wake_up_all(&e->changed);
    return sizeof(value);
}

static uint32_t eventfd_poll(struct file *f, struct poll_table *pt)
{
    struct eventfd *e = f->private;
    uint64_t count;

    poll_wait(pt, &e->changed);
    count = count_of(e);
    return (count > 0 ? POLLIN : 0) | (count < COUNT_MAX ? POLLOUT : 0);
}

static void eventfd_release(struct file *f)
{
    kfree(f->private);
}

static const struct file_operations eventfd_file_ops = {
    FILE_OPS_ANON,
    .read = eventfd_read,
    .write = eventfd_write,
    .seek = file_op_seek_nowhere,
    .poll = eventfd_poll,
    .release = eventfd_release,
};

int eventfd_create(uint32_t count, uint32_t flags, const struct cred *cred, struct file **out)
{
    struct eventfd *e = kzalloc(sizeof(*e), GFP_KERNEL);
    int err;

    if (!e)
        return -ENOMEM;
    mutex_init(&e->lock, RANK_PIPE, "eventfd");
    wait_queue_init(&e->changed);
    e->count = count;
    e->is_semaphore = flags & EFD_SEMAPHORE;
    e->id = __atomic_fetch_add(&nr_made, 1, __ATOMIC_RELAXED);
    err = anon_file_create("[eventfd]", &eventfd_file_ops, O_RDWR | (flags & EFD_NONBLOCK), e,
                           cred, out);
    if (err)
        kfree(e);
    return err;
}

bool eventfd_get_info(const struct file *f, struct eventfd_info *info)
{
    const struct eventfd *e = f->private;

    if (f->ops != &eventfd_file_ops)
        return false;
    *info = (struct eventfd_info){ count_of(e), e->id, e->is_semaphore };
    return true;
}

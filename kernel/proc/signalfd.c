/* SPDX-License-Identifier: MIT */
/*
 * signalfd.c - signals that are read from a file instead of being handled.
 *
 * All who wait for such a file wait in one queue, and each looks for himself when a signal has
 * come to anybody.  A queue of each process would have to outlive it, for a set of epoll may
 * still wait there; and there are few who wait.
 */
#include "kernel/proc/signalfd.h"
#include "kernel/fs/anon_file.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/signal_impl.h"
#include "kernel/sched/wait.h"
#include "lib/abi/errno.h"
#include "lib/abi/poll.h"
#include "lib/abi/signalfd.h"

struct signalfd {
    uint64_t set;                           /* [a] */
};

static struct wait_queue arrivals = WAIT_QUEUE_INIT(arrivals);

static uint64_t set_of(const struct file *f)
{
    const struct signalfd *s = f->private;

    return __atomic_load_n(&s->set, __ATOMIC_RELAXED);
}

/* ---- what is read ----------------------------------------------------------------------- */

/* What stands behind si_code. */
enum layout { OF_SENDER, OF_VALUE, OF_TIMER, OF_CHILD, OF_FAULT, OF_FILE };

/* A code above 0 says what happened to those signals that tell more than who sent them. */
static enum layout layout_of(const struct siginfo *info)
{
    static const struct {
        uint8_t ncodes, layout;
    } kinds[NSIG_MAX + 1] = {
        [SIGILL] = { 11, OF_FAULT }, [SIGFPE] = { 15, OF_FAULT }, [SIGSEGV] = { 10, OF_FAULT },
        [SIGBUS] = { BUS_MCEERR_AO, OF_FAULT }, [SIGTRAP] = { 6, OF_FAULT },
        [SIGCHLD] = { CLD_CONTINUED, OF_CHILD }, [SIGPOLL] = { NSIGPOLL, OF_FILE },
    };
    int code = info->si_code;

    if (code == SI_TIMER)
        return OF_TIMER;
    if (code == SI_SIGIO)
        return OF_FILE;
    if (code < SI_USER)
        return OF_VALUE;
    if (code > SI_USER && code <= kinds[info->si_signo].ncodes)
        return (enum layout)kinds[info->si_signo].layout;
    return code > SI_USER && code <= NSIGPOLL ? OF_FILE : OF_SENDER;
}

static void describe(struct signalfd_siginfo *s, const struct siginfo *info)
{
    enum layout layout = layout_of(info);

    *s = (struct signalfd_siginfo){
        .ssi_signo = (uint32_t)info->si_signo, .ssi_errno = info->si_errno,
        .ssi_code = info->si_code,
    };
    if (layout == OF_SENDER || layout == OF_VALUE || layout == OF_CHILD) {
        s->ssi_pid = (uint32_t)info->si_pid;
        s->ssi_uid = info->si_uid;
    }
    if (layout == OF_VALUE || layout == OF_TIMER) {
        s->ssi_int = info->si_value.sival_int;
        s->ssi_ptr = (uintptr_t)info->si_value.sival_ptr;
    }
    if (layout == OF_TIMER) {
        s->ssi_tid = (uint32_t)info->si_timerid;
        s->ssi_overrun = (uint32_t)info->si_overrun;
    } else if (layout == OF_CHILD) {
        s->ssi_status = info->si_status;
        s->ssi_utime = (uint64_t)info->si_utime;
        s->ssi_stime = (uint64_t)info->si_stime;
    } else if (layout == OF_FAULT) {
        s->ssi_addr = (uintptr_t)info->si_addr;
        if (info->si_signo == SIGBUS && info->si_code >= BUS_MCEERR_AR)
            s->ssi_addr_lsb = (uint16_t)info->si_addr_lsb;
    } else if (layout == OF_FILE) {
        s->ssi_band = (uint32_t)info->si_band;
        s->ssi_fd = info->si_fd;
    }
}

/* ---- the file --------------------------------------------------------------------------- */

/* The first signal of F's set, which is waited for unless NONBLOCK. */
static int take(struct file *f, bool nonblock, struct siginfo *info)
{
    while (!signal_take(set_of(f), info)) {
        if (nonblock)
            return -EAGAIN;
        if (wait_event_interruptible(&arrivals, signal_is_there(set_of(f))))
            return -ERESTARTSYS;
    }
    return 0;
}

/* As many as there are, and room for.  Only the first is waited for. */
static ssize_t signalfd_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    bool nonblock = f->flags & O_NONBLOCK;
    struct signalfd_siginfo told;
    struct siginfo info;
    ssize_t done = 0;
    int err = 0;

    (void)pos;
    if (uio->resid < sizeof(told))
        return -EINVAL;
    while (!err && uio->resid >= sizeof(told)) {
        err = take(f, nonblock || done, &info);
        if (err)
            break;
        describe(&told, &info);
        err = uio_write(uio, &told, sizeof(told)) ? -EFAULT : 0;
        if (!err)
            done += (ssize_t)sizeof(told);
    }
    return done ? done : err;
}

static uint32_t signalfd_poll(struct file *f, struct poll_table *pt)
{
    poll_wait(pt, &arrivals);
    return signal_is_there(set_of(f)) ? POLLIN : 0;
}

static void signalfd_release(struct file *f)
{
    kfree(f->private);
}

static const struct file_operations signalfd_file_ops = {
    FILE_OPS_ANON,
    .read = signalfd_read,
    .write = file_op_write_refuse,
    .seek = file_op_seek_nowhere,
    .poll = signalfd_poll,
    .release = signalfd_release,
};

int signalfd_create(uint64_t set, uint32_t flags, struct file **out)
{
    struct signalfd *s = kmalloc(sizeof(*s), GFP_KERNEL);
    int err;

    if (!s)
        return -ENOMEM;
    s->set = set & ~UNBLOCKABLE;
    err = anon_file_create("[signalfd]", &signalfd_file_ops, O_RDWR | (flags & SFD_NONBLOCK), s,
                           &current_process()->cred, out);
    if (err)
        kfree(s);
    return err;
}

int signalfd_set(struct file *f, uint64_t set)
{
    struct signalfd *s = f->private;

    if (f->ops != &signalfd_file_ops)
        return -EINVAL;
    __atomic_store_n(&s->set, set & ~UNBLOCKABLE, __ATOMIC_RELAXED);
    signalfd_notify();
    return 0;
}

bool signalfd_get_set(const struct file *f, uint64_t *set)
{
    bool is_one = f->ops == &signalfd_file_ops;

    if (is_one)
        *set = set_of(f);
    return is_one;
}

void signalfd_notify(void)
{
    wake_up_all(&arrivals);
}

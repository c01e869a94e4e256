/* SPDX-License-Identifier: MIT */
/*
 * sys_timer.c - timers: of a process, as many as it wants, and as files.
 */
#include "kernel/fs/timerfd.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"

/* Of a process, in microseconds */

static int64_t put_itimer(uintptr_t user, const struct timer_setting *t)
{
    struct itimerval tv = {
        .it_interval = { .tv_sec = (int64_t)(t->interval / NSEC_PER_SEC),
                         .tv_usec = (int64_t)(t->interval % NSEC_PER_SEC / 1000) },
        .it_value = { .tv_sec = (int64_t)(t->value / NSEC_PER_SEC),
                      .tv_usec = (int64_t)(t->value % NSEC_PER_SEC / 1000) },
    };

    return copy_to_user(user, &tv, sizeof(tv));
}

static bool is_itimer(int which)
{
    return which >= ITIMER_REAL && which <= ITIMER_PROF;
}

int64_t sys_getitimer(const uint64_t *a)
{
    struct timer_setting old;

    if (!is_itimer((int)a[0]))
        return -EINVAL;
    proc_itimer((int)a[0], NULL, &old);
    return put_itimer(a[1], &old);
}

int64_t sys_setitimer(const uint64_t *a)
{
    struct timer_setting new = { 0 }, old;
    struct itimerval tv;

    if (!is_itimer((int)a[0]))
        return -EINVAL;
    if (a[1]) {
        if (copy_from_user(&tv, a[1], sizeof(tv)))
            return -EFAULT;
        if (timeval_to_ns(&tv.it_value, &new.value)
            || timeval_to_ns(&tv.it_interval, &new.interval))
            return -EINVAL;
    }
    proc_itimer((int)a[0], &new, &old);
    return a[2] ? put_itimer(a[2], &old) : 0;
}

/* A struct itimerspec */

static int setting_get(uintptr_t user, struct timer_setting *t)
{
    struct itimerspec its;

    if (copy_from_user(&its, user, sizeof(its)))
        return -EFAULT;
    return timespec_to_ns(&its.it_interval, &t->interval)
           || timespec_to_ns(&its.it_value, &t->value) ? -EINVAL : 0;
}

static int setting_put(uintptr_t user, const struct timer_setting *t)
{
    struct itimerspec its = { ns_to_timespec(t->interval), ns_to_timespec(t->value) };

    return copy_to_user(user, &its, sizeof(its));
}

/* As many as it wants */

int64_t sys_timer_create(const uint64_t *a)
{
    struct posix_timer_request request = { .clock = (int)a[0], .by_default = !a[1] };
    int id;

    if (a[1] && copy_from_user(&request.event, a[1], sizeof(request.event)))
        return -EFAULT;
    id = posix_timer_create(&request);
    if (id < 0)
        return id;
    if (!copy_to_user(a[2], &id, sizeof(id)))
        return 0;
    posix_timer_delete(id);
    return -EFAULT;
}

int64_t sys_timer_settime(const uint64_t *a)
{
    struct timer_setting new, old;
    int err = a[2] ? setting_get(a[2], &new) : -EINVAL;

    if (!err)
        err = posix_timer_set((int)a[0], a[1] & TIMER_ABSTIME, &new, &old);
    if (!err && a[3])
        err = setting_put(a[3], &old);
    return err;
}

int64_t sys_timer_gettime(const uint64_t *a)
{
    struct timer_setting now;
    int err = posix_timer_get((int)a[0], &now);

    return err ? err : setting_put(a[1], &now);
}

int64_t sys_timer_getoverrun(const uint64_t *a)
{
    return posix_timer_overrun((int)a[0]);
}

int64_t sys_timer_delete(const uint64_t *a)
{
    return posix_timer_delete((int)a[0]);
}

/* As files */

/* What CLOCK's timers are counted by; -EINVAL: it has none.  An alarm clock would wake the
 * machine, which never sleeps: it is as good as the other. */
static int clock_of_timerfd(int clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_ALARM:
        return TIMER_REALTIME;
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        return TIMER_MONOTONIC;
    }
    return -EINVAL;
}

int64_t sys_timerfd_create(const uint64_t *a)
{
    const struct cred *cred = &current_process()->cred;
    uint32_t flags = (uint32_t)a[1];
    int clock = (int)a[0], counts_by = clock_of_timerfd(clock), err;
    struct file *f;

    if ((flags & ~(uint32_t)(TFD_NONBLOCK | TFD_CLOEXEC)) || counts_by < 0)
        return -EINVAL;
    if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) && cred->euid)
        return -EPERM;
    err = timerfd_create((enum timer_clock)counts_by, flags, cred, &f);
    return err ? err : fd_install_or_put(f, 0, flags & TFD_CLOEXEC);
}

int64_t sys_timerfd_settime(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[1];
    struct timer_setting new, old;
    struct fd_ref ref;
    int err = setting_get(a[2], &new);

    if (!err && (flags & ~(uint32_t)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)))
        err = -EINVAL;
    if (err)
        return err;
    ref = fd_get((int)a[0]);
    if (!ref.file)
        return -EBADF;
    err = timerfd_set(ref.file, flags, &new, &old);
    fd_put(ref);
    if (!err && a[3])
        err = setting_put(a[3], &old);
    return err;
}

int64_t sys_timerfd_gettime(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    struct timer_setting now;
    int err;

    if (!ref.file)
        return -EBADF;
    err = timerfd_get(ref.file, &now);
    fd_put(ref);
    return err ? err : setting_put(a[1], &now);
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_time.c - clocks and sleeping.
 */
#include "kernel/core/machine.h"
#include "kernel/fs/timerfd.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/bitops.h"

#define FARTHEST_WEST (15 * 60)         /* minutes: no zone of time is farther, either way */

static uint64_t ticks_to_ns(uint64_t ticks)
{
    return ticks / machine.timebase * NSEC_PER_SEC
           + ticks % machine.timebase * NSEC_PER_SEC / machine.timebase;
}

/* Processor time of whom the number of the clock says. */
static int cpu_time_ns(int clock, uint64_t *ns)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct process *p;
    struct task *t;
    enum cpu_kind kind;
    int err = cpu_clock_find_locked(clock, &p, &t, &kind);

    if (!err)
        *ns = cpu_clock_locked(p, t, kind);
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

static uint64_t thread_time_ns(void)
{
    thread_charge(current, false);
    return ticks_to_ns(current->utime + current->stime);
}

static int clock_ns(int clock, uint64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
        *ns = clock_realtime_ns();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        *ns = clock_monotonic_ns();
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = thread_time_ns();
        return 0;
    }
    return cpu_time_ns(clock, ns);
}

int64_t sys_clock_gettime(const uint64_t *a)
{
    uint64_t ns;
    int err = clock_ns((int)a[0], &ns);

    return err ? err : timespec_put(a[1], ns);
}

int64_t sys_clock_getres(const uint64_t *a)
{
    uint64_t ns;
    int err = clock_ns((int)a[0], &ns);

    if (err || !a[1])
        return err;
    return timespec_put(a[1], MAX(NSEC_PER_SEC / machine.timebase, 1UL));
}

/* The boot cannot have been before 1970: -EINVAL. */
static int set_clock(uint64_t ns)
{
    if (ns < clock_monotonic_ns())
        return -EINVAL;
    clock_set_realtime(ns);
    timerfd_clock_was_set();
    return 0;
}

int64_t sys_clock_settime(const uint64_t *a)
{
    uint64_t ns;
    int err;

    if ((int)a[0] < 0)
        return clock_ns((int)a[0], &ns) ? -EINVAL : -EPERM;
    if ((int)a[0] != CLOCK_REALTIME)
        return -EINVAL;
    err = timespec_get(a[1], &ns);
    if (err)
        return err;
    if (current_process()->cred.euid)
        return -EPERM;
    return set_clock(ns);
}

int64_t sys_gettimeofday(const uint64_t *a)
{
    uint64_t ns = clock_realtime_ns();
    struct timeval tv = { .tv_sec = (int64_t)(ns / NSEC_PER_SEC),
                          .tv_usec = (int64_t)(ns % NSEC_PER_SEC / 1000) };
    struct timezone tz = { 0 };

    if ((a[0] && copy_to_user(a[0], &tv, sizeof(tv)))
        || (a[1] && copy_to_user(a[1], &tz, sizeof(tz))))
        return -EFAULT;
    return 0;
}

int64_t sys_settimeofday(const uint64_t *a)
{
    struct timezone tz = { 0 };         /* there is none to set, but it must be one */
    struct timeval tv;
    uint64_t ns;

    if (a[0] && copy_from_user(&tv, a[0], sizeof(tv)))
        return -EFAULT;
    if (a[1] && copy_from_user(&tz, a[1], sizeof(tz)))
        return -EFAULT;
    if (a[0] && timeval_to_ns(&tv, &ns))
        return -EINVAL;
    if (current_process()->cred.euid)
        return -EPERM;
    if (tz.tz_minuteswest < -FARTHEST_WEST || tz.tz_minuteswest > FARTHEST_WEST)
        return -EINVAL;
    return a[0] ? set_clock(ns) : 0;
}

/* Sleeping.  An interrupted sleep is continued by restart_syscall to the same
 * deadline, if no handler ran. */

/* Clocks of processor time, which stand still while nobody computes. */
static bool is_cpu_clock(int clock)
{
    return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID;
}

/* A span of time is always slept by the monotonic clock, if not by processor time. */
static int wait_by(int clock, uint64_t deadline)
{
    if (is_cpu_clock(clock))
        return cpu_clock_sleep(clock, deadline);
    return thread_sleep_until(clock == CLOCK_REALTIME || clock == CLOCK_TAI
                              ? TIMER_REALTIME : TIMER_MONOTONIC, deadline);
}

/* From NOW, by CLOCK, until DEADLINE. */
static int64_t sleep_for(int clock, uint64_t now, uint64_t deadline, uintptr_t user_left)
{
    struct task *t = current_task();
    int r = wait_by(clock, deadline);

    if (r != -EINTR)
        return r;
    clock_ns(clock, &now);              /* unless it has gone with its thread */
    if (user_left && timespec_put(user_left, deadline > now ? deadline - now : 0))
        return -EFAULT;
    t->restart = RESTART_SLEEP;
    t->restart_clock = clock;
    t->restart_deadline = deadline;
    t->restart_left = user_left;
    return -ERESTART_RESTARTBLOCK;
}

/* The arguments are still those of the call that was interrupted. */
int64_t sys_restart_syscall(const uint64_t *a)
{
    const struct task *t = current_task();

    switch (t->restart) {
    case RESTART_SLEEP:
        return sleep_for(t->restart_clock, 0, t->restart_deadline, t->restart_left);
    case RESTART_FUTEX:
        return futex_wait_until(a, t->restart_deadline);
    case RESTART_NOTHING:
        break;
    }
    return -EINTR;
}

int64_t sys_nanosleep(const uint64_t *a)
{
    uint64_t now = clock_monotonic_ns(), ns;
    int err = timespec_get(a[0], &ns);

    return err ? err : sleep_for(CLOCK_MONOTONIC, now, now + ns, a[1]);
}

/* Whether one can sleep by CLOCK, which exists: 0 or an errno.  By one's own time one would
 * sleep for ever. */
static int check_sleep(int clock)
{
    int pid = CPU_CLOCK_PID(clock);

    if (clock < 0 && (clock & CPU_CLOCK_THREAD) && (!pid || pid == current_task()->tid))
        return -EINVAL;
    return is_cpu_clock(clock) || clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC
           || clock == CLOCK_BOOTTIME || clock == CLOCK_TAI ? 0 : -EOPNOTSUPP;
}

int64_t sys_clock_nanosleep(const uint64_t *a)
{
    int clock = (int)a[0], err;
    uint64_t ns, now;

    err = clock_ns(clock, &now);
    if (!err)
        err = check_sleep(clock);
    if (!err)
        err = timespec_get(a[2], &ns);
    if (err)
        return err;
    if (a[1] & TIMER_ABSTIME) {
        err = wait_by(clock, ns);
        return err == -EINTR ? -ERESTARTNOHAND : err;
    }
    if (!is_cpu_clock(clock)) {
        clock = CLOCK_MONOTONIC;
        now = clock_monotonic_ns();
    }
    return sleep_for(clock, now, now + ns, a[3]);
}

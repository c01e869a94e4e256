/* SPDX-License-Identifier: MIT */
/* timer.c - timers that send signals, and timers that are descriptors. */
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include "user/libc/syscall.h"

int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    return (int)SYSCALL(SYS_timer_create, clock, event, timer);
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    return (int)SYSCALL(SYS_timer_settime, timer, flags, value, old);
}

int timer_gettime(timer_t timer, struct itimerspec *value)
{
    return (int)SYSCALL(SYS_timer_gettime, timer, value);
}

int timer_getoverrun(timer_t timer)
{
    return (int)SYSCALL(SYS_timer_getoverrun, timer);
}

int timer_delete(timer_t timer)
{
    return (int)SYSCALL(SYS_timer_delete, timer);
}

int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
    clockid_t its = CPU_CLOCK(pid, CPU_CLOCK_SCHED);

    if (RAW_SYSCALL(SYS_clock_getres, its, NULL) != 0)
        return ESRCH;
    *clock = its;
    return 0;
}

int timerfd_create(clockid_t clock, int flags)
{
    return (int)SYSCALL(SYS_timerfd_create, clock, flags);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    return (int)SYSCALL(SYS_timerfd_settime, fd, flags, value, old);
}

int timerfd_gettime(int fd, struct itimerspec *value)
{
    return (int)SYSCALL(SYS_timerfd_gettime, fd, value);
}

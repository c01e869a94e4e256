/* SPDX-License-Identifier: MIT */
/* clock.c - system calls about time: clocks, sleeping, timers, processor time. */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include "user/libc/syscall.h"

int clock_gettime(clockid_t clock, struct timespec *ts)
{
    return (int)SYSCALL(SYS_clock_gettime, clock, ts);
}

int clock_settime(clockid_t clock, const struct timespec *ts)
{
    return (int)SYSCALL(SYS_clock_settime, clock, ts);
}

int clock_getres(clockid_t clock, struct timespec *ts)
{
    return (int)SYSCALL(SYS_clock_getres, clock, ts);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *want,
                    struct timespec *remain)
{
    return (int)-RAW_SYSCALL(SYS_clock_nanosleep, clock, flags, want, remain);
}

int nanosleep(const struct timespec *want, struct timespec *remain)
{
    return (int)SYSCALL(SYS_clock_nanosleep, CLOCK_REALTIME, 0, want, remain);
}

/* Returns the seconds that a signal left unslept. */
unsigned sleep(unsigned seconds)
{
    struct timespec time = { .tv_sec = seconds };

    return nanosleep(&time, &time) < 0 ? (unsigned)time.tv_sec : 0;
}

int usleep(unsigned microseconds)
{
    struct timespec time = {
        .tv_sec = microseconds / USEC_PER_SEC,
        .tv_nsec = microseconds % USEC_PER_SEC * NSEC_PER_USEC,
    };

    return nanosleep(&time, NULL);
}

time_t time(time_t *t)
{
    struct timespec now = { 0 };

    clock_gettime(CLOCK_REALTIME, &now);
    if (t != NULL)
        *t = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *now, void *zone)
{
    return (int)SYSCALL(SYS_gettimeofday, now, zone);
}

int settimeofday(const struct timeval *now, const struct timezone *zone)
{
    return (int)SYSCALL(SYS_settimeofday, now, zone);
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
    return (int)SYSCALL(SYS_setitimer, which, value, old);
}

int getitimer(int which, struct itimerval *value)
{
    return (int)SYSCALL(SYS_getitimer, which, value);
}

/* Returns the seconds left of the alarm before, rounded up to at least 1 if there was one. */
unsigned alarm(unsigned seconds)
{
    struct itimerval timer = { .it_value.tv_sec = seconds };
    struct itimerval old = { 0 };

    setitimer(ITIMER_REAL, &timer, &old);
    return (unsigned)old.it_value.tv_sec + (old.it_value.tv_usec > 0);
}

clock_t times(struct tms *t)
{
    return SYSCALL(SYS_times, t);
}

clock_t clock(void)
{
    struct timespec used;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
        return -1;
    return used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / (NSEC_PER_SEC / CLOCKS_PER_SEC);
}

double difftime(time_t later, time_t earlier)
{
    return (double)(later - earlier);
}

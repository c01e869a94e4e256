/* SPDX-License-Identifier: MIT */
/* time.h - clocks and calendar.  Local time is UTC: there is no time zone database. */
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include "lib/abi/time.h"

#define CLOCKS_PER_SEC 1000000L

struct tm {
    int tm_sec;   /* 0..60 */
    int tm_min;   /* 0..59 */
    int tm_hour;  /* 0..23 */
    int tm_mday;  /* 1..31 */
    int tm_mon;   /* 0..11 */
    int tm_year;  /* years since 1900 */
    int tm_wday;  /* 0 = Sunday */
    int tm_yday;  /* 0..365 */
    int tm_isdst; /* always 0 */
    long tm_gmtoff;
    const char *tm_zone;
};

time_t time(time_t *t);
clock_t clock(void);
double difftime(time_t later, time_t earlier);
int clock_gettime(clockid_t clock, struct timespec *ts);
int clock_settime(clockid_t clock, const struct timespec *ts);
int clock_getres(clockid_t clock, struct timespec *ts);
/* clock_nanosleep returns the error instead of setting errno. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *want,
                    struct timespec *remain);
int nanosleep(const struct timespec *want, struct timespec *remain);

/* Timers that send signals.  struct sigevent is in <signal.h>. */
typedef int timer_t;
struct sigevent;
int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer);
int timer_settime(timer_t timer, int flags, const struct itimerspec *value, struct itimerspec *old);
int timer_gettime(timer_t timer, struct itimerspec *value);
int timer_getoverrun(timer_t timer);
int timer_delete(timer_t timer);

/* The clock of the processor time of process PID: 0 or an error, as clock_nanosleep. */
int clock_getcpuclockid(pid_t pid, clockid_t *clock);

struct tm *gmtime(const time_t *t);
struct tm *gmtime_r(const time_t *t, struct tm *tm);
struct tm *localtime(const time_t *t);
struct tm *localtime_r(const time_t *t, struct tm *tm);
time_t mktime(struct tm *tm);
time_t timegm(struct tm *tm);
char *asctime(const struct tm *tm);
char *asctime_r(const struct tm *tm, char *to);
char *ctime(const time_t *t);
char *ctime_r(const time_t *t, char *to);
size_t strftime(char *to, size_t size, const char *format, const struct tm *tm);

/* SPDX-License-Identifier: MIT */
/*
 * calendar.c - seconds to dates and back, in UTC.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "lib/calendar.h"

struct tm *gmtime_r(const time_t *t, struct tm *tm)
{
    long days = divide_down(*t, SECONDS_PER_DAY);
    int second = (int)(*t - days * SECONDS_PER_DAY);
    long year;
    int month, day;

    date_from_days(days, &year, &month, &day);
    if (year - 1900 > INT_MAX || year - 1900 < INT_MIN) {
        errno = EOVERFLOW;
        return NULL;
    }
    *tm = (struct tm){
        .tm_sec = second % 60,
        .tm_min = second / 60 % 60,
        .tm_hour = second / 3600,
        .tm_mday = day,
        .tm_mon = month - 1,
        .tm_year = (int)(year - 1900),
        .tm_wday = weekday_from_days(days),
        .tm_yday = (int)(days - days_from_date(year, 1, 1)),
        .tm_zone = "UTC",
    };
    return tm;
}

struct tm *gmtime(const time_t *t)
{
    static struct tm tm;

    return gmtime_r(t, &tm);
}

struct tm *localtime_r(const time_t *t, struct tm *tm)
{
    return gmtime_r(t, tm);
}

struct tm *localtime(const time_t *t)
{
    return gmtime(t);
}

/* Members may be out of range, as in "the 32nd of January"; they are put right. */
time_t timegm(struct tm *tm)
{
    long months = (long)tm->tm_year * 12 + tm->tm_mon;
    long year = divide_down(months, 12);
    int month = (int)(months - year * 12) + 1;
    time_t t = days_from_date(year + 1900, month, tm->tm_mday) * SECONDS_PER_DAY
               + tm->tm_hour * 3600L + tm->tm_min * 60L + tm->tm_sec;

    return gmtime_r(&t, tm) == NULL ? -1 : t;
}

time_t mktime(struct tm *tm)
{
    return timegm(tm);
}

char *asctime_r(const struct tm *tm, char *to)
{
    strftime(to, 26, "%a %b %e %H:%M:%S %Y\n", tm);
    return to;
}

char *asctime(const struct tm *tm)
{
    static char text[26];

    return asctime_r(tm, text);
}

char *ctime_r(const time_t *t, char *to)
{
    struct tm tm;

    return gmtime_r(t, &tm) == NULL ? NULL : asctime_r(&tm, to);
}

char *ctime(const time_t *t)
{
    static char text[26];

    return ctime_r(t, text);
}

/* SPDX-License-Identifier: MIT */
/*
 * calendar.c - seconds to dates and back, in the Gregorian calendar and UTC.
 *
 * Years are counted from 1 March, which puts the leap day at the end: then the months' lengths
 * follow one rule, 153 days for every five, and a day number splits into 400-year cycles,
 * centuries, 4-year cycles and years by division.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400
#define DAYS_PER_400_YEARS 146097
#define DAYS_TO_EPOCH 719468 /* from 1 March of year 0 to 1 January 1970 */

static long divide_down(long a, long b)
{
    return a / b - (a % b < 0);
}

/* Days from 1 January 1970 to a day; MONTH is 1 to 12. */
static long days_from_date(long year, int month, long day)
{
    long cycle, year_of_cycle, day_of_year;

    year -= month <= 2;
    cycle = divide_down(year, 400);
    year_of_cycle = year - cycle * 400;
    day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return cycle * DAYS_PER_400_YEARS + year_of_cycle * 365 + year_of_cycle / 4
           - year_of_cycle / 100 + day_of_year - DAYS_TO_EPOCH;
}

/* Year, month and day of month of a day counted from 1 January 1970. */
static void date_from_days(long days, long *year, int *month, int *day)
{
    long cycle, day_of_cycle, year_of_cycle, day_of_year;

    days += DAYS_TO_EPOCH;
    cycle = divide_down(days, DAYS_PER_400_YEARS);
    day_of_cycle = days - cycle * DAYS_PER_400_YEARS;
    year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524
                     - day_of_cycle / (DAYS_PER_400_YEARS - 1)) / 365;
    day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    *month = (int)((5 * day_of_year + 2) / 153);
    *day = (int)(day_of_year - (153 * *month + 2) / 5 + 1);
    *month += *month < 10 ? 3 : -9;
    *year = year_of_cycle + cycle * 400 + (*month <= 2);
}

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
        .tm_wday = (int)(((days + 4) % 7 + 7) % 7), /* 1 January 1970 was a Thursday */
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

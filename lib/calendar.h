/* SPDX-License-Identifier: MIT */
/*
 * calendar.h - days to dates and back, in the Gregorian calendar (also before 1582).
 *
 * Days are counted from 1 January 1970, negative before.
 */
#pragma once
#include "lib/types.h"

#define SECONDS_PER_DAY 86400

/* A / B rounded down; B must be positive. */
static inline long divide_down(long a, long b)
{
    return a / b - (a % b < 0);
}

/* The number of a day.  MONTH is 1 to 12; DAY may lie outside of the month. */
long days_from_date(long year, int month, long day);

/* Year, month (1 to 12) and day of month (from 1) of day number DAYS. */
void date_from_days(long days, long *year, int *month, int *day);

/* Its day of the week: 0 is Sunday. */
static inline int weekday_from_days(long days)
{
    return (int)(((days + 4) % 7 + 7) % 7);     /* 1 January 1970 was a Thursday */
}

/* SPDX-License-Identifier: MIT */
/*
 * calendar.c - days to dates and back.
 *
 * Years are counted from 1 March, which puts the leap day at the end: then the months' lengths
 * follow one rule, 153 days for every five, and a day number splits into 400-year cycles,
 * centuries, 4-year cycles and years by division.
 */
#include "lib/calendar.h"

#define DAYS_PER_400_YEARS 146097
#define DAYS_TO_EPOCH 719468 /* from 1 March of year 0 to 1 January 1970 */

long days_from_date(long year, int month, long day)
{
    long cycle, year_of_cycle, day_of_year;

    year -= month <= 2;
    cycle = divide_down(year, 400);
    year_of_cycle = year - cycle * 400;
    day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return cycle * DAYS_PER_400_YEARS + year_of_cycle * 365 + year_of_cycle / 4
           - year_of_cycle / 100 + day_of_year - DAYS_TO_EPOCH;
}

void date_from_days(long days, long *year, int *month, int *day)
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

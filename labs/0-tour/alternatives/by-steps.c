/* SPDX-License-Identifier: MIT */
/* into: lib/calendar.c */
/* Goes year by year and month by month, and takes as long as that takes. */

static bool is_leap(long year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

void date_from_days(long days, long *year, int *month, int *day)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    *year = 1970;
    while (days < 0)
        days += is_leap(--*year) ? 366 : 365;
    while (days >= (is_leap(*year) ? 366 : 365))
        days -= is_leap((*year)++) ? 366 : 365;
    for (*month = 1; days >= lengths[*month - 1] + (*month == 2 && is_leap(*year)); ++*month)
        days -= lengths[*month - 1] + (*month == 2 && is_leap(*year));
    *day = (int)days + 1;
}

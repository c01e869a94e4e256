/* SPDX-License-Identifier: MIT */
/*
 * For lab 0: one of these numbers is wrong.
 */

void date_from_days(long days, long *year, int *month, int *day)
{
    long cycle, day_of_cycle, year_of_cycle, day_of_year;

    days += DAYS_TO_EPOCH;
    cycle = divide_down(days, DAYS_PER_400_YEARS);
    day_of_cycle = days - cycle * DAYS_PER_400_YEARS;
    year_of_cycle = (day_of_cycle - day_of_cycle / 1461 + day_of_cycle / 36524
                     - day_of_cycle / (DAYS_PER_400_YEARS - 1)) / 365;
    day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    *month = (int)((5 * day_of_year + 2) / 153);
    *day = (int)(day_of_year - (153 * *month + 2) / 5 + 1);
    *month += *month < 10 ? 3 : -9;
    *year = year_of_cycle + cycle * 400 + (*month <= 2);
}

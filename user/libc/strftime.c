/* SPDX-License-Identifier: MIT */
/*
 * strftime.c - dates in words, for the C locale.
 *
 * Conversions that stand for a longer format call strftime again.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const days[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};

#define FIELD 128 /* the longest text of one conversion */

static const char *name(const char *const *names, int n, int count)
{
    return n >= 0 && n < count ? names[n] : "?";
}

/*
 * The week of the year, when weeks begin on day FIRST; days before the first such day are week 0.
 */
static int week(const struct tm *tm, int first)
{
    return (tm->tm_yday + 7 - (tm->tm_wday - first + 7) % 7) / 7;
}

/* The year's place in its century, 0 to 99 before the year 0, too. */
static int in_century(int year)
{
    return (year % 100 + 100) % 100;
}

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* ISO 8601: week 1 is the one with the year's first Thursday; it may belong to another year. */
static int iso_week(const struct tm *tm, int *year)
{
    int weekday = (tm->tm_wday + 6) % 7; /* 0 = Monday */
    int thursday = tm->tm_yday - weekday + 3;

    *year = tm->tm_year + 1900;
    if (thursday < 0)
        thursday += 365 + is_leap(--*year);
    else if (thursday >= 365 + is_leap(*year))
        thursday -= 365 + is_leap((*year)++);
    return thursday / 7 + 1;
}

static const char *composite(char conversion)
{
    switch (conversion) {
    case 'c':
        return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x':
        return "%m/%d/%y";
    case 'F':
        return "%Y-%m-%d";
    case 'R':
        return "%H:%M";
    case 'r':
        return "%I:%M:%S %p";
    case 'T':
    case 'X':
        return "%H:%M:%S";
    }
    return NULL;
}

static int put_number(char *to, const char *format, int n)
{
    return snprintf(to, FIELD, format, n);
}

static int convert(char *to, char conversion, const struct tm *tm)
{
    struct tm copy = *tm;
    int hour12 = tm->tm_hour % 12 == 0 ? 12 : tm->tm_hour % 12;
    int iso_year;

    if (composite(conversion) != NULL)
        return (int)strftime(to, FIELD, composite(conversion), tm);
    switch (conversion) {
    case 'a':
        return snprintf(to, FIELD, "%.3s", name(days, tm->tm_wday, 7));
    case 'A':
        return snprintf(to, FIELD, "%s", name(days, tm->tm_wday, 7));
    case 'b':
    case 'h':
        return snprintf(to, FIELD, "%.3s", name(months, tm->tm_mon, 12));
    case 'B':
        return snprintf(to, FIELD, "%s", name(months, tm->tm_mon, 12));
    case 'C':
        return put_number(to, "%02d", (tm->tm_year - in_century(tm->tm_year)) / 100 + 19);
    case 'd':
        return put_number(to, "%02d", tm->tm_mday);
    case 'e':
        return put_number(to, "%2d", tm->tm_mday);
    case 'g':
        iso_week(tm, &iso_year);
        return put_number(to, "%02d", in_century(iso_year));
    case 'G':
        iso_week(tm, &iso_year);
        return put_number(to, "%d", iso_year);
    case 'H':
        return put_number(to, "%02d", tm->tm_hour);
    case 'I':
        return put_number(to, "%02d", hour12);
    case 'j':
        return put_number(to, "%03d", tm->tm_yday + 1);
    case 'k':
        return put_number(to, "%2d", tm->tm_hour);
    case 'l':
        return put_number(to, "%2d", hour12);
    case 'm':
        return put_number(to, "%02d", tm->tm_mon + 1);
    case 'M':
        return put_number(to, "%02d", tm->tm_min);
    case 'n':
        return snprintf(to, FIELD, "\n");
    case 'p':
        return snprintf(to, FIELD, "%s", tm->tm_hour < 12 ? "AM" : "PM");
    case 's':
        return snprintf(to, FIELD, "%ld", timegm(&copy));
    case 'S':
        return put_number(to, "%02d", tm->tm_sec);
    case 't':
        return snprintf(to, FIELD, "\t");
    case 'u':
        return put_number(to, "%d", tm->tm_wday == 0 ? 7 : tm->tm_wday);
    case 'U':
        return put_number(to, "%02d", week(tm, 0));
    case 'V':
        return put_number(to, "%02d", iso_week(tm, &iso_year));
    case 'w':
        return put_number(to, "%d", tm->tm_wday);
    case 'W':
        return put_number(to, "%02d", week(tm, 1));
    case 'y':
        return put_number(to, "%02d", in_century(tm->tm_year));
    case 'Y':
        return put_number(to, "%d", tm->tm_year + 1900);
    case 'z':
        return snprintf(to, FIELD, "+0000");
    case 'Z':
        return snprintf(to, FIELD, "UTC");
    case '%':
        return snprintf(to, FIELD, "%%");
    }
    return snprintf(to, FIELD, "%%%c", conversion);
}

/* The length, or 0 when the text does not fit; then TO holds nothing useful. */
size_t strftime(char *to, size_t size, const char *format, const struct tm *tm)
{
    size_t length = 0;

    for (; *format != '\0'; format++) {
        char field[FIELD] = { *format };
        size_t n = 1;

        if (*format == '%' && format[1] != '\0')
            n = (size_t)convert(field, *++format, tm);
        if (length + n >= size)
            return 0;
        memcpy(to + length, field, n);
        length += n;
    }
    if (size == 0)
        return 0;
    to[length] = '\0';
    return length;
}

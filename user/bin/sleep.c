/* SPDX-License-Identifier: MIT */
/*
 * sleep.c - wait for the sum of the times given: seconds with fractions, or with s, m, h, d behind.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOREVER 9e9 /* more than a time_t of the far future would need */

static double parse(const char *text)
{
    static const char units[] = "smhd";
    static const double seconds[] = { 1, 60, 3600, 86400 };
    char *end;
    double value = strtod(text, &end);
    const char *unit = strchr(units, *end == '\0' ? 's' : *end);

    if (end == text || !(value >= 0) || unit == NULL || (*end != '\0' && end[1] != '\0'))
        errx(1, "%s: invalid time", text);
    return value * seconds[unit - units];
}

int main(int argc, char **argv)
{
    double total = 0;
    struct timespec time;

    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: sleep number[smhd] ...\n", stderr);
        return 1;
    }
    for (int i = 1; i < argc; i++)
        total += parse(argv[i]);
    if (total > FOREVER)
        total = FOREVER;
    time.tv_sec = (time_t)total;
    time.tv_nsec = (long)((total - (double)time.tv_sec) * 1e9);
    while (nanosleep(&time, &time) < 0)
        if (errno != EINTR)
            err(1, NULL);
    return 0;
}

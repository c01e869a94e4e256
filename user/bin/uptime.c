/* SPDX-License-Identifier: MIT */
/* uptime.c - the time, how long the system runs, and how many processes wanted to run. */
#include <err.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <util.h>

/* A load is a fixed-point number; two digits behind the point, rounded. */
static void print_load(unsigned long load)
{
    unsigned long hundredths = (load * 100 + (1UL << (SI_LOAD_SHIFT - 1))) >> SI_LOAD_SHIFT;

    printf("%lu.%02lu", hundredths / 100, hundredths % 100);
}

int main(void)
{
    time_t now = time(NULL);
    struct sysinfo info;
    char text[16];
    long minutes;

    if (sysinfo(&info) < 0)
        err(1, NULL);
    strftime(text, sizeof(text), "%H:%M:%S", localtime(&now));
    minutes = info.uptime / 60;
    printf(" %s up ", text);
    if (minutes >= 24 * 60)
        printf("%ld day%s, ", minutes / (24 * 60), minutes / (24 * 60) == 1 ? "" : "s");
    if (minutes % (24 * 60) >= 60)
        printf("%2ld:%02ld", minutes / 60 % 24, minutes % 60);
    else
        printf("%ld min", minutes % 60);
    fputs(",  load average: ", stdout);
    for (int i = 0; i < 3; i++) {
        print_load(info.loads[i]);
        fputs(i < 2 ? ", " : "\n", stdout);
    }
    return finish_output(0);
}

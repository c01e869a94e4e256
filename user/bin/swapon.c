/* SPDX-License-Identifier: MIT */
/*
 * swapon.c - use swap areas.
 *
 *   swapon [-p priority] device...
 *   swapon                          show those in use
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/swap.h>
#include <unistd.h>
#include <util.h>

static void show(void)
{
    FILE *f = fopen("/proc/swaps", "r");
    int c;

    if (!f)
        err(1, "/proc/swaps");
    while ((c = getc(f)) != EOF)
        putchar(c);
    if (ferror(f))
        err(1, "/proc/swaps");
    fclose(f);
}

int main(int argc, char **argv)
{
    int c, flags = 0, status = 0;
    char *end;
    long prio;

    while ((c = getopt(argc, argv, "p:")) != -1) {
        if (c != 'p')
            errx(1, "usage: swapon [-p priority] [device...]");
        prio = strtol(optarg, &end, 10);
        if (*end || prio < 0 || prio > SWAP_FLAG_PRIO_MASK)
            errx(1, "%s: a priority is 0 to %d", optarg, SWAP_FLAG_PRIO_MASK);
        flags = SWAP_FLAG_PREFER | (int)prio;
    }
    if (optind == argc)
        show();
    for (; optind < argc; optind++) {
        if (swapon(argv[optind], flags) < 0) {
            warn("%s", argv[optind]);
            status = 1;
        }
    }
    return finish_output(status);
}

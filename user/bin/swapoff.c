/* SPDX-License-Identifier: MIT */
/*
 * swapoff.c - stop using swap areas: what they hold is brought back into memory.
 *
 *   swapoff device...
 */
#include <err.h>
#include <sys/swap.h>

int main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2)
        errx(1, "usage: swapoff device...");
    for (int i = 1; i < argc; i++) {
        if (swapoff(argv[i]) < 0) {
            warn("%s", argv[i]);
            status = 1;
        }
    }
    return status;
}

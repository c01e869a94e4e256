/* SPDX-License-Identifier: MIT */
/*
 * crash.c - ask the kernel for a mistake that must end in a panic.
 *
 *     crash NUMBER [noise|half]   enum debug_crash
 *
 * With `noise` others write to the console meanwhile, until their harts stop;
 * with `half` somebody has left a line unfinished.
 *
 * Returns only if the mistake was not noticed, with status 1; the suite then
 * finds no panic of the right name.
 */
#include <stdio.h>
#include <string.h>
#include "user/tests/lib/watch.h"

#define WRITERS 4

static void make_noise(void)
{
    int fd[2];
    char c;

    if (pipe(fd) < 0)
        return;
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0)
            for (bool told = false;; told = true) {
                note("noise");
                if (!told && write(fd[1], "", 1) != 1)
                    _exit(1);
            }
    for (int i = 0; i < WRITERS; i++)
        if (read(fd[0], &c, 1) != 1)
            return;
}

static void leave_half_a_line(void)
{
    fputs("# half a line, ", stdout);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long result = -EINVAL;

    if (argc > 2 && !strcmp(argv[2], "half"))
        leave_half_a_line();
    else if (argc > 2)
        make_noise();
    if (argc > 1)
        result = debug_call(DEBUG_CRASH, strtoul(argv[1], NULL, 10), 0);
    note("the mistake was not noticed: %ld", result);
    debug_call(DEBUG_EXIT, 1, 0);
    return 1;
}

/* SPDX-License-Identifier: MIT */
/* dirname.c - paths without their last part. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <util.h>

int main(int argc, char **argv)
{
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

    if (i >= argc) {
        fputs("usage: dirname path ...\n", stderr);
        return 1;
    }
    for (; i < argc; i++)
        puts(dirname(argv[i]));
    return finish_output(0);
}

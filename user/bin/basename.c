/* SPDX-License-Identifier: MIT */
/* basename.c - the last part of a path, without a suffix if one is given. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <util.h>

int main(int argc, char **argv)
{
    char *name;

    if (argc > 1 && strcmp(argv[1], "--") == 0) {
        argv++;
        argc--;
    }
    if (argc < 2 || argc > 3) {
        fputs("usage: basename path [suffix]\n", stderr);
        return 1;
    }
    name = *argv[1] == '\0' ? argv[1] : basename(argv[1]);
    if (argc == 3) {
        size_t length = strlen(name);
        size_t suffix = strlen(argv[2]);

        if (length > suffix && strcmp(name + length - suffix, argv[2]) == 0)
            name[length - suffix] = '\0';
    }
    puts(name);
    return finish_output(0);
}

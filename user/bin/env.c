/* SPDX-License-Identifier: MIT */
/*
 * env.c - run a command in a changed environment, or print it: -i begins empty, -u NAME removes.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "iu:")) != -1) {
        switch (option) {
        case 'i':
            clearenv();
            break;
        case 'u':
            if (unsetenv(optarg) < 0)
                err(125, "%s", optarg);
            break;
        default:
            fputs("usage: env [-i] [-u name] [name=value ...] [command [argument ...]]\n", stderr);
            return 125;
        }
    }
    if (optind < argc && strcmp(argv[optind], "-") == 0) {
        clearenv();
        optind++;
    }
    for (; optind < argc && strchr(argv[optind], '=') != NULL; optind++)
        if (putenv(argv[optind]) < 0)
            err(125, "%s", argv[optind]);
    if (optind < argc) {
        execvp(argv[optind], argv + optind);
        err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
    }
    for (char **e = environ; e != NULL && *e != NULL; e++)
        puts(*e);
    return finish_output(0);
}

/* SPDX-License-Identifier: MIT */
/*
 * rmdir.c - remove empty directories; -p also the directories on the way that become empty.
 */
#include <err.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int remove_all(char *path, bool parents)
{
    do {
        if (rmdir(path) < 0) {
            warn("%s", path);
            return 1;
        }
        if (!parents)
            break;
        path = dirname(path);
    } while (strcmp(path, ".") != 0 && strcmp(path, "/") != 0);
    return 0;
}

int main(int argc, char **argv)
{
    bool parents = false;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "p")) != -1) {
        if (option != 'p') {
            optind = argc;
            break;
        }
        parents = true;
    }
    if (optind == argc) {
        fputs("usage: rmdir [-p] directory ...\n", stderr);
        return 1;
    }
    for (; optind < argc; optind++)
        status |= remove_all(argv[optind], parents);
    return status;
}

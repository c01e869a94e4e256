/* SPDX-License-Identifier: MIT */
/* umount.c - detach file systems: -f even if requests are lost, -l as soon as nobody uses them. */
#include <err.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int flags = 0;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "fl")) != -1) {
        if (option == '?') {
            optind = argc;
            break;
        }
        flags |= option == 'f' ? MNT_FORCE : MNT_DETACH;
    }
    if (optind == argc) {
        fputs("usage: umount [-fl] directory ...\n", stderr);
        return 1;
    }
    for (; optind < argc; optind++)
        if (umount2(argv[optind], flags) < 0) {
            warn("%s", argv[optind]);
            status = 1;
        }
    return status;
}

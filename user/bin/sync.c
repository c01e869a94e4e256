/* SPDX-License-Identifier: MIT */
/* sync.c - write to the disks: everything, or the files named (-d without times and the like). */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static int sync_file(const char *path, bool data_only)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    int status = 0;

    if (fd < 0) {
        warn("%s", path);
        return 1;
    }
    if ((data_only ? fdatasync(fd) : fsync(fd)) < 0) {
        warn("%s", path);
        status = 1;
    }
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    bool data_only = false;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "d")) != -1) {
        if (option == '?') {
            fputs("usage: sync [-d] [file ...]\n", stderr);
            return 1;
        }
        data_only = true;
    }
    if (optind == argc)
        sync();
    for (; optind < argc; optind++)
        status |= sync_file(argv[optind], data_only);
    return status;
}

/* SPDX-License-Identifier: MIT */
/* tee.c - copy stdin to stdout and to files; -a appends, -i ignores interrupts. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <util.h>

struct output {
    int fd; /* -1 after an error */
    const char *name;
};

int main(int argc, char **argv)
{
    static char buffer[64 * 1024];
    int flags = O_WRONLY | O_CREAT | O_TRUNC;
    struct output *output;
    int status = 0;
    int count = 0;
    ssize_t got;
    int option;

    while ((option = getopt(argc, argv, "ai")) != -1) {
        switch (option) {
        case 'a':
            flags = O_WRONLY | O_CREAT | O_APPEND;
            break;
        case 'i':
            signal(SIGINT, SIG_IGN);
            break;
        default:
            fputs("usage: tee [-ai] [file ...]\n", stderr);
            return 1;
        }
    }
    output = calloc((size_t)(argc - optind) + 1, sizeof(*output));
    if (output == NULL)
        err(1, NULL);
    output[count++] = (struct output){ STDOUT_FILENO, "standard output" };
    for (; optind < argc; optind++) {
        int fd = open(argv[optind], flags, 0666);

        if (fd < 0) {
            warn("%s", argv[optind]);
            status = 1;
            continue;
        }
        output[count++] = (struct output){ fd, argv[optind] };
    }
    while ((got = read(STDIN_FILENO, buffer, sizeof(buffer))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err(1, "standard input");
        for (int i = 0; i < count; i++)
            if (output[i].fd >= 0 && write_all(output[i].fd, buffer, (size_t)got) < 0) {
                warn("%s", output[i].name);
                output[i].fd = -1;
                status = 1;
            }
    }
    return status;
}

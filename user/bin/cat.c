/* SPDX-License-Identifier: MIT */
/*
 * cat.c - copy files to the standard output.
 *
 * Without -n the bytes go through one large buffer and no stream.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

static char buffer[64 * 1024];
static bool number_lines;

static int copy(int fd, const char *name)
{
    ssize_t got;

    while ((got = read(fd, buffer, sizeof(buffer))) > 0)
        if (write_all(STDOUT_FILENO, buffer, (size_t)got) < 0)
            err(1, "write error");
    if (got == 0)
        return 0;
    warn("%s", name);
    return 1;
}

/* Lines are numbered through all files; a line that two files share has one number. */
static int copy_numbered(int fd, const char *name)
{
    static unsigned long line;
    static bool within_line;
    FILE *f = fdopen(dup(fd), "r");
    int c;

    if (f == NULL)
        err(1, "%s", name);
    while ((c = getc(f)) != EOF) {
        if (!within_line)
            printf("%6lu\t", ++line);
        putchar(c);
        within_line = c != '\n';
    }
    if (ferror(f)) {
        warn("%s", name);
        fclose(f);
        return 1;
    }
    fclose(f);
    return 0;
}

static int cat(const char *name)
{
    int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY);
    int status;

    if (fd < 0) {
        warn("%s", name);
        return 1;
    }
    status = number_lines ? copy_numbered(fd, name) : copy(fd, name);
    if (fd != STDIN_FILENO)
        close(fd);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "nu")) != -1) {
        switch (option) {
        case 'n':
            number_lines = true;
            break;
        case 'u': /* nothing is held back anyway */
            break;
        default:
            fputs("usage: cat [-nu] [file ...]\n", stderr);
            return 1;
        }
    }
    if (optind == argc)
        status = cat("-");
    for (; optind < argc; optind++)
        status |= cat(argv[optind]);
    return finish_output(status);
}

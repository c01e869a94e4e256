/* SPDX-License-Identifier: MIT */
/*
 * cmp.c - compare two files byte by byte: -s says nothing, -l lists all differences.
 *
 * Exit status: 0 equal, 1 different, 2 trouble.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

static bool silent, list;

static FILE *open_file(const char *name)
{
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

    if (f == NULL)
        err(2, "%s", name);
    return f;
}

static int end_of_file(const char *name, unsigned long byte)
{
    if (!silent && byte == 1)
        fprintf(stderr, "cmp: EOF on %s which is empty\n", name);
    else if (!silent)
        fprintf(stderr, "cmp: EOF on %s after byte %lu\n", name, byte - 1);
    return 1;
}

static int compare(const char *a_name, const char *b_name)
{
    FILE *a = open_file(a_name);
    FILE *b = open_file(b_name);
    unsigned long line = 1;
    int status = 0;

    for (unsigned long byte = 1;; byte++) {
        int x = getc(a);
        int y = getc(b);

        if (ferror(a) || ferror(b))
            err(2, "%s", ferror(a) ? a_name : b_name);
        if (x == EOF && y == EOF)
            return status;
        if (x == EOF || y == EOF)
            return end_of_file(x == EOF ? a_name : b_name, byte);
        if (x != y && !list) {
            if (!silent)
                printf("%s %s differ: char %lu, line %lu\n", a_name, b_name, byte, line);
            return 1;
        }
        if (x != y) {
            printf("%lu %3o %3o\n", byte, (unsigned)x, (unsigned)y);
            status = 1;
        }
        line += x == '\n';
    }
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "ls")) != -1) {
        if (option == '?')
            break;
        silent |= option == 's';
        list |= option == 'l';
    }
    if (option == '?' || argc - optind != 2) {
        fputs("usage: cmp [-l | -s] file file\n", stderr);
        return 2;
    }
    return finish_output(compare(argv[optind], argv[optind + 1]));
}

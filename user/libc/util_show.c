/* SPDX-License-Identifier: MIT */
/* util_show.c - the operands of commands that show parts of files. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

FILE *open_shown(const char *name, bool with_title)
{
    static bool again;
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(name, "r");

    if (f == NULL) {
        warn("%s", name);
        return NULL;
    }
    if (with_title)
        printf("%s==> %s <==\n", again ? "\n" : "", is_stdin ? "standard input" : name);
    again = true;
    return f;
}

int close_shown(FILE *f, const char *name)
{
    int status = ferror(f) ? 1 : 0;

    if (status)
        warn("%s", name);
    if (f != stdin)
        fclose(f);
    return status;
}

const char *leading_count(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] != '-' || strspn(argv[1] + 1, "0123456789") == 0)
        return NULL;
    optind = 2;
    return argv[1] + 1;
}

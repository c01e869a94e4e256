/* SPDX-License-Identifier: MIT */
/*
 * tail.c - the last lines (-n) or bytes (-c) of files; "+N" means from number N on.  -f goes on
 * waiting for what is appended to the last file.
 *
 * The input is read once; what may still be shown is kept in a ring of lines, or of bytes.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <util.h>
#include "lib/strutil.h"

static bool count_bytes, from_start, follow;
static unsigned long count = 10;

/* Everything from byte or line number COUNT on. */
static void copy_from(FILE *f)
{
    unsigned long skip = count > 0 ? count - 1 : 0;
    int c;

    while (skip > 0 && (c = getc(f)) != EOF)
        skip -= count_bytes || c == '\n';
    while ((c = getc(f)) != EOF)
        putchar(c);
}

static void copy_last_bytes(FILE *f)
{
    char *ring = malloc(count);
    unsigned long seen = 0;
    int c;

    if (ring == NULL)
        err(1, NULL);
    for (; (c = getc(f)) != EOF; seen++)
        ring[seen % count] = (char)c;
    for (unsigned long i = seen > count ? seen - count : 0; i < seen; i++)
        putchar(ring[i % count]);
    free(ring);
}

struct line {
    char *text;
    size_t size;
    size_t length;
};

static void copy_last_lines(FILE *f)
{
    struct line *ring = calloc(count, sizeof(*ring));
    unsigned long seen = 0;
    ssize_t length;

    if (ring == NULL)
        err(1, NULL);
    for (;; seen++) {
        struct line *line = &ring[seen % count];

        /* A failed read leaves the old line alone only if it is read into another place first. */
        int c = getc(f);

        if (c == EOF)
            break;
        ungetc(c, f);
        length = getline(&line->text, &line->size, f);
        if (length < 0)
            break;
        line->length = (size_t)length;
    }
    for (unsigned long i = seen > count ? seen - count : 0; i < seen; i++)
        fwrite(ring[i % count].text, 1, ring[i % count].length, stdout);
    for (unsigned long i = 0; i < count; i++)
        free(ring[i].text);
    free(ring);
}

/* Show what others append; ends with a signal only. */
static void wait_for_more(FILE *f)
{
    struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

    for (;;) {
        int c;

        clearerr(f);
        while ((c = getc(f)) != EOF)
            putchar(c);
        if (fflush(stdout) != 0)
            err(1, "write error");
        nanosleep(&pause, NULL);
    }
}

static int tail(const char *name, bool with_title, bool is_last)
{
    static bool again;
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(name, "r");
    int status = 0;

    if (f == NULL) {
        warn("%s", name);
        return 1;
    }
    if (with_title)
        printf("%s==> %s <==\n", again ? "\n" : "", is_stdin ? "standard input" : name);
    again = true;
    if (from_start)
        copy_from(f);
    else if (count > 0 && count_bytes)
        copy_last_bytes(f);
    else if (count > 0)
        copy_last_lines(f);
    if (ferror(f)) {
        warn("%s", name);
        status = 1;
    } else if (follow && is_last) {
        if (count == 0)
            fseek(f, 0, SEEK_END);
        wait_for_more(f);
    }
    if (!is_stdin)
        fclose(f);
    return status;
}

static void parse_count(const char *text)
{
    from_start = *text == '+';
    if (str_to_size(text + (*text == '+' || *text == '-'), &count) < 0)
        errx(1, "%s: invalid number", text);
}

int main(int argc, char **argv)
{
    int status = 0;
    int option;

    /* The old form, "-20". */
    if (argc > 1 && argv[1][0] == '-' && strspn(argv[1] + 1, "0123456789") > 0) {
        parse_count(argv[1] + 1);
        optind = 2;
    }
    while ((option = getopt(argc, argv, "fn:c:")) != -1) {
        switch (option) {
        case 'f':
            follow = true;
            break;
        case 'n':
        case 'c':
            count_bytes = option == 'c';
            parse_count(optarg);
            break;
        default:
            fputs("usage: tail [-f] [-n lines | -c bytes] [file ...]\n", stderr);
            return 1;
        }
    }
    if (optind == argc)
        status = tail("-", false, true);
    for (int i = optind; i < argc; i++)
        status |= tail(argv[i], argc - optind > 1, i == argc - 1);
    return finish_output(status);
}

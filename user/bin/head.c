/* SPDX-License-Identifier: MIT */
/*
 * head.c - the first lines (-n) or bytes (-c) of files; a negative number means all but the last.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <util.h>
#include "lib/strutil.h"

static bool count_bytes;
static bool all_but; /* the last COUNT */
static unsigned long count = 10;

static void copy_bytes(FILE *f, unsigned long limit)
{
    static char buffer[BUFSIZ];
    size_t got;

    while (limit > 0) {
        got = fread(buffer, 1, limit < sizeof(buffer) ? limit : sizeof(buffer), f);
        if (got == 0)
            break;
        fwrite(buffer, 1, got, stdout);
        limit -= got;
    }
}

static void copy_lines(FILE *f, unsigned long limit)
{
    int c;

    while (limit > 0 && (c = getc(f)) != EOF) {
        putchar(c);
        limit -= c == '\n';
    }
}

/* Hold back COUNT bytes: each new one pushes the oldest out. */
static void copy_all_but_bytes(FILE *f)
{
    struct ring ring = { .count = count, .entry = 1 };
    int c;

    while ((c = getc(f)) != EOF) {
        bool is_full = ring.seen >= count;
        char *place = ring_next(&ring);

        if (is_full)
            putchar(*place);
        *place = (char)c;
    }
    free(ring.entries);
}

static void copy_all_but_lines(FILE *f)
{
    struct ring ring = { .count = count, .entry = sizeof(struct line) };
    struct line line = { 0 };

    while (line_read(f, &line)) {
        ring_push_line(&ring, &line);
        fwrite(line.text, 1, line.length, stdout);
    }
    ring_free_lines(&ring);
    free(line.text);
}

static void copy(FILE *f)
{
    if (all_but && count > 0 && count_bytes)
        copy_all_but_bytes(f);
    else if (all_but && count > 0)
        copy_all_but_lines(f);
    else if (count_bytes)
        copy_bytes(f, all_but ? ~0UL : count);
    else
        copy_lines(f, all_but ? ~0UL : count);
}

static int head(const char *name, bool with_title)
{
    FILE *f = open_shown(name, with_title);

    if (f == NULL)
        return 1;
    copy(f);
    return close_shown(f, name);
}

static void parse_count(const char *text)
{
    all_but = *text == '-';
    if (str_to_decimal_size(text + all_but, &count) < 0)
        errx(1, "%s: invalid number", text);
}

int main(int argc, char **argv)
{
    const char *old_form = leading_count(argc, argv);
    int status = 0;
    int option;

    if (old_form)
        parse_count(old_form);
    while ((option = getopt(argc, argv, "n:c:")) != -1) {
        if (option != 'n' && option != 'c') {
            fputs("usage: head [-n lines | -c bytes] [file ...]\n", stderr);
            return 1;
        }
        count_bytes = option == 'c';
        parse_count(optarg);
    }
    if (optind == argc)
        status = head("-", false);
    for (int i = optind; i < argc; i++)
        status |= head(argv[i], argc - optind > 1);
    return finish_output(status);
}

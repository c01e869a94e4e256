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
#include <sys/stat.h>
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
    struct ring ring = { .count = count, .entry = 1 };
    int c;

    while ((c = getc(f)) != EOF)
        *(char *)ring_next(&ring) = (char)c;
    for (unsigned long i = 0; i < ring_length(&ring); i++)
        putchar(*(char *)ring_at(&ring, i));
    free(ring.entries);
}

static void copy_last_lines(FILE *f)
{
    struct ring ring = { .count = count, .entry = sizeof(struct line) };
    struct line line = { 0 };

    while (line_read(f, &line))
        ring_push_line(&ring, &line);
    for (unsigned long i = 0; i < ring_length(&ring); i++) {
        const struct line *kept = ring_at(&ring, i);

        fwrite(kept->text, 1, kept->length, stdout);
    }
    ring_free_lines(&ring);
    free(line.text);
}

/* Nobody can append to what a pipe has brought: -f means nothing there. */
static bool is_piped(FILE *f)
{
    struct stat st;

    return f == stdin && fstat(fileno(f), &st) == 0 && S_ISFIFO(st.st_mode);
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
    FILE *f = open_shown(name, with_title);

    if (f == NULL)
        return 1;
    if (from_start)
        copy_from(f);
    else if (count > 0 && count_bytes)
        copy_last_bytes(f);
    else if (count > 0)
        copy_last_lines(f);
    if (follow && is_last && !is_piped(f) && !ferror(f)) {
        if (count == 0)
            fseek(f, 0, SEEK_END);
        wait_for_more(f);
    }
    return close_shown(f, name);
}

static void parse_count(const char *text)
{
    from_start = *text == '+';
    if (str_to_decimal_size(text + (*text == '+' || *text == '-'), &count) < 0)
        errx(1, "%s: invalid number", text);
}

int main(int argc, char **argv)
{
    const char *old_form = leading_count(argc, argv);
    int status = 0;
    int option;

    if (old_form)
        parse_count(old_form);
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

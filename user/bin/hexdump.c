/* SPDX-License-Identifier: MIT */
/*
 * hexdump.c - bytes in hexadecimal.
 *
 *   -C       one byte at a time with the characters beside; else pairs of bytes, the second first
 *   -n N     only N bytes    -s N  skip N bytes    -v  every line, even one like that before
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>
#include "lib/strutil.h"

#define LINE 16

static bool canonical, verbose;
static uint64_t limit = UINT64_MAX;
static uint64_t skip;
static FILE *input;
static const char *input_name = "standard input";
static int status;

static void fail(void)
{
    warn("%s", input_name);
    status = 1;
}

static bool open_next(char ***file)
{
    while (**file != NULL) {
        input_name = *(*file)++;
        input = fopen(input_name, "r");
        if (input != NULL)
            return true;
        fail();
    }
    return false;
}

/* The operands one after the other are one input. */
static int next_byte(char ***file)
{
    while (input != NULL || open_next(file)) {
        int c = getc(input);

        if (c != EOF)
            return c;
        if (ferror(input))
            fail();
        fclose(input);
        input = NULL;
    }
    return EOF;
}

static size_t read_line(char ***file, unsigned char *line)
{
    size_t length = 0;
    int c;

    while (length < LINE && limit > 0 && (c = next_byte(file)) != EOF) {
        line[length++] = (unsigned char)c;
        limit--;
    }
    return length;
}

static void print_canonical(uint64_t offset, const unsigned char *line, size_t length)
{
    printf("%08lx", offset);
    for (size_t i = 0; i < LINE; i++) {
        if (i % 8 == 0)
            putchar(' ');
        if (i < length)
            printf(" %02x", line[i]);
        else
            fputs("   ", stdout);
    }
    fputs("  |", stdout);
    for (size_t i = 0; i < length; i++)
        putchar(isprint(line[i]) ? line[i] : '.');
    puts("|");
}

static void print_pairs(uint64_t offset, const unsigned char *line, size_t length)
{
    printf("%07lx", offset);
    for (size_t i = 0; i < LINE; i += 2) {
        unsigned high = i + 1 < length ? line[i + 1] : 0;

        if (i < length)
            printf(" %04x", high << 8 | line[i]);
        else
            fputs("     ", stdout);
    }
    putchar('\n');
}

/* A run of equal lines is shown as its first and a star. */
static void dump(char **file)
{
    unsigned char line[LINE], before[LINE];
    bool starred = false;
    uint64_t offset = skip;
    size_t length;

    for (uint64_t i = 0; i < skip; i++)
        if (next_byte(&file) == EOF)
            return;
    for (; (length = read_line(&file, line)) > 0; offset += length) {
        bool again = offset > skip && length == LINE && memcmp(line, before, LINE) == 0;

        if (again && !verbose) {
            if (!starred)
                puts("*");
            starred = true;
            continue;
        }
        starred = false;
        if (canonical)
            print_canonical(offset, line, length);
        else
            print_pairs(offset, line, length);
        memcpy(before, line, LINE);
    }
    if (offset > skip)
        printf(canonical ? "%08lx\n" : "%07lx\n", offset);
}

static uint64_t parse(const char *text)
{
    uint64_t n;

    if (str_to_size(text, &n) < 0)
        errx(1, "%s: invalid number", text);
    return n;
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "Cn:s:v")) != -1) {
        switch (option) {
        case 'C':
            canonical = true;
            break;
        case 'n':
            limit = parse(optarg);
            break;
        case 's':
            skip = parse(optarg);
            break;
        case 'v':
            verbose = true;
            break;
        default:
            fputs("usage: hexdump [-Cv] [-n bytes] [-s skip] [file ...]\n", stderr);
            return 1;
        }
    }
    if (optind == argc)
        input = stdin;
    dump(argv + optind);
    return finish_output(status);
}

/* SPDX-License-Identifier: MIT */
/*
 * uniq.c - of equal neighbouring lines only the first.
 *
 *   -c  with how many there were     -d  only lines that repeat     -u  only lines that do not
 *   -i  ignore case                  -f N  without the first N fields     -s N  ... N characters
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <util.h>

static bool with_count, only_repeated, only_single, fold;
static int skip_fields, skip_chars;

/* The part of a line that is compared. */
static const char *key(const char *line)
{
    for (int i = 0; i < skip_fields; i++) {
        while (isblank((unsigned char)*line))
            line++;
        while (*line != '\0' && !isblank((unsigned char)*line))
            line++;
    }
    for (int i = 0; i < skip_chars && *line != '\0'; i++)
        line++;
    return line;
}

static bool is_equal(const char *a, const char *b)
{
    return (fold ? strcasecmp(key(a), key(b)) : strcmp(key(a), key(b))) == 0;
}

static void print(const char *line, unsigned long count)
{
    if ((only_repeated && count == 1) || (only_single && count > 1))
        return;
    if (with_count)
        printf("%7lu ", count);
    puts(line);
}

static void filter(FILE *f)
{
    char *line = NULL;
    char *before = NULL;
    size_t size = 0;
    unsigned long count = 0;

    while (getline(&line, &size, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (before != NULL && is_equal(line, before)) {
            count++;
            continue;
        }
        if (before != NULL)
            print(before, count);
        free(before);
        before = line;
        count = 1;
        line = NULL;
    }
    if (before != NULL)
        print(before, count);
    free(before);
    free(line);
}

static int usage(void)
{
    fputs("usage: uniq [-cdiu] [-f fields] [-s chars] [input [output]]\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    FILE *f = stdin;
    int option;

    while ((option = getopt(argc, argv, "cdiuf:s:")) != -1) {
        switch (option) {
        case 'c':
            with_count = true;
            break;
        case 'd':
            only_repeated = true;
            break;
        case 'i':
            fold = true;
            break;
        case 'u':
            only_single = true;
            break;
        case 'f':
            skip_fields = atoi(optarg);
            break;
        case 's':
            skip_chars = atoi(optarg);
            break;
        default:
            return usage();
        }
    }
    if (argc - optind > 2)
        return usage();
    if (optind < argc && strcmp(argv[optind], "-") != 0)
        f = fopen(argv[optind], "r");
    if (f == NULL)
        err(1, "%s", argv[optind]);
    if (optind + 1 < argc && freopen(argv[optind + 1], "w", stdout) == NULL)
        err(1, "%s", argv[optind + 1]);
    filter(f);
    if (ferror(f))
        err(1, "%s", optind < argc ? argv[optind] : "standard input");
    return finish_output(0);
}

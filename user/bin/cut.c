/* SPDX-License-Identifier: MIT */
/*
 * cut.c - parts of lines: -c characters, -b bytes (the same here), -f fields.
 *
 *   LIST       numbers and ranges: 1,3-5,7-
 *   -d CHAR    what separates fields (tab)     -s  leave out lines without it
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define MAX_RANGES 64

struct range {
    unsigned long first, last;
};

static struct range ranges[MAX_RANGES];
static int nranges;
static bool by_field, only_separated;
static char separator = '\t';

/* "N", "N-", "-M" or "N-M". */
static bool parse_range(const char *text, struct range *range)
{
    char *end = (char *)text;

    range->first = 1;
    if (*text != '-')
        range->first = strtoul(text, &end, 10);
    range->last = range->first;
    if (*end == '-') {
        text = end + 1;
        range->last = strtoul(text, &end, 10);
        if (end == text)
            range->last = ~0UL;
    }
    return *end == '\0' && range->first > 0 && range->last >= range->first;
}

static void parse_list(char *list)
{
    char *word;

    while ((word = strsep(&list, ", ")) != NULL) {
        if (nranges == MAX_RANGES)
            errx(1, "the list is too long");
        if (!parse_range(word, &ranges[nranges++]))
            errx(1, "%s: invalid range", word);
    }
}

static bool is_chosen(unsigned long n)
{
    for (int i = 0; i < nranges; i++)
        if (n >= ranges[i].first && n <= ranges[i].last)
            return true;
    return false;
}

static void cut_characters(const char *line)
{
    for (unsigned long n = 1; *line != '\0'; n++, line++)
        if (is_chosen(n))
            putchar(*line);
    putchar('\n');
}

static void cut_fields(char *line)
{
    bool any = false;
    unsigned long n = 1;

    if (strchr(line, separator) == NULL) {
        if (!only_separated)
            puts(line);
        return;
    }
    for (char *field = line; field != NULL; n++) {
        char *end = strchr(field, separator);

        if (end != NULL)
            *end = '\0';
        if (is_chosen(n)) {
            if (any)
                putchar(separator);
            fputs(field, stdout);
            any = true;
        }
        field = end != NULL ? end + 1 : NULL;
    }
    putchar('\n');
}

static int cut(const char *name)
{
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
    char *line = NULL;
    size_t size = 0;
    int status = 0;

    if (f == NULL) {
        warn("%s", name);
        return 1;
    }
    while (getline(&line, &size, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (by_field)
            cut_fields(line);
        else
            cut_characters(line);
    }
    if (ferror(f)) {
        warn("%s", name);
        status = 1;
    }
    free(line);
    if (f != stdin)
        fclose(f);
    return status;
}

static int usage(void)
{
    fputs("usage: cut -b list | -c list | -f list [-d char] [-s] [file ...]\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "b:c:f:d:s")) != -1) {
        switch (option) {
        case 'b':
        case 'c':
        case 'f':
            by_field = option == 'f';
            parse_list(optarg);
            break;
        case 'd':
            if (optarg[0] == '\0' || optarg[1] != '\0')
                errx(1, "the delimiter must be one character");
            separator = optarg[0];
            break;
        case 's':
            only_separated = true;
            break;
        default:
            return usage();
        }
    }
    if (nranges == 0)
        return usage();
    if (optind == argc)
        status = cut("-");
    for (; optind < argc; optind++)
        status |= cut(argv[optind]);
    return finish_output(status);
}

/* SPDX-License-Identifier: MIT */
/*
 * grep.c - lines that match a regular expression.
 *
 *   -E extended expressions  -F fixed strings    -i ignore case       -v lines that do not match
 *   -w whole words           -x whole lines      -e PATTERN (several: any of them)
 *   -n with line numbers     -c only the count   -l only file names   -q only the exit status
 *   -h without file names    -H with them        -s no messages       -r whole trees
 *
 * Exit status: 0 when a line was selected, 1 when none was, 2 after an error.
 */
#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/grep/regex.h"

static struct {
    int flags; /* of regex_create */
    bool inverted, numbers, count, list, quiet, recursive, silent;
    int names; /* before each line: 1 yes, 0 no, -1 when there are several files */
} opt = { .names = -1 };

static struct regex **pattern;
static size_t npatterns;

static bool selected_any;
static int status = 1;

static void fail(const char *path)
{
    if (!opt.silent)
        warn("%s", path);
    status = 2;
}

static void add_pattern(const char *text)
{
    const char *error;

    pattern = reallocarray(pattern, npatterns + 1, sizeof(*pattern));
    if (pattern == NULL)
        err(2, NULL);
    pattern[npatterns] = regex_create(text, opt.flags, &error);
    if (pattern[npatterns++] == NULL)
        errx(2, "%s: %s", text, error);
}

/* Each line of TEXT is a pattern. */
static void add_patterns(char *text)
{
    char *line;

    while ((line = strsep(&text, "\n")) != NULL)
        add_pattern(line);
}

static bool is_selected(const char *line, size_t length)
{
    for (size_t i = 0; i < npatterns; i++)
        if (regex_search(pattern[i], line, length))
            return !opt.inverted;
    return opt.inverted;
}

static void print_line(const char *name, unsigned long number, const char *line, size_t length)
{
    if (opt.names > 0)
        printf("%s:", name);
    if (opt.numbers)
        printf("%lu:", number);
    fwrite(line, 1, length, stdout);
    putchar('\n');
}

/* The number of selected lines; at the first one when that is enough to know. */
static unsigned long search_lines(FILE *f, const char *name)
{
    unsigned long number = 0;
    unsigned long count = 0;
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, f)) > 0) {
        if (line[length - 1] == '\n')
            length--;
        number++;
        if (!is_selected(line, (size_t)length))
            continue;
        count++;
        if (opt.quiet || opt.list)
            break;
        if (!opt.count)
            print_line(name, number, line, (size_t)length);
    }
    free(line);
    return count;
}

static void search_stream(FILE *f, const char *name)
{
    unsigned long count = search_lines(f, name);

    if (ferror(f))
        fail(name);
    if (opt.list && count > 0)
        puts(name);
    if (opt.count && !opt.quiet && !opt.list) {
        if (opt.names > 0)
            printf("%s:", name);
        printf("%lu\n", count);
    }
    selected_any |= count > 0;
}

static void search_file(const char *path)
{
    FILE *f;

    if (strcmp(path, "-") == 0) {
        search_stream(stdin, "(standard input)");
        return;
    }
    if (is_directory(path)) {
        errno = EISDIR;
        fail(path);
        return;
    }
    f = fopen(path, "r");
    if (f == NULL) {
        fail(path);
        return;
    }
    search_stream(f, path);
    fclose(f);
}

/* Symbolic links inside a tree are not followed. */
static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)where;
    if (type == FTW_NS || type == FTW_DNR)
        fail(path);
    else if (type == FTW_F && S_ISREG(st->st_mode))
        search_file(path);
    return 0;
}

static void search_tree(const char *path)
{
    if (!is_directory(path))
        search_file(path);
    else if (nftw(path, visit, 1, FTW_PHYS) < 0)
        fail(path);
}

static int usage(void)
{
    fputs("usage: grep [-EFHchilnqrsvwx] pattern [file ...]\n"
          "       grep [-EFHchilnqrsvwx] -e pattern ... [file ...]\n", stderr);
    return 2;
}

/* False for an option that does not exist. */
static bool set_option(int option)
{
    switch (option) {
    case 'E':
        opt.flags |= REGEX_EXTENDED;
        break;
    case 'F':
        opt.flags |= REGEX_LITERAL;
        break;
    case 'i':
        opt.flags |= REGEX_FOLD;
        break;
    case 'w':
        opt.flags |= REGEX_WORD;
        break;
    case 'x':
        opt.flags |= REGEX_LINE;
        break;
    case 'v':
        opt.inverted = true;
        break;
    case 'n':
        opt.numbers = true;
        break;
    case 'c':
        opt.count = true;
        break;
    case 'l':
        opt.list = true;
        break;
    case 'q':
        opt.quiet = true;
        break;
    case 's':
        opt.silent = true;
        break;
    case 'r':
        opt.recursive = true;
        break;
    case 'h':
    case 'H':
        opt.names = option == 'H';
        break;
    default:
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static char *here[] = { ".", NULL };
    char **text = calloc((size_t)argc + 1, sizeof(*text));
    size_t ntexts = 0;
    int option;

    if (text == NULL)
        err(2, NULL);
    while ((option = getopt(argc, argv, "EFHchilnqrsvwxe:")) != -1) {
        if (option == 'e')
            text[ntexts++] = optarg;
        else if (!set_option(option))
            return usage();
    }
    if (ntexts == 0) {
        if (optind == argc)
            return usage();
        text[ntexts++] = argv[optind++];
    }
    for (size_t i = 0; i < ntexts; i++)
        add_patterns(text[i]);
    argv += optind;
    argc -= optind;
    if (opt.names < 0)
        opt.names = argc > 1 || opt.recursive;
    if (argc == 0 && opt.recursive)
        argv = here;
    if (*argv == NULL)
        search_file("-");
    for (; *argv != NULL; argv++) {
        if (opt.recursive)
            search_tree(*argv);
        else
            search_file(*argv);
    }
    if (opt.quiet && selected_any)
        return 0;
    return finish_output(status == 1 && selected_any ? 0 : status);
}

/* SPDX-License-Identifier: MIT */
/*
 * seq.c - numbers from FIRST to LAST in steps; -s between them, -w all of one width.
 *
 * Numbers are shown with as many digits behind the point as the most exact operand has; each is
 * computed from the first, so that errors do not add up.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

static int decimals;

static double parse(const char *text)
{
    const char *point = strchr(text, '.');
    char *end;
    double value = strtod(text, &end);
    int places = point != NULL ? (int)strlen(point + 1) : 0;

    if (end == text || *end != '\0')
        errx(1, "%s: invalid number", text);
    if (places > decimals)
        decimals = places;
    return value;
}

static int width_of(double value)
{
    return snprintf(NULL, 0, "%.*f", decimals, value);
}

/* A negative number is no option. */
static bool is_option(const char *word)
{
    return word[0] == '-' && strchr("sw", word[1]) != NULL && word[1] != '\0';
}

int main(int argc, char **argv)
{
    const char *separator = "\n";
    double first = 1, step = 1, last;
    int width = 0;
    int i = 1;
    bool equal_width = false;

    for (; i < argc && is_option(argv[i]); i++) {
        if (argv[i][1] == 'w')
            equal_width = true;
        else if (argv[i][2] != '\0')
            separator = argv[i] + 2;
        else if (i + 1 < argc)
            separator = argv[++i];
    }
    if (argc - i < 1 || argc - i > 3) {
        fputs("usage: seq [-w] [-s string] [first [step]] last\n", stderr);
        return 1;
    }
    if (argc - i > 1)
        first = parse(argv[i]);
    if (argc - i > 2)
        step = parse(argv[i + 1]);
    last = parse(argv[argc - 1]);
    if (step == 0)
        errx(1, "the step is zero");
    if (equal_width)
        width = width_of(first) > width_of(last) ? width_of(first) : width_of(last);
    for (long n = 0;; n++) {
        double value = first + (double)n * step;

        if (step > 0 ? value > last + step * 1e-9 : value < last + step * 1e-9) {
            if (n > 0)
                putchar('\n');
            break;
        }
        printf("%s%0*.*f", n > 0 ? separator : "", width, decimals, value);
    }
    return finish_output(0);
}

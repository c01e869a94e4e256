/* SPDX-License-Identifier: MIT */
/*
 * echo.c - print the arguments.
 *
 * -n leaves the newline out, -e understands \ escapes, -E does not (the default).  A word that has
 * other letters is text.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>

/* Up to MAX digits of BASE at *S as one byte. */
static int number(const char **s, int base, int max)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int value = 0;

    for (; max > 0 && **s != '\0'; max--, (*s)++) {
        const char *digit = memchr(digits, **s, sizeof(digits) - 1);

        if (digit == NULL || (digit - digits) % 16 >= base)
            break;
        value = value * base + (int)((digit - digits) % 16);
    }
    return value & 0xff;
}

/* Print S with escapes; false after \c, which ends all output. */
static bool print_escaped(const char *s)
{
    static const char letters[] = "abefnrtv\\";
    static const char values[] = "\a\b\033\f\n\r\t\v\\";

    while (*s != '\0') {
        const char *known;

        if (*s != '\\' || s[1] == '\0') {
            putchar(*s++);
            continue;
        }
        s++;
        known = strchr(letters, *s);
        if (known != NULL) {
            putchar(values[known - letters]);
            s++;
        } else if (*s == 'c') {
            return false;
        } else if (*s == '0') {
            s++;
            putchar(number(&s, 8, 3));
        } else if (*s == 'x' && s[1] != '\0' && strchr("0123456789abcdefABCDEF", s[1]) != NULL) {
            s++;
            putchar(number(&s, 16, 2));
        } else {
            putchar('\\');
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    bool newline = true;
    bool escapes = false;
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        const char *letters = argv[i] + 1;

        if (letters[strspn(letters, "neE")] != '\0')
            break;
        for (; *letters != '\0'; letters++) {
            newline &= *letters != 'n';
            if (*letters != 'n')
                escapes = *letters == 'e';
        }
    }
    for (; i < argc; i++) {
        if (!escapes)
            fputs(argv[i], stdout);
        else if (!print_escaped(argv[i]))
            return finish_output(0);
        if (i + 1 < argc)
            putchar(' ');
    }
    if (newline)
        putchar('\n');
    return finish_output(0);
}

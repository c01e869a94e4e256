/* SPDX-License-Identifier: MIT */
/* builtin_io.c - echo and read. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/tagged.h"
#include "user/bin/sh/trap.h"
#include "user/bin/sh/vars.h"

/* Up to MAX octal digits at *S as one byte. */
static int octal(const char **s, int max)
{
    int value = 0;

    for (; max > 0 && **s >= '0' && **s <= '7'; max--)
        value = value * 8 + *(*s)++ - '0';
    return value & 0xff;
}

/* Two hexadecimal digits at most. */
static int hexadecimal(const char **s)
{
    static const char digits[] = "0123456789abcdef";
    int value = 0;

    for (int n = 0; n < 2 && isxdigit((unsigned char)**s); n++)
        value = value * 16 + (int)(strchr(digits, tolower((unsigned char)*(*s)++)) - digits);
    return value;
}

/* Print with escapes; false after \c, which ends all output. */
static bool print_escaped(const char *s)
{
    static const char letters[] = "abefnrtv\\";
    static const char values[] = "\a\b\033\f\n\r\t\v\\";

    while (*s != '\0') {
        const char *known = *s == '\\' && s[1] != '\0' ? strchr(letters, s[1]) : NULL;

        if (known != NULL) {
            putchar(values[known - letters]);
            s += 2;
        } else if (s[0] == '\\' && s[1] == 'c') {
            return false;
        } else if (s[0] == '\\' && s[1] == '0') {
            s += 2;
            putchar(octal(&s, 3));
        } else if (s[0] == '\\' && s[1] == 'x' && isxdigit((unsigned char)s[2])) {
            s += 2;
            putchar(hexadecimal(&s));
        } else {
            putchar(*s++);
        }
    }
    return true;
}

static bool is_echo_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strspn(word + 1, "neE") == strlen(word + 1);
}

/* As /bin/echo: -n no newline, -e escapes, -E none. */
int builtin_echo(int argc, char **argv)
{
    bool newline = true, escapes = false;
    int i = 1;

    for (; i < argc && is_echo_option(argv[i]); i++) {
        for (const char *letter = argv[i] + 1; *letter != '\0'; letter++) {
            if (*letter == 'n')
                newline = false;
            else
                escapes = *letter == 'e';
        }
    }
    for (int first = i; i < argc; i++) {
        if (i > first)
            putchar(' ');
        if (!escapes)
            fputs(argv[i], stdout);
        else if (!print_escaped(argv[i]))
            return 0;
    }
    if (newline)
        putchar('\n');
    return 0;
}

/* One byte: no more is taken from what others may want to read.  0 at the end, -1 for an error. */
static int read_byte(char *c)
{
    ssize_t got;

    do {
        got = read(STDIN_FILENO, c, 1);
        if (got < 0 && errno == EINTR)
            trap_run_pending();
    } while (got < 0 && errno == EINTR && !shell_is_unwinding());
    return (int)got;
}

/* A line; 0 when it ended in a newline. */
static int read_line(struct tagged *line, bool raw)
{
    bool quoted = false;
    char c;

    for (;;) {
        int got = read_byte(&c);

        if (got <= 0)
            return 1;
        if (c == '\0')
            continue;
        if (quoted) {
            if (c != '\n')
                tagged_add(line, c, TAG_QUOTED);
            quoted = false;
        } else if (c == '\n') {
            return 0;
        } else if (c == '\\' && !raw) {
            quoted = true;
        } else {
            tagged_add(line, c, TAG_SPLIT);
        }
    }
}

int builtin_read(int argc, char **argv)
{
    const char *rest = NULL, *prompt = NULL;
    const char *ifs = vars_get("IFS");
    struct fields f = { 0 };
    struct tagged line;
    bool raw = false;
    int at = 1;
    int letter, status;

    while ((letter = builtin_option(argv, &at, &rest, "rp:", &prompt)) > 0)
        raw |= letter == 'r';
    if (letter < 0)
        return STATUS_ERROR;
    if (at == argc) {
        shell_warn("read: needs the name of a variable");
        return STATUS_ERROR;
    }
    for (int i = at; i < argc; i++)
        if (!builtin_check_name("read", argv[i]))
            return STATUS_ERROR;
    if (prompt != NULL && isatty(STDIN_FILENO))
        fputs(prompt, stderr);
    tagged_init(&line);
    status = read_line(&line, raw);
    tagged_split_rest(&line, ifs != NULL ? ifs : " \t\n", (size_t)(argc - at), &f);
    for (size_t i = 0; i < f.count; i++)
        if (!vars_set(argv[(size_t)at + i], f.values[i]))
            return STATUS_ERROR;
    return status;
}

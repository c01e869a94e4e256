/* SPDX-License-Identifier: MIT */
/*
 * printf.c - text by a format, for the shell.
 *
 * Conversions are those of C, and %b, which prints its argument with escapes.  The format is used
 * again while there are arguments; missing ones are empty or 0.  A number may be 'c or "c: the
 * value of that character.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>

#define MAX_SPEC 64

static char **argument; /* the next one; NULL at the end */
static int status;

static const char *next_argument(void)
{
    return *argument != NULL ? *argument++ : NULL;
}

/* The character after a backslash at *P; *P is moved on.  -1 for \c. */
static int parse_escape(const char **p, int octal_digits)
{
    static const char letters[] = "abefnrtv\\\"";
    static const char values[] = "\a\b\033\f\n\r\t\v\\\"";
    const char *known = **p != '\0' ? strchr(letters, **p) : NULL;
    int value = 0;

    if (known != NULL) {
        (*p)++;
        return (unsigned char)values[known - letters];
    }
    if (**p == 'c')
        return -1;
    if (**p == 'x') {
        char hex[3] = { 0 };
        size_t length;

        strlcpy(hex, *p + 1, sizeof(hex));
        length = strspn(hex, "0123456789abcdefABCDEF");
        hex[length] = '\0';
        *p += 1 + length;
        return (int)strtol(hex, NULL, 16);
    }
    if (**p < '0' || **p > '7')
        return '\\';
    for (; octal_digits > 0 && **p >= '0' && **p <= '7'; octal_digits--)
        value = value * 8 + *(*p)++ - '0';
    return value & 0xff;
}

/*
 * %b: an octal number may have a 0 in front of its three digits, and \c ends all output.  Expands
 * TEXT to TO, which has room for it; the number of bytes, of which some may be NUL.
 */
static size_t expand_escapes(const char *text, char *to, bool *last)
{
    size_t length = 0;

    while (*text != '\0') {
        int c = (unsigned char)*text++;

        if (c == '\\')
            c = parse_escape(&text, *text == '0' ? 4 : 3);
        *last = c < 0;
        if (*last)
            break;
        to[length++] = (char)c;
    }
    return length;
}

/* As %s with the flags, width and precision of SPEC, which printf() could not do for NULs. */
static void print_escaped(const char *spec, const char *text)
{
    const char *width = spec + 1 + strspn(spec + 1, "-+ #0");
    const char *point = strchr(spec, '.');
    bool left = memchr(spec, '-', (size_t)(width - spec)) != NULL;
    char *bytes = malloc(strlen(text) + 1);
    bool last = false;
    size_t length;
    int padding;

    if (bytes == NULL)
        err(1, NULL);
    length = expand_escapes(text, bytes, &last);
    if (point != NULL && point[1] != '-' && strtoul(point + 1, NULL, 10) < length)
        length = strtoul(point + 1, NULL, 10);
    padding = atoi(width) > 0 && (size_t)atoi(width) > length ? atoi(width) - (int)length : 0;
    printf("%*s", left ? 0 : padding, "");
    fwrite(bytes, 1, length, stdout);
    printf("%*s", left ? padding : 0, "");
    free(bytes);
    if (last)
        exit(finish_output(status));
}

static void check_number(const char *text, const char *end)
{
    if (end == text || *end != '\0') {
        warnx("%s: %s", text, end == text ? "not a number" : "not completely a number");
        status = 1;
    } else if (errno == ERANGE) {
        warn("%s", text);
        status = 1;
    }
}

static bool is_character(const char *text)
{
    return (text[0] == '\'' || text[0] == '"') && text[1] != '\0';
}

static long integer_argument(bool is_unsigned)
{
    const char *text = next_argument();
    char *end;
    long value;

    if (text == NULL)
        return 0;
    if (is_character(text))
        return (unsigned char)text[1];
    errno = 0;
    value = is_unsigned && text[0] != '-' ? (long)strtoul(text, &end, 0) : strtol(text, &end, 0);
    check_number(text, end);
    return value;
}

static double float_argument(void)
{
    const char *text = next_argument();
    char *end;
    double value;

    if (text == NULL)
        return 0;
    if (is_character(text))
        return (unsigned char)text[1];
    errno = 0;
    value = strtod(text, &end);
    check_number(text, end);
    return value;
}

/* Copy flags, width and precision to SPEC, stars replaced by arguments; returns what follows. */
static const char *copy_spec(const char *p, char spec[MAX_SPEC])
{
    size_t length = 0;

    spec[length++] = '%';
    for (; *p != '\0' && strchr("-+ #0123456789.*", *p) != NULL; p++) {
        if (length + 24 > MAX_SPEC)
            errx(1, "a conversion is too long");
        if (*p == '*')
            length += (size_t)sprintf(spec + length, "%d", (int)integer_argument(false));
        else
            spec[length++] = *p;
    }
    spec[length] = '\0';
    return p;
}

/* One conversion; P stands after '%'.  Sizes such as "l" are skipped: all integers are long. */
static const char *convert(const char *p)
{
    char spec[MAX_SPEC];
    size_t length;
    char letter;
    const char *text;

    if (*p == '%') {
        putchar('%');
        return p + 1;
    }
    p = copy_spec(p, spec);
    length = strlen(spec);
    p += strspn(p, "hlLjzt");
    letter = *p;
    if (letter == '\0' || strchr("diouxXcsbfFeEgG", letter) == NULL)
        errx(1, "%s%.1s: invalid conversion", spec, p);
    if (strchr("diouxX", letter) != NULL)
        spec[length++] = 'l';
    spec[length++] = letter == 'b' || letter == 'c' ? 's' : letter;
    spec[length] = '\0';
    if (strchr("di", letter) != NULL) {
        printf(spec, integer_argument(false));
    } else if (strchr("ouxX", letter) != NULL) {
        printf(spec, integer_argument(true));
    } else if (strchr("fFeEgG", letter) != NULL) {
        printf(spec, float_argument());
    } else {
        char one[2] = { 0 };

        text = next_argument();
        if (text == NULL)
            text = "";
        one[0] = text[0];
        if (letter == 'b')
            print_escaped(spec, text);
        else
            printf(spec, letter == 'c' ? one : text);
    }
    return p + 1;
}

static void print_once(const char *format)
{
    while (*format != '\0') {
        if (*format == '%') {
            format = convert(format + 1);
        } else if (*format == '\\') {
            int c;

            format++;
            c = parse_escape(&format, 3);
            if (c < 0)
                exit(finish_output(status));
            putchar(c);
        } else {
            putchar(*format++);
        }
    }
}

int main(int argc, char **argv)
{
    const char *format;
    char **before;
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

    if (i >= argc) {
        fputs("usage: printf format [argument ...]\n", stderr);
        return 1;
    }
    format = argv[i];
    argument = argv + i + 1;
    do {
        before = argument;
        print_once(format);
    } while (*argument != NULL && argument > before);
    return finish_output(status);
}

/* SPDX-License-Identifier: MIT */
/*
 * printf.c - formatted output to streams, descriptors and strings.
 *
 * lib/fmt.c does the work; here are the places that its text goes to.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>
#include "user/libc/fmt_double.h"
#include "user/libc/stdio_file.h"

static int result(size_t length)
{
    if (length <= INT_MAX)
        return (int)length;
    errno = EOVERFLOW;
    return -1;
}

static void write_stream(void *context, const char *s, size_t n)
{
    fwrite(s, 1, n, context);
}

static int print_to_stream(FILE *f, const char *format, va_list args)
{
    struct fmt_sink sink = { write_stream, f, __fmt_double };
    bool old_error = f->error;
    size_t length;

    f->error = false;
    length = fmt_vprint(&sink, format, args);
    if (f->error)
        return -1;
    f->error = old_error;
    return result(length);
}

/* Text for a stream without a buffer is collected first, so that it goes out in one piece. */
int vfprintf(FILE *f, const char *format, va_list args)
{
    char *text;
    int length;

    if (f->buffering != _IONBF)
        return print_to_stream(f, format, args);
    length = vasprintf(&text, format, args);
    if (length < 0)
        return print_to_stream(f, format, args);
    if (fwrite(text, 1, (size_t)length, f) != (size_t)length)
        length = -1;
    free(text);
    return length;
}

int vprintf(const char *format, va_list args)
{
    return vfprintf(stdout, format, args);
}

/* The rest of a string; what does not fit is only counted. */
struct rest {
    char *next;
    size_t room;
};

static void write_rest(void *context, const char *s, size_t n)
{
    struct rest *rest = context;

    if (n > rest->room)
        n = rest->room;
    memcpy(rest->next, s, n);
    rest->next += n;
    rest->room -= n;
}

int vsnprintf(char *to, size_t size, const char *format, va_list args)
{
    char none;
    struct rest rest = { size > 0 ? to : &none, size > 0 ? size - 1 : 0 };
    struct fmt_sink sink = { write_rest, &rest, __fmt_double };
    size_t length = fmt_vprint(&sink, format, args);

    if (size > 0)
        *rest.next = '\0';
    return result(length);
}

int vsprintf(char *to, const char *format, va_list args)
{
    return vsnprintf(to, INT_MAX, format, args);
}

int vasprintf(char **to, const char *format, va_list args)
{
    va_list again;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return -1;
    *to = malloc((size_t)length + 1);
    if (*to == NULL)
        return -1;
    return vsnprintf(*to, (size_t)length + 1, format, args);
}

int vdprintf(int fd, const char *format, va_list args)
{
    char *text;
    int length = vasprintf(&text, format, args);

    if (length < 0)
        return -1;
    if (write_all(fd, text, (size_t)length) < 0)
        length = -1;
    free(text);
    return length;
}

int printf(const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vfprintf(stdout, format, args);
    va_end(args);
    return length;
}

int fprintf(FILE *f, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vfprintf(f, format, args);
    va_end(args);
    return length;
}

int dprintf(int fd, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vdprintf(fd, format, args);
    va_end(args);
    return length;
}

int sprintf(char *to, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsprintf(to, format, args);
    va_end(args);
    return length;
}

int snprintf(char *to, size_t size, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(to, size, format, args);
    va_end(args);
    return length;
}

int asprintf(char **to, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vasprintf(to, format, args);
    va_end(args);
    return length;
}

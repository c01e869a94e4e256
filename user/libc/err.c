/* SPDX-License-Identifier: MIT */
/* err.c - messages with the program's name. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/libc/start.h"

const char *getprogname(void)
{
    const char *slash = strrchr(__program_name, '/');

    return slash != NULL ? slash + 1 : __program_name;
}

static void message(const char *format, va_list args, const char *reason)
{
    fflush(stdout);
    fprintf(stderr, "%s: ", getprogname());
    if (format != NULL)
        vfprintf(stderr, format, args);
    if (format != NULL && reason != NULL)
        fputs(": ", stderr);
    if (reason != NULL)
        fputs(reason, stderr);
    fputc('\n', stderr);
}

void vwarn(const char *format, va_list args)
{
    message(format, args, strerror(errno));
}

void vwarnx(const char *format, va_list args)
{
    message(format, args, NULL);
}

void warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarn(format, args);
    va_end(args);
}

void warnx(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarnx(format, args);
    va_end(args);
}

void err(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarn(format, args);
    va_end(args);
    exit(status);
}

void errx(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarnx(format, args);
    va_end(args);
    exit(status);
}

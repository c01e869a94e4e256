/* SPDX-License-Identifier: MIT */
/*
 * err.h - messages of the form "program: text: reason" on stderr.
 *
 * warn and err append the text of errno, warnx and errx do not; err and errx exit with STATUS.
 */
#pragma once
#include <stdarg.h>

void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vwarn(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
void vwarnx(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
void err(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
void errx(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* The last part of argv[0]. */
const char *getprogname(void);

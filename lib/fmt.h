/* SPDX-License-Identifier: MIT */
/*
 * fmt.h - printf's engine: formats text into any sink.
 *
 *     %[flags][width][.precision][length]conversion
 *
 *     flags       - left   + sign   space   # prefix   0 pad with zeros
 *     width, .p   a number or *; a negative * width means -, precision none
 *     length      hh h l ll z j t
 *     conversion  d i u o x X c s p %
 *
 * Meanings are C99's; %s of NULL prints (null), %p prints 0x and hex digits.
 * There is no %n, and there are no floating-point conversions: a sink may bring
 * its own by CONVERT.  An unknown conversion is printed as it stands.
 *
 * Nothing here allocates or sleeps; whether the sink may is the caller's matter.
 */
#pragma once
#include <stdarg.h>
#include "lib/types.h"

/* A va_list that can be passed by address on every machine. */
struct fmt_args {
    va_list list;
};

/* One conversion, taken apart. */
struct fmt_spec {
    bool left;                          /* -                               */
    bool plus;                          /* +                               */
    bool space;                         /* a blank where + would be        */
    bool alternate;                     /* #                               */
    bool zero;                          /* 0                               */
    int width;                          /* 0: none                         */
    int precision;                      /* -1: none                        */
    char length;                        /* h l z j t, H for hh, q for ll, L; or 0 */
    char conversion;
};

/* Where the text goes. */
struct fmt_sink {
    /* Take N bytes at S.  Called as often as it needs; never with N = 0. */
    void (*write)(void *context, const char *s, size_t n);
    void *context;
    /*
     * May be NULL.  Asked for a conversion unknown here: take its argument from
     * ARGS, print by fmt_field(), return the length and true in *KNOWN.
     */
    size_t (*convert)(const struct fmt_sink *sink, const struct fmt_spec *spec,
                      struct fmt_args *args, bool *known);
};

/* Print to SINK; return how many bytes were written. */
size_t fmt_vprint(const struct fmt_sink *sink, const char *format, va_list args);
__attribute__((format(printf, 2, 3)))
size_t fmt_print(const struct fmt_sink *sink, const char *format, ...);

/*
 * Print into BUF of SIZE bytes, always ended by a NUL if SIZE is not 0.  Return
 * the length of the whole text without the NUL: >= SIZE means that it was cut.
 */
size_t fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args);
__attribute__((format(printf, 3, 4)))
size_t fmt_snprintf(char *buf, size_t size, const char *format, ...);

/*
 * Print PREFIX (a sign or 0x), then ZEROS noughts, then N bytes at BODY, padded
 * to the width of SPEC on the proper side.  With PAD_ZERO the padding is noughts
 * behind the prefix.  For converters; returns the length.
 */
size_t fmt_field(const struct fmt_sink *sink, const struct fmt_spec *spec, const char *prefix,
                 size_t zeros, const char *body, size_t n, bool pad_zero);

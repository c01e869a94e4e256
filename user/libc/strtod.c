/* SPDX-License-Identifier: MIT */
/*
 * strtod.c - decimal text to the nearest double, exactly.
 *
 * The digits become an integer N and a power of ten.  A positive power multiplies N.  For a
 * negative one N is shifted left far enough that 64 quotient bits survive, then divided by powers
 * of 10 one word at a time; nested truncating divisions give the same quotient as one big
 * division, and any remainder is remembered as "a bit more".  The top 53 bits, rounded to nearest
 * even, are the answer.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "user/libc/bignum.h"

/* More digits than the longest exact half-way case has; the rest only counts as "a bit more". */
#define MAX_DIGITS 780

#define MANTISSA_BITS 53
#define MIN_EXPONENT (-1074) /* of the lowest bit of a subnormal */
#define MAX_EXPONENT 1023    /* of the highest bit */

struct decimal {
    struct bignum digits;
    int exponent; /* of ten */
    bool more;    /* non-zero digits were left out */
};

static double make_double(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof(d));
    return d;
}

/* The mantissa with an optional point; NULL when there is no digit. */
static const char *scan_digits(const char *s, struct decimal *d)
{
    int kept = 0;
    bool any = false;
    bool point = false;

    for (;; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (!isdigit((unsigned char)*s))
            return any ? s : NULL;
        any = true;
        if (kept < MAX_DIGITS) {
            bignum_multiply_add(&d->digits, 10, (uint32_t)(*s - '0'));
            kept += d->digits.n != 0;
            d->exponent -= point;
        } else {
            d->more |= *s != '0';
            d->exponent += !point;
        }
    }
}

static const char *scan_exponent(const char *s, struct decimal *d)
{
    const char *p = s + 1;
    int exponent = 0;
    bool negative;

    if (*s != 'e' && *s != 'E')
        return s;
    negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!isdigit((unsigned char)*p))
        return s;
    for (; isdigit((unsigned char)*p); p++)
        if (exponent < 100000)
            exponent = exponent * 10 + (*p - '0');
    d->exponent += negative ? -exponent : exponent;
    return p;
}

/* Take the top bits of B * 2^SCALE (and a bit more, when MORE) and round them. */
static double round_to_double(const struct bignum *b, int scale, bool more)
{
    int top = (int)bignum_bits(b) - 1 + scale; /* exponent of the highest bit */
    int lowest = top - (MANTISSA_BITS - 1);    /* exponent of the lowest bit that is kept */
    uint64_t mantissa = 0;
    int half;

    if (lowest < MIN_EXPONENT)
        lowest = MIN_EXPONENT;
    for (int e = top; e >= lowest; e--)
        mantissa = mantissa << 1 | (e >= scale && bignum_bit(b, (unsigned)(e - scale)));
    half = lowest - 1 - scale; /* position in B of the first bit that is dropped */
    if (half >= 0 && bignum_bit(b, (unsigned)half)) {
        for (int i = 0; i < half && !more; i++)
            more = bignum_bit(b, (unsigned)i);
        mantissa += more || (mantissa & 1);
    }
    /* Exponent field 1 is the lowest of the normal numbers; a carry moves into it by itself. */
    mantissa += (uint64_t)(lowest - MIN_EXPONENT) << (MANTISSA_BITS - 1);
    if (top > MAX_EXPONENT || mantissa >> (MANTISSA_BITS - 1) >= 2047) {
        errno = ERANGE;
        return __builtin_inf();
    }
    if (mantissa == 0)
        errno = ERANGE;
    return make_double(mantissa);
}

static double decimal_to_double(struct decimal *d)
{
    int shift = 0;

    if (d->digits.n == 0)
        return 0;
    if (d->exponent > 400 || d->exponent < -400 - MAX_DIGITS) {
        errno = ERANGE;
        return d->exponent > 0 ? __builtin_inf() : 0;
    }
    if (d->exponent >= 0) {
        bignum_multiply_power(&d->digits, 10, (unsigned)d->exponent);
        return round_to_double(&d->digits, 0, d->more);
    }
    /* 10^k has less than 3.33 k bits. */
    shift = -d->exponent * 10 / 3 + 1 + 64 - (int)bignum_bits(&d->digits);
    if (shift < 0)
        shift = 0;
    bignum_shift_left(&d->digits, (unsigned)shift);
    for (int power = -d->exponent; power > 0;) {
        uint32_t divisor = 1;

        for (; power > 0 && divisor < 1000000000; power--)
            divisor *= 10;
        d->more |= bignum_divide(&d->digits, divisor) != 0;
    }
    return round_to_double(&d->digits, -shift, d->more);
}

/* "inf", "infinity" and "nan"; NULL when it is none of them. */
static const char *scan_word(const char *s, double *value)
{
    if (strncasecmp(s, "inf", 3) == 0) {
        *value = __builtin_inf();
        return s + (strncasecmp(s, "infinity", 8) == 0 ? 8 : 3);
    }
    if (strncasecmp(s, "nan", 3) == 0) {
        *value = __builtin_nan("");
        return s + 3;
    }
    return NULL;
}

double strtod(const char *s, char **end)
{
    struct decimal d = { .exponent = 0 };
    const char *p = s;
    const char *after;
    double value = 0;
    bool negative;

    while (isspace((unsigned char)*p))
        p++;
    negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    after = scan_word(p, &value);
    if (after == NULL) {
        after = scan_digits(p, &d);
        if (after != NULL) {
            after = scan_exponent(after, &d);
            value = decimal_to_double(&d);
        }
    }
    if (end != NULL)
        *end = (char *)(after == NULL ? s : after);
    return negative ? -value : value;
}

double atof(const char *s)
{
    return strtod(s, NULL);
}

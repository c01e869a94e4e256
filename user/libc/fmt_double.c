/* SPDX-License-Identifier: MIT */
/*
 * fmt_double.c - doubles in decimal, exactly.
 *
 * A double is m * 2^e.  For e < 0 that is m * 5^-e / 10^-e, so its decimal digits are those of
 * the integer m * 5^-e, with the point -e digits from the right: there is no rounding before the
 * one that the conversion asks for.
 */
#include <string.h>
#include "user/libc/bignum.h"
#include "user/libc/fmt_double.h"

#define INFINITY_BITS 0x7ff0000000000000UL
#define SIGN_BIT 0x8000000000000000UL

#define MAX_DIGITS 800      /* the longest: 767 digits; a word of 9 more while converting */
#define MAX_PRECISION 1100
#define MAX_BODY (MAX_PRECISION + 320)
#define GROUP 9             /* decimal digits that fit into a word */
#define GROUP_VALUE 1000000000

/* 0.d0 d1 d2 ... * 10^point; d0 is not 0.  Digits that are not there are 0. */
struct decimal {
    int count;
    int point;
    char digit[MAX_DIGITS];
};

static void set_digits(struct decimal *d, struct bignum *b, int scale)
{
    char *end = d->digit + MAX_DIGITS;
    char *first = end;

    while (b->n > 0) {
        uint32_t group = bignum_divide(b, GROUP_VALUE);

        for (int i = 0; i < GROUP; i++, group /= 10)
            *--first = (char)('0' + group % 10);
    }
    while (first < end && *first == '0')
        first++;
    d->count = (int)(end - first);
    d->point = d->count == 0 ? 1 : d->count - scale;
    memmove(d->digit, first, (size_t)d->count);
}

/* BITS are those of a double that is finite and not negative. */
static void decimal_from_double(struct decimal *d, uint64_t bits)
{
    int exponent = (int)(bits >> 52);
    uint64_t mantissa = bits & ((1UL << 52) - 1);
    struct bignum b;

    if (exponent == 0)
        exponent = 1;
    else
        mantissa |= 1UL << 52;
    exponent -= 1075;
    for (; mantissa != 0 && mantissa % 2 == 0 && exponent < 0; exponent++)
        mantissa /= 2;
    bignum_set(&b, mantissa);
    if (exponent >= 0)
        bignum_shift_left(&b, (unsigned)exponent);
    else
        bignum_multiply_power(&b, 5, (unsigned)-exponent);
    set_digits(d, &b, exponent < 0 ? -exponent : 0);
}

static char digit_at(const struct decimal *d, int i)
{
    return i >= 0 && i < d->count ? d->digit[i] : '0';
}

/* Is what follows the first KEEP digits more than half a unit of the last one, or half and odd? */
static bool rounds_up(const struct decimal *d, int keep)
{
    if (d->digit[keep] != '5')
        return d->digit[keep] > '5';
    for (int i = keep + 1; i < d->count; i++)
        if (d->digit[i] != '0')
            return true;
    return keep > 0 && (d->digit[keep - 1] - '0') % 2 == 1;
}

static void decimal_round(struct decimal *d, int keep)
{
    bool up;

    if (keep >= d->count)
        return;
    up = keep >= 0 && rounds_up(d, keep);
    d->count = keep > 0 ? keep : 0;
    if (!up)
        return;
    while (d->count > 0 && d->digit[d->count - 1] == '9')
        d->count--;
    if (d->count > 0) {
        d->digit[d->count - 1]++;
        return;
    }
    d->digit[0] = '1';
    d->count = 1;
    d->point++;
}

/* Everything in front of the exponent: PLACES digits, the point, PRECISION digits. */
static char *put_digits(char *to, const struct decimal *d, int places, int precision, bool point)
{
    int i = 0;

    if (places <= 0) {
        *to++ = '0';
        i = places;
    }
    for (; i < places; i++)
        *to++ = digit_at(d, i);
    if (precision > 0 || point)
        *to++ = '.';
    for (; precision > 0; precision--)
        *to++ = digit_at(d, i++);
    return to;
}

static char *put_exponent(char *to, int exponent, char letter)
{
    *to++ = letter;
    *to++ = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    if (exponent >= 100)
        *to++ = (char)('0' + exponent / 100);
    *to++ = (char)('0' + exponent / 10 % 10);
    *to++ = (char)('0' + exponent % 10);
    return to;
}

static char *format_fixed(char *to, struct decimal *d, int precision, bool point)
{
    decimal_round(d, d->point + precision);
    return put_digits(to, d, d->point, precision, point);
}

static char *format_exponent(char *to, struct decimal *d, int precision, bool point, char letter)
{
    decimal_round(d, precision + 1);
    to = put_digits(to, d, 1, precision, point);
    return put_exponent(to, d->count == 0 ? 0 : d->point - 1, letter);
}

/* The shorter of the two forms, without noughts at the end unless ALTERNATE. */
static char *format_general(char *to, struct decimal *d, int precision, bool alternate, char letter)
{
    int exponent;

    if (precision == 0)
        precision = 1;
    decimal_round(d, precision);
    exponent = d->count == 0 ? 0 : d->point - 1;
    if (!alternate) {
        while (d->count > 0 && d->digit[d->count - 1] == '0')
            d->count--;
    }
    if (exponent >= -4 && exponent < precision) {
        int places = precision - 1 - exponent;

        if (!alternate && places > d->count - d->point)
            places = d->count > d->point ? d->count - d->point : 0;
        return put_digits(to, d, d->point, places, alternate);
    }
    if (!alternate && precision > d->count)
        precision = d->count;
    to = put_digits(to, d, 1, precision - 1, alternate);
    return put_exponent(to, exponent, letter);
}

static size_t put_word(const struct fmt_sink *sink, const struct fmt_spec *spec, const char *sign,
                       bool nan, bool upper)
{
    const char *word = nan ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf");

    return fmt_field(sink, spec, sign, 0, word, 3, false);
}

size_t __fmt_double(const struct fmt_sink *sink, const struct fmt_spec *spec,
                    struct fmt_args *args, bool *known)
{
    int precision = spec->precision < 0 ? 6 : spec->precision;
    char letter = spec->conversion;
    bool upper = letter >= 'A' && letter <= 'Z';
    const char *sign = spec->plus ? "+" : spec->space ? " " : "";
    struct decimal d;
    char body[MAX_BODY];
    char *end;
    double value;
    uint64_t bits;

    if (letter == 0 || strchr("fFeEgG", letter) == NULL || spec->length == 'L')
        return 0;
    *known = true;
    value = va_arg(args->list, double);
    memcpy(&bits, &value, sizeof(bits));
    if ((bits & SIGN_BIT) != 0)
        sign = "-";
    bits &= ~SIGN_BIT;
    if (bits >= INFINITY_BITS)
        return put_word(sink, spec, sign, bits > INFINITY_BITS, upper);
    if (precision > MAX_PRECISION)
        precision = MAX_PRECISION;
    decimal_from_double(&d, bits);
    if (letter == 'f' || letter == 'F')
        end = format_fixed(body, &d, precision, spec->alternate);
    else if (letter == 'e' || letter == 'E')
        end = format_exponent(body, &d, precision, spec->alternate, letter);
    else
        end = format_general(body, &d, precision, spec->alternate, upper ? 'E' : 'e');
    return fmt_field(sink, spec, sign, 0, body, (size_t)(end - body), spec->zero);
}

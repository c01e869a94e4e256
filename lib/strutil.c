/* SPDX-License-Identifier: MIT */
/*
 * strutil.c - string functions beyond the C standard's.
 */
#include "lib/strutil.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

#define NOT_A_DIGIT 36

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);
    size_t n = len < size ? len : size - 1;

    if (size == 0)
        return len;
    memcpy(dst, src, n);
    dst[n] = '\0';
    return len;
}

size_t strlcat(char *dst, const char *src, size_t size)
{
    size_t used = strnlen(dst, size);

    return used + strlcpy(dst + used, src, size - used);
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A') + 10;
    return NOT_A_DIGIT;
}

/* Decide the base and skip its prefix; 0x counts only with a digit behind it. */
static const char *skip_prefix(const char *s, unsigned *base)
{
    bool is_hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_value(s[2]) < 16;

    if (is_hex && (*base == 0 || *base == 16)) {
        *base = 16;
        return s + 2;
    }
    if (*base == 0)
        *base = s[0] == '0' ? 8 : 10;
    return s;
}

int str_to_u64(const char *s, const char **end, unsigned base, uint64_t *value)
{
    uint64_t sum = 0;
    bool fits = true;
    const char *first;
    unsigned digit;

    s = skip_prefix(s, &base);
    for (first = s; (digit = digit_value(*s)) < base; s++) {
        fits = fits && sum <= (UINT64_MAX - digit) / base;
        sum = sum * base + digit;
    }
    if (s == first || (!end && *s))
        return -EINVAL;
    if (end)
        *end = s;
    if (!fits)
        return -ERANGE;
    *value = sum;
    return 0;
}

int str_to_i64(const char *s, const char **end, unsigned base, int64_t *value)
{
    bool is_negative = *s == '-';
    uint64_t limit = (uint64_t)INT64_MAX + is_negative;
    uint64_t magnitude;
    int err;

    if (*s == '-' || *s == '+')
        s++;
    err = str_to_u64(s, end, base, &magnitude);
    if (err)
        return err;
    if (magnitude > limit)
        return -ERANGE;
    *value = (int64_t)(is_negative ? -magnitude : magnitude);
    return 0;
}

static int parse_size(const char *s, unsigned base, uint64_t *value)
{
    uint64_t number;
    unsigned shift = 0;
    const char *end;
    int err = str_to_u64(s, &end, base, &number);

    if (err)
        return err;
    if (*end == 'K' || *end == 'k')
        shift = 10;
    else if (*end == 'M' || *end == 'm')
        shift = 20;
    else if (*end == 'G' || *end == 'g')
        shift = 30;
    if (end[shift != 0])
        return -EINVAL;
    if (number > UINT64_MAX >> shift)
        return -ERANGE;
    *value = number << shift;
    return 0;
}

int str_to_size(const char *s, uint64_t *value)
{
    return parse_size(s, 0, value);
}

int str_to_decimal_size(const char *s, uint64_t *value)
{
    return parse_size(s, 10, value);
}

bool str_starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

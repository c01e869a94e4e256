/* SPDX-License-Identifier: MIT */
/*
 * strtol.c - text to integers.
 *
 * One scanner finds sign, base and magnitude; the public functions clamp it to their type.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

struct number {
    uint64_t magnitude;
    bool negative;
    bool overflow;
};

static int digit_value(char c)
{
    unsigned char byte = (unsigned char)c;

    if (isdigit(byte))
        return byte - '0';
    if (isalpha(byte))
        return tolower(byte) - 'a' + 10;
    return INT_MAX;
}

/* Skip "0x" when the base allows it and a digit follows; returns the base to use. */
static int scan_base(const char **s, int base)
{
    const char *p = *s;

    if ((base == 0 || base == 16) && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')
        && digit_value(p[2]) < 16) {
        *s += 2;
        return 16;
    }
    if (base == 0)
        return p[0] == '0' ? 8 : 10;
    return base;
}

static void scan(const char *s, char **end, int base, struct number *number)
{
    const char *start = s;
    const char *digits;

    *number = (struct number){ 0 };
    if (end != NULL)
        *end = (char *)start;
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return;
    }
    while (isspace((unsigned char)*s))
        s++;
    number->negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    base = scan_base(&s, base);
    for (digits = s; digit_value(*s) < base; s++) {
        uint64_t digit = (uint64_t)digit_value(*s);

        if (number->magnitude > (UINT64_MAX - digit) / (uint64_t)base)
            number->overflow = true;
        number->magnitude = number->magnitude * (uint64_t)base + digit;
    }
    if (s != digits && end != NULL)
        *end = (char *)s;
}

long strtol(const char *s, char **end, int base)
{
    struct number number;

    scan(s, end, base, &number);
    if (number.overflow || number.magnitude > (uint64_t)LONG_MAX + number.negative) {
        errno = ERANGE;
        return number.negative ? LONG_MIN : LONG_MAX;
    }
    return (long)(number.negative ? -number.magnitude : number.magnitude);
}

unsigned long strtoul(const char *s, char **end, int base)
{
    struct number number;

    scan(s, end, base, &number);
    if (number.overflow) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return number.negative ? -number.magnitude : number.magnitude;
}

long long strtoll(const char *s, char **end, int base)
{
    return strtol(s, end, base);
}

unsigned long long strtoull(const char *s, char **end, int base)
{
    return strtoul(s, end, base);
}

intmax_t strtoimax(const char *s, char **end, int base)
{
    return strtol(s, end, base);
}

uintmax_t strtoumax(const char *s, char **end, int base)
{
    return strtoul(s, end, base);
}

int atoi(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

long atol(const char *s)
{
    return strtol(s, NULL, 10);
}

long long atoll(const char *s)
{
    return strtol(s, NULL, 10);
}

/* SPDX-License-Identifier: MIT */
/*
 * fmt.c - printf's engine.
 *
 * The format is walked once: plain text goes to the sink as it is; a conversion
 * is parsed into a struct fmt_spec, its argument fetched by its length, and the
 * result laid out as a field: blanks, prefix, noughts, body, blanks.
 */
#include "lib/fmt.h"
#include "lib/string.h"

#define DIGITS_MAX 22                   /* of 64 bits in octal             */
#define NUMBER_MAX 0x7fffffff           /* widths beyond are cut           */

static size_t put(const struct fmt_sink *sink, const char *s, size_t n)
{
    if (n > 0)
        sink->write(sink->context, s, n);
    return n;
}

static size_t put_repeated(const struct fmt_sink *sink, char c, size_t n)
{
    char run[16];
    size_t part;

    memset(run, c, sizeof run);
    for (size_t left = n; left > 0; left -= part) {
        part = left < sizeof run ? left : sizeof run;
        put(sink, run, part);
    }
    return n;
}

size_t fmt_field(const struct fmt_sink *sink, const struct fmt_spec *spec, const char *prefix,
                 size_t zeros, const char *body, size_t n, bool pad_zero)
{
    size_t total = strlen(prefix) + zeros + n;
    size_t pad = (size_t)spec->width > total ? (size_t)spec->width - total : 0;

    if (!spec->left && pad_zero)
        zeros += pad;
    else if (!spec->left)
        put_repeated(sink, ' ', pad);
    put(sink, prefix, strlen(prefix));
    put_repeated(sink, '0', zeros);
    put(sink, body, n);
    if (spec->left)
        put_repeated(sink, ' ', pad);
    return total + pad;
}

/* A decimal number at *P, or an argument for a star. */
static int parse_number(const char **p, struct fmt_args *args)
{
    int n = 0;

    if (**p == '*') {
        (*p)++;
        return va_arg(args->list, int);
    }
    for (; **p >= '0' && **p <= '9'; (*p)++) {
        if (n > (NUMBER_MAX - 9) / 10)
            n = (NUMBER_MAX - 9) / 10;
        n = n * 10 + (**p - '0');
    }
    return n;
}

static void parse_flags(const char **p, struct fmt_spec *spec)
{
    for (;; (*p)++) {
        switch (**p) {
        case '-': spec->left = true; break;
        case '+': spec->plus = true; break;
        case ' ': spec->space = true; break;
        case '#': spec->alternate = true; break;
        case '0': spec->zero = true; break;
        default: return;
        }
    }
}

static char parse_length(const char **p)
{
    char c = **p;

    if (c != 'h' && c != 'l' && c != 'z' && c != 'j' && c != 't' && c != 'L')
        return 0;
    (*p)++;
    if ((c != 'h' && c != 'l') || **p != c)
        return c;
    (*p)++;
    return c == 'h' ? 'H' : 'q';
}

/* Take apart the conversion behind a percent sign; return what follows it. */
static const char *parse_spec(const char *p, struct fmt_spec *spec, struct fmt_args *args)
{
    *spec = (struct fmt_spec){ .precision = -1 };
    parse_flags(&p, spec);
    spec->width = parse_number(&p, args);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = spec->width < -NUMBER_MAX ? NUMBER_MAX : -spec->width;
    }
    if (*p == '.') {
        p++;
        spec->precision = parse_number(&p, args);
    }
    if (spec->precision < 0)
        spec->precision = -1;
    spec->length = parse_length(&p);
    spec->conversion = *p;
    return *p ? p + 1 : p;
}

static int64_t fetch_signed(const struct fmt_spec *spec, struct fmt_args *args)
{
    switch (spec->length) {
    case 'H': return (signed char)va_arg(args->list, int);
    case 'h': return (short)va_arg(args->list, int);
    case 'l': return va_arg(args->list, long);
    case 'q': return va_arg(args->list, long long);
    case 'z': return va_arg(args->list, ssize_t);
    case 'j': return va_arg(args->list, int64_t);
    case 't': return va_arg(args->list, ptrdiff_t);
    default: return va_arg(args->list, int);
    }
}

static uint64_t fetch_unsigned(const struct fmt_spec *spec, struct fmt_args *args)
{
    switch (spec->length) {
    case 'H': return (unsigned char)va_arg(args->list, unsigned);
    case 'h': return (unsigned short)va_arg(args->list, unsigned);
    case 0: return va_arg(args->list, unsigned);
    default: return (uint64_t)fetch_signed(spec, args);
    }
}

/* Write X backwards from END; return the first digit.  0 has no digits. */
static char *make_digits(char *end, uint64_t x, unsigned base, bool is_upper)
{
    const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";

    for (; x > 0; x /= base)
        *--end = digits[x % base];
    return end;
}

/* Print the digits of X after PREFIX: a precision means at least so many. */
static size_t put_number(const struct fmt_sink *sink, const struct fmt_spec *spec,
                         const char *prefix, uint64_t x, unsigned base)
{
    char digits[DIGITS_MAX];
    char *end = digits + sizeof digits;
    char *first = make_digits(end, x, base, spec->conversion == 'X');
    size_t n = (size_t)(end - first);
    size_t wanted = spec->precision < 0 ? 1 : (size_t)spec->precision;

    if (base == 8 && spec->alternate && wanted <= n)
        wanted = n + 1;
    return fmt_field(sink, spec, prefix, n < wanted ? wanted - n : 0, first, n,
                     spec->zero && spec->precision < 0);
}

static size_t put_signed(const struct fmt_sink *sink, const struct fmt_spec *spec,
                         struct fmt_args *args)
{
    int64_t x = fetch_signed(spec, args);
    const char *sign = x < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";

    return put_number(sink, spec, sign, x < 0 ? -(uint64_t)x : (uint64_t)x, 10);
}

static size_t put_unsigned(const struct fmt_sink *sink, const struct fmt_spec *spec,
                           struct fmt_args *args)
{
    uint64_t x = fetch_unsigned(spec, args);
    const char *prefix = "";

    switch (spec->conversion) {
    case 'u':
        return put_number(sink, spec, "", x, 10);
    case 'o':
        return put_number(sink, spec, "", x, 8);
    case 'x':
    case 'X':
        if (spec->alternate && x != 0)
            prefix = spec->conversion == 'x' ? "0x" : "0X";
    }
    return put_number(sink, spec, prefix, x, 16);
}

static size_t put_char(const struct fmt_sink *sink, const struct fmt_spec *spec,
                       struct fmt_args *args)
{
    char c = (char)va_arg(args->list, int);

    return fmt_field(sink, spec, "", 0, &c, 1, false);
}

static size_t put_string(const struct fmt_sink *sink, const struct fmt_spec *spec,
                         struct fmt_args *args)
{
    const char *s = va_arg(args->list, const char *);

    if (!s)
        s = "(null)";
    return fmt_field(sink, spec, "", 0, s,
                     spec->precision < 0 ? strlen(s) : strnlen(s, (size_t)spec->precision), false);
}

static size_t put_pointer(const struct fmt_sink *sink, const struct fmt_spec *spec,
                          struct fmt_args *args)
{
    return put_number(sink, spec, "0x", (uintptr_t)va_arg(args->list, void *), 16);
}

/* A conversion that nobody above knows, whose text is N bytes at TEXT. */
static size_t put_other(const struct fmt_sink *sink, const struct fmt_spec *spec,
                        struct fmt_args *args, const char *text, size_t n)
{
    bool known = false;
    size_t length = 0;

    if (sink->convert)
        length = sink->convert(sink, spec, args, &known);
    return known ? length : put(sink, text, n);
}

/* Print what SPEC, whose text is N bytes at TEXT, makes of its argument. */
static size_t put_conversion(const struct fmt_sink *sink, const struct fmt_spec *spec,
                             struct fmt_args *args, const char *text, size_t n)
{
    switch (spec->conversion) {
    case 'd':
    case 'i':
        return put_signed(sink, spec, args);
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        return put_unsigned(sink, spec, args);
    case 'c':
        return put_char(sink, spec, args);
    case 's':
        return put_string(sink, spec, args);
    case 'p':
        return put_pointer(sink, spec, args);
    case '%':
        return put(sink, "%", 1);
    default:
        return put_other(sink, spec, args, text, n);
    }
}

size_t fmt_vprint(const struct fmt_sink *sink, const char *format, va_list list)
{
    struct fmt_args args;
    struct fmt_spec spec;
    size_t length = 0;
    const char *p = format, *text;

    va_copy(args.list, list);
    while (*p) {
        for (text = p; *p && *p != '%'; p++)
            ;
        length += put(sink, text, (size_t)(p - text));
        if (!*p)
            break;
        text = p;
        p = parse_spec(p + 1, &spec, &args);
        length += put_conversion(sink, &spec, &args, text, (size_t)(p - text));
    }
    va_end(args.list);
    return length;
}

size_t fmt_print(const struct fmt_sink *sink, const char *format, ...)
{
    va_list args;
    size_t length;

    va_start(args, format);
    length = fmt_vprint(sink, format, args);
    va_end(args);
    return length;
}

/* The rest of a buffer; one byte behind it is kept for the NUL. */
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

size_t fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
    char none;
    struct rest rest = { size ? buf : &none, size ? size - 1 : 0 };
    struct fmt_sink sink = { .write = write_rest, .context = &rest };
    size_t length = fmt_vprint(&sink, format, args);

    if (size)
        *rest.next = '\0';
    return length;
}

size_t fmt_snprintf(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    size_t length;

    va_start(args, format);
    length = fmt_vsnprintf(buf, size, format, args);
    va_end(args);
    return length;
}

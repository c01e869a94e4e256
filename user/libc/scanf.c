/* SPDX-License-Identifier: MIT */
/*
 * scanf.c - taking strings apart by a format.
 *
 * White space in the format matches any amount of it; other characters match themselves.  A number
 * is converted from a copy limited to the field's width.
 */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NUMBER 68 /* sign, "0x" and 64 binary digits with room to spare */

struct scan {
    const char *start;
    const char *next;
    int stored;
    bool ended; /* before what is converted now */
};

struct field {
    bool discard;
    size_t width;
    int size; /* bytes of the integer to store */
    char conversion;
};

static const char *parse_size_letters(const char *f, struct field *field)
{
    field->size = sizeof(int);
    switch (*f) {
    case 'h':
        field->size = f[1] == 'h' ? sizeof(char) : sizeof(short);
        return f + (f[1] == 'h' ? 2 : 1);
    case 'l':
        field->size = sizeof(long);
        return f + (f[1] == 'l' ? 2 : 1);
    case 'z':
    case 'j':
    case 't':
        field->size = sizeof(long);
        return f + 1;
    }
    return f;
}

/* What stands between '%' and the conversion's letter, which F is left after. */
static const char *parse_field(const char *f, struct field *field)
{
    field->discard = *f == '*';
    if (field->discard)
        f++;
    field->width = 0;
    for (; isdigit((unsigned char)*f); f++)
        field->width = field->width * 10 + (size_t)(*f - '0');
    f = parse_size_letters(f, field);
    field->conversion = *f;
    return *f != '\0' ? f + 1 : f;
}

static void store_integer(void *to, int size, uint64_t value)
{
    switch (size) {
    case 1:
        *(uint8_t *)to = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)to = (uint16_t)value;
        break;
    case 4:
        *(uint32_t *)to = (uint32_t)value;
        break;
    default:
        *(uint64_t *)to = value;
    }
}

static int base_of(char conversion)
{
    switch (conversion) {
    case 'i':
        return 0;
    case 'o':
        return 8;
    case 'x':
    case 'X':
    case 'p':
        return 16;
    }
    return 10;
}

static bool scan_integer(struct scan *s, const struct field *field, va_list *args)
{
    char text[MAX_NUMBER];
    size_t width = field->width != 0 && field->width < sizeof(text) ? field->width
                                                                    : sizeof(text) - 1;
    bool is_signed = field->conversion == 'd' || field->conversion == 'i';
    uint64_t value;
    char *end;

    strlcpy(text, s->next, width + 1);
    value = is_signed ? (uint64_t)strtoll(text, &end, base_of(field->conversion))
                      : strtoull(text, &end, base_of(field->conversion));
    if (end == text)
        return false;
    s->next += end - text;
    if (field->discard)
        return true;
    store_integer(va_arg(*args, void *), field->conversion == 'p' ? 8 : field->size, value);
    s->stored++;
    return true;
}

/* Copy LENGTH bytes, if that is any. */
static bool take_bytes(struct scan *s, const struct field *field, size_t length, va_list *args)
{
    if (length == 0)
        return false;
    if (!field->discard) {
        char *to = va_arg(*args, char *);

        memcpy(to, s->next, length);
        if (field->conversion != 'c')
            to[length] = '\0';
        s->stored++;
    }
    s->next += length;
    return true;
}

static size_t limit(const struct field *field, size_t length)
{
    return field->width != 0 && field->width < length ? field->width : length;
}

static bool scan_chars(struct scan *s, const struct field *field, va_list *args)
{
    size_t want = field->width != 0 ? field->width : 1;

    return strnlen(s->next, want) == want && take_bytes(s, field, want, args);
}

static bool scan_word(struct scan *s, const struct field *field, va_list *args)
{
    return take_bytes(s, field, limit(field, strcspn(s->next, " \t\n\v\f\r")), args);
}

/* "[abc]", "[^abc]", "[a-z]"; F stands after the '[' and is moved after the ']'. */
static bool scan_set(struct scan *s, const struct field *field, const char **f, va_list *args)
{
    bool member[UCHAR_MAX + 1] = { false };
    bool inverted = **f == '^';
    const char *p = *f + inverted;
    size_t length = 0;

    for (const char *first = p; *p != '\0' && (*p != ']' || p == first); p++) {
        unsigned char low = (unsigned char)*p;
        unsigned char high = low;

        if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
            high = (unsigned char)p[2];
            p += 2;
        }
        for (int c = low; c <= high; c++)
            member[c] = true;
    }
    *f = *p == ']' ? p + 1 : p;
    while (s->next[length] != '\0' && member[(unsigned char)s->next[length]] != inverted)
        length++;
    return take_bytes(s, field, limit(field, length), args);
}

static void skip_space(struct scan *s)
{
    while (isspace((unsigned char)*s->next))
        s->next++;
}

/* One conversion; false ends the scan. */
static bool convert(struct scan *s, const char **f, va_list *args)
{
    struct field field;

    *f = parse_field(*f, &field);
    if (field.conversion != 'c' && field.conversion != '[' && field.conversion != 'n')
        skip_space(s);
    s->ended = *s->next == '\0';
    switch (field.conversion) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'p':
        return scan_integer(s, &field, args);
    case 'c':
        return scan_chars(s, &field, args);
    case 's':
        return scan_word(s, &field, args);
    case '[':
        return scan_set(s, &field, f, args);
    case 'n':
        store_integer(va_arg(*args, void *), field.size, (uint64_t)(s->next - s->start));
        return true;
    case '%':
        return *s->next == '%' && s->next++ != NULL;
    }
    return false;
}

int vsscanf(const char *from, const char *format, va_list list)
{
    struct scan s = { .start = from, .next = from };
    const char *f = format;
    va_list args;

    va_copy(args, list);
    while (*f != '\0') {
        if (isspace((unsigned char)*f)) {
            skip_space(&s);
            f++;
            continue;
        }
        s.ended = *s.next == '\0';
        if (*f == '%') {
            f++;
            if (!convert(&s, &f, &args))
                break;
        } else if (*f++ != *s.next++) {
            break;
        }
        s.ended = false;
    }
    va_end(args);
    return s.stored == 0 && s.ended ? EOF : s.stored;
}

int sscanf(const char *from, const char *format, ...)
{
    va_list args;
    int stored;

    va_start(args, format);
    stored = vsscanf(from, format, args);
    va_end(args);
    return stored;
}

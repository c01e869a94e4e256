// sources: lib/fmt.c
// cflags: -Wno-format -Wno-format-extra-args -Wno-format-zero-length
/* SPDX-License-Identifier: MIT */
/*
 * test_fmt.c - the formatter against the host's printf.
 */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "lib/fmt.h"
#include "lib/rand.h"

/* Both must give the same text and the same length, at every size of buffer. */
#define CHECK(...)                                                              \
    do {                                                                        \
        char want_[400], got_[400], cut_[8];                                    \
        int want_len_ = snprintf(want_, sizeof want_, __VA_ARGS__);             \
        size_t got_len_ = fmt_snprintf(got_, sizeof got_, __VA_ARGS__);         \
        cr_assert_str_eq(got_, want_, "%s: %s", #__VA_ARGS__, got_);            \
        cr_assert(got_len_ == (size_t)want_len_);                               \
        cr_assert(fmt_snprintf(cut_, sizeof cut_, __VA_ARGS__) == got_len_);    \
        cr_assert(strncmp(cut_, want_, 7) == 0 && strlen(cut_) < sizeof cut_);  \
        cr_assert(fmt_snprintf(NULL, 0, __VA_ARGS__) == got_len_);              \
    } while (0)

static const long long values[] = {
    0, 1, -1, 7, 8, 9, -10, 42, 99, 127, 128, -128, -129, 255, 256, 4095, 32767, 32768, -32768,
    65535, 65536, INT_MAX, INT_MIN, UINT_MAX, LLONG_MAX, LLONG_MIN, 0x0123456789abcdefLL,
};

/* Every flag set, a few widths and precisions, every length, every number conversion. */
Test(fmt, numbers_as_the_host)
{
    static const char *const lengths[] = { "", "hh", "h", "l", "ll", "z", "j", "t" };
    static const char *const widths[] = { "", "1", "5", "12", "25" };
    static const char *const precisions[] = { "", ".", ".0", ".1", ".4", ".23" };

    for (unsigned flags = 0; flags < 32; flags++)
        for (size_t w = 0; w < 5; w++)
            for (size_t p = 0; p < 6; p++)
                for (size_t l = 0; l < 8; l++)
                    for (const char *c = "diuoxX"; *c; c++) {
                        char f[40];

                        snprintf(f, sizeof f, "[%%%s%s%s%s%s%s%s%s%c]", flags & 1 ? "-" : "",
                                 flags & 2 ? "+" : "", flags & 4 ? " " : "", flags & 8 ? "#" : "",
                                 flags & 16 ? "0" : "", widths[w], precisions[p], lengths[l], *c);
                        for (size_t v = flags % 3; v < sizeof values / sizeof *values; v += 3) {
                            char want[80], got[80];
                            int want_len = snprintf(want, sizeof want, f, values[v]);
                            size_t got_len = fmt_snprintf(got, sizeof got, f, values[v]);

                            cr_assert(strcmp(got, want) == 0 && got_len == (size_t)want_len,
                                      "%s of %lld: %s, not %s", f, values[v], got, want);
                        }
                    }
}

Test(fmt, text_as_the_host)
{
    const char unterminated[3] = { 'a', 'b', 'c' };

    CHECK("");
    CHECK("plain text without anything");
    CHECK("%s and %s", "one", "two");
    CHECK("%10s|%-10s|%3s", "abc", "abc", "abcdef");
    CHECK("%.2s|%.0s|%.s|%.9s|%8.2s|%-8.2s|", "abc", "abc", "abc", "abc", "abc", "abc");
    CHECK("%.3s", unterminated);
    CHECK("%*s|%-*s|%*s|%.*s|%.*s", 6, "ab", 6, "ab", -6, "ab", 1, "ab", -1, "ab");
    CHECK("%*d|%0*d|%*.*d", 6, 42, 6, 42, -8, 4, 42);
    CHECK("%c%c%5c|%-5c|", 'a', 'b', 'c', 'd');
    CHECK("%%|%d%%", 5);
    CHECK("%s", (char *)NULL);
    CHECK("%p|%20p|%-20p|", (void *)0x1234, (void *)~0UL, (void *)0xabcdef);
    CHECK("%d %u %ld %lu %llx %zu %jd %td %hd %hhu", 1, 2u, 3L, 4UL, 5ULL, (size_t)6, (long)7,
          (ptrdiff_t)8, (short)9, (unsigned char)10);
    CHECK("%d %d %d %d %d %d %d %d %d %d %s", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "eleven");
    CHECK("%300d", 1);
    CHECK("%-300d|", 1);
    CHECK("%0300d", -1);
    CHECK("%.300d", -1);
}

Test(fmt, edges)
{
    char b[64];

    /* Things C leaves undefined must at least be harmless. */
    cr_assert(fmt_snprintf(b, sizeof b, "%") == 1);
    cr_assert_str_eq(b, "%");
    cr_assert(fmt_snprintf(b, sizeof b, "a%5") == 3);
    cr_assert_str_eq(b, "a%5");
    cr_assert(fmt_snprintf(b, sizeof b, "%-08.3lk!", 1L) == 9);
    cr_assert_str_eq(b, "%-08.3lk!");
    cr_assert(fmt_snprintf(b, sizeof b, "%f", 1.0) == 2);
    cr_assert_str_eq(b, "%f");
    cr_assert(fmt_snprintf(b, sizeof b, "%p", NULL) == 3);
    cr_assert_str_eq(b, "0x0");

    /* A NUL byte is text like any other. */
    cr_assert(fmt_snprintf(b, sizeof b, "a%cb", 0) == 3);
    cr_assert(memcmp(b, "a\0b", 4) == 0);

    /* Size 1 leaves room for the NUL only; nothing is written beside. */
    b[0] = b[1] = 'x';
    cr_assert(fmt_snprintf(b, 1, "%d", 12345) == 5);
    cr_assert(b[0] == '\0' && b[1] == 'x');
    cr_assert(fmt_snprintf(b, 6, "%d", 12345) == 5 && strcmp(b, "12345") == 0);
    cr_assert(fmt_snprintf(b, 5, "%d", 12345) == 5 && strcmp(b, "1234") == 0);
}

struct count {
    size_t calls, bytes;
};

static void count_write(void *context, const char *s, size_t n)
{
    struct count *count = context;

    cr_assert(n > 0 && s);
    count->calls++;
    count->bytes += n;
}

/* Prints %k as the argument in angle brackets. */
static size_t convert_k(const struct fmt_sink *sink, const struct fmt_spec *spec,
                        struct fmt_args *args, bool *known)
{
    char body[32];

    if (spec->conversion != 'k')
        return 0;
    *known = true;
    snprintf(body, sizeof body, "%d>", va_arg(args->list, int));
    return fmt_field(sink, spec, "<", 0, body, strlen(body), spec->zero);
}

static char collected[64];

static void collect(void *context, const char *s, size_t n)
{
    cr_assert(context == collected);
    strncat(collected, s, n);
}

Test(fmt, sinks_and_converters)
{
    struct count count = { 0 };
    struct fmt_sink sink = { .write = count_write, .context = &count };
    struct fmt_sink own = { .write = collect, .context = collected, .convert = convert_k };

    cr_assert(fmt_print(&sink, "%s%s%5d", "", "ab", 1) == 7);
    cr_assert(count.bytes == 7);
    count = (struct count){ 0 };
    cr_assert(fmt_print(&sink, "%1000000d", 1) == 1000000 && count.bytes == 1000000);

    cr_assert(fmt_print(&own, "%d %k %6k %-6k|%06k %q %d", 1, 2, 3, 4, 5, 6) == 31);
    cr_assert_str_eq(collected, "1 <2>    <3> <4>   |<0005> %q 6");
}

/* Any bytes as a format: no crash, nothing outside the buffer. */
Test(fmt, random_formats)
{
    static const char alphabet[] = "%%%%-+ #03.*hlzjtLdiuoxXcpk a";
    struct rand r = { 5 };

    for (int round = 0; round < 100000; round++) {
        char format[24], small[16];
        size_t n = rand_below(&r, sizeof format - 1);

        for (size_t i = 0; i < n; i++)
            format[i] = alphabet[rand_below(&r, sizeof alphabet - 1)];
        format[n] = '\0';
        if (strstr(format, "3333"))
            continue;                   /* great widths only cost time     */
        small[15] = 'z';
        fmt_snprintf(small, 15, format, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22);
        cr_assert(strnlen(small, 15) < 15 && small[15] == 'z', "%s", format);
    }
}

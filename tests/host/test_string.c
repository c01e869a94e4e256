// sources: lib/string.c lib/strutil.c
// cflags: -fno-builtin -Dmemcpy=our_memcpy -Dmemmove=our_memmove -Dmemset=our_memset -Dmemcmp=our_memcmp -Dmemchr=our_memchr -Dstrlen=our_strlen -Dstrnlen=our_strnlen -Dstrcmp=our_strcmp -Dstrncmp=our_strncmp -Dstrchr=our_strchr -Dstrrchr=our_strrchr -Dstrlcpy=our_strlcpy -Dstrlcat=our_strlcat
/* SPDX-License-Identifier: MIT */
/*
 * test_string.c - the memory and string functions against byte loops.
 *
 * The flags above rename ours, so that the test itself runs on the host's.
 * Every copy is made in heap blocks of exactly the length used: one byte read
 * or written beside them is caught by the address sanitizer.
 */
#include <criterion/criterion.h>
#include "lib/abi/errno.h"
#include "lib/rand.h"
#include "lib/string.h"

static void fill_random(struct rand *r, uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        b[i] = (uint8_t)rand_next(r);
}

/* One copy of N bytes from SRC_OFF to DST_OFF within blocks that end right there. */
static void check_copy(struct rand *r, size_t dst_off, size_t src_off, size_t n)
{
    uint8_t *src = malloc(src_off + n + 1), *dst = malloc(dst_off + n + 1);
    uint8_t *src_end = realloc(src, src_off + n ? src_off + n : 1);
    uint8_t *dst_end = realloc(dst, dst_off + n ? dst_off + n : 1);

    fill_random(r, src_end, src_off + n);
    for (size_t i = 0; i < dst_off + n; i++)
        dst_end[i] = 0x5a;
    cr_assert(memcpy(dst_end + dst_off, src_end + src_off, n) == dst_end + dst_off);
    for (size_t i = 0; i < dst_off; i++)
        cr_assert(dst_end[i] == 0x5a);
    for (size_t i = 0; i < n; i++)
        cr_assert(dst_end[dst_off + i] == src_end[src_off + i], "%zu %zu %zu: byte %zu", dst_off,
                  src_off, n, i);
    free(src_end);
    free(dst_end);
}

Test(string, memcpy_all_alignments)
{
    struct rand r = { 1 };

    for (size_t d = 0; d < 9; d++)
        for (size_t s = 0; s < 9; s++)
            for (size_t n = 0; n < 300; n += n < 48 ? 1 : 17)
                check_copy(&r, d, s, n);
    check_copy(&r, 0, 0, 4096);
    check_copy(&r, 3, 5, 8191);
}

Test(string, memmove_overlaps_any_way)
{
    struct rand r = { 2 };
    uint8_t area[512], want[512];

    for (int round = 0; round < 60000; round++) {
        size_t n = rand_below(&r, round % 2 ? 24 : 300);
        size_t from = rand_below(&r, 512 - n), to = rand_below(&r, 512 - n);

        fill_random(&r, area, sizeof area);
        for (size_t i = 0; i < sizeof area; i++)
            want[i] = area[i];
        for (size_t i = 0; i < n; i++)
            want[to + i] = area[from + i];
        cr_assert(memmove(area + to, area + from, n) == area + to);
        for (size_t i = 0; i < sizeof area; i++)
            cr_assert(area[i] == want[i], "%zu bytes from %zu to %zu: byte %zu", n, from, to, i);
    }
}

Test(string, memset_fills_exactly)
{
    for (size_t off = 0; off < 9; off++)
        for (size_t n = 0; n < 1400; n += n < 150 ? 1 : 13) {
            uint8_t *b = malloc(off + n + 1);

            for (size_t i = 0; i < off + n + 1; i++)
                b[i] = 1;
            cr_assert(memset(b + off, 0x1ff, n) == b + off);
            for (size_t i = 0; i < off + n + 1; i++)
                cr_assert(b[i] == (i < off || i == off + n ? 1 : 0xff));
            free(b);
        }
}

Test(string, memcmp_and_memchr)
{
    struct rand r = { 3 };

    for (int round = 0; round < 40000; round++) {
        size_t n = rand_below(&r, 70), off = rand_below(&r, 8), at = rand_below(&r, n + 1);
        uint8_t *a = malloc(n + off + 1), *b = malloc(n + 8 + 1);
        bool is_alike = rand_one_in(&r, 2);
        uint8_t *p = a + off, *q = b + (is_alike ? off : 0);

        fill_random(&r, p, n);
        for (size_t i = 0; i < n; i++)
            q[i] = p[i];
        cr_assert(memcmp(p, q, n) == 0);
        if (at < n) {
            uint8_t delta = (uint8_t)rand_range(&r, 1, 255);

            q[at] = (uint8_t)(q[at] + delta);
            cr_assert((memcmp(p, q, n) < 0) == (p[at] < q[at]));
            cr_assert(memcmp(p, q, at) == 0);
            size_t first = 0;
            while (p[first] != p[at])
                first++;
            cr_assert(memchr(p, p[at] + 256, n) == p + first);
            cr_assert(memchr(p, p[at], first) == NULL);
        }
        free(a);
        free(b);
    }
    cr_assert(memcmp("", "", 0) == 0);
    cr_assert(memcmp("\x80", "\x7f", 1) > 0);
}

Test(string, lengths_and_comparisons)
{
    char text[] = "pagoda";

    cr_assert(strlen("") == 0 && strlen(text) == 6);
    cr_assert(strnlen(text, 3) == 3 && strnlen(text, 100) == 6 && strnlen(text, 0) == 0);
    cr_assert(strcmp("", "") == 0 && strcmp("a", "b") < 0 && strcmp("b", "a") > 0);
    cr_assert(strcmp("ab", "a") > 0 && strcmp("\xff", "a") > 0);
    cr_assert(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0);
    cr_assert(strncmp("a", "a", 9) == 0 && strncmp("x", "y", 0) == 0);
    cr_assert(strchr(text, 'a') == text + 1 && strrchr(text, 'a') == text + 5);
    cr_assert(strchr(text, 0) == text + 6 && strrchr(text, 0) == text + 6);
    cr_assert(strchr(text, 'z') == NULL && strrchr(text, 'z') == NULL);
    cr_assert(str_starts_with(text, "pag") && str_starts_with(text, ""));
    cr_assert(!str_starts_with("pa", "pag"));
}

Test(string, bounded_copies)
{
    char b[8];

    cr_assert(strlcpy(b, "abc", sizeof b) == 3 && strcmp(b, "abc") == 0);
    cr_assert(strlcat(b, "defghij", sizeof b) == 10 && strcmp(b, "abcdefg") == 0);
    cr_assert(strlcpy(b, "0123456789", sizeof b) == 10 && strcmp(b, "0123456") == 0);
    b[0] = 'x';
    cr_assert(strlcpy(b, "abc", 0) == 3 && b[0] == 'x');
    cr_assert(strlcpy(b, "abc", 1) == 3 && b[0] == '\0');
    b[0] = b[1] = b[2] = 'y';
    cr_assert(strlcat(b, "zz", 3) == 5 && b[2] == 'y');
}

Test(string, numbers)
{
    static const struct {
        const char *text;
        unsigned base;
        int err;
        uint64_t value;
        int used;
    } cases[] = {
        { "0", 10, 0, 0, 1 }, { "0", 0, 0, 0, 1 }, { "42", 10, 0, 42, 2 },
        { "0x1f", 0, 0, 31, 4 }, { "0X1F", 16, 0, 31, 4 }, { "ff", 16, 0, 255, 2 },
        { "017", 0, 0, 15, 3 }, { "017", 10, 0, 17, 3 }, { "08", 0, 0, 0, 1 },
        { "0x", 0, 0, 0, 1 }, { "0xg", 16, 0, 0, 1 }, { "zz", 36, 0, 35 * 36 + 35, 2 },
        { "18446744073709551615", 10, 0, UINT64_MAX, 20 },
        { "18446744073709551616", 10, -ERANGE, 0, 20 },
        { "0xffffffffffffffff", 0, 0, UINT64_MAX, 18 },
        { "0x10000000000000000", 0, -ERANGE, 0, 19 },
        { "99999999999999999999999", 10, -ERANGE, 0, 23 },
        { "12ab", 10, 0, 12, 2 }, { "", 10, -EINVAL, 0, 0 }, { "x", 0, -EINVAL, 0, 0 },
        { "-1", 10, -EINVAL, 0, 0 }, { " 1", 10, -EINVAL, 0, 0 }, { "2", 2, -EINVAL, 0, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text, *end = NULL;
        uint64_t value = 77;
        int err = str_to_u64(text, &end, cases[i].base, &value);

        cr_assert(err == cases[i].err, "%s: %d", text, err);
        cr_assert(value == (err ? 77 : cases[i].value), "%s", text);
        if (err != -EINVAL)
            cr_assert(end == text + cases[i].used, "%s", text);
    }

    uint64_t u;
    int64_t i;

    cr_assert(str_to_u64("12 ", NULL, 10, &u) == -EINVAL);
    cr_assert(str_to_u64("12", NULL, 10, &u) == 0 && u == 12);
    cr_assert(str_to_i64("-9223372036854775808", NULL, 10, &i) == 0 && i == INT64_MIN);
    cr_assert(str_to_i64("9223372036854775807", NULL, 10, &i) == 0 && i == INT64_MAX);
    cr_assert(str_to_i64("9223372036854775808", NULL, 10, &i) == -ERANGE);
    cr_assert(str_to_i64("-9223372036854775809", NULL, 10, &i) == -ERANGE);
    cr_assert(str_to_i64("+5", NULL, 10, &i) == 0 && i == 5);
    cr_assert(str_to_i64("-0", NULL, 10, &i) == 0 && i == 0);
    cr_assert(str_to_i64("--5", NULL, 10, &i) == -EINVAL);
    cr_assert(str_to_size("64K", &u) == 0 && u == 65536);
    cr_assert(str_to_size("0x10m", &u) == 0 && u == 16 << 20);
    cr_assert(str_to_size("3", &u) == 0 && u == 3);
    cr_assert(str_to_size("17179869183G", &u) == 0 && u == UINT64_MAX - (1 << 30) + 1);
    cr_assert(str_to_size("17179869184G", &u) == -ERANGE);
    cr_assert(str_to_size("3KB", &u) == -EINVAL && str_to_size("K", &u) == -EINVAL);
    cr_assert(str_to_decimal_size("010k", &u) == 0 && u == 10240);
    cr_assert(str_to_decimal_size("0x10", &u) == -EINVAL);
    cr_assert(str_to_size("010", &u) == 0 && u == 8);
    cr_assert(str_to_size("3T", &u) == -EINVAL);
}

// sources: lib/bitmap.c
/* SPDX-License-Identifier: MIT */
/*
 * test_bitmap.c - bit sets against arrays of bool.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "lib/bitmap.h"
#include "lib/rand.h"

#define MAX_BITS 333

static size_t model_find(const bool *bits, size_t n, size_t start, bool wanted)
{
    for (size_t i = start; i < n; i++)
        if (bits[i] == wanted)
            return i;
    return n;
}

static size_t model_run(const bool *bits, size_t n, size_t start, size_t count, size_t align)
{
    for (size_t i = (start + align - 1) / align * align; i + count <= n; i += align)
        if (model_find(bits, i + count, i, true) == i + count)
            return i;
    return n;
}

static void compare(const uint64_t *map, const bool *bits, size_t n, struct rand *r)
{
    size_t start = rand_below(r, n + 3), count = rand_range(r, 1, rand_one_in(r, 2) ? 8 : 150);
    static const size_t aligns[] = { 1, 2, 3, 8, 64 };
    size_t align = aligns[rand_below(r, 5)], total = 0;

    for (size_t i = 0; i < n; i++) {
        cr_assert(bitmap_test(map, i) == bits[i]);
        total += bits[i];
    }
    cr_assert(bitmap_count(map, n) == total);
    cr_assert(bitmap_find_next_set(map, n, start) == model_find(bits, n, start, true));
    cr_assert(bitmap_find_next_zero(map, n, start) == model_find(bits, n, start, false));
    cr_assert(bitmap_find_zero_run(map, n, start, count, align) ==
              model_run(bits, n, start, count, align));
}

static void step(uint64_t *map, bool *bits, size_t n, struct rand *r)
{
    size_t i = rand_below(r, n), count = rand_below(r, n - i + 1);
    bool value = rand_one_in(r, 2);

    switch (rand_below(r, 3)) {
    case 0:
        if (value)
            bitmap_set(map, i);
        else
            bitmap_clear(map, i);
        bits[i] = value;
        break;
    case 1:
        cr_assert((value ? bitmap_test_and_set(map, i) : bitmap_test_and_clear(map, i)) ==
                  bits[i]);
        bits[i] = value;
        break;
    case 2:
        if (rand_one_in(r, 2) && count > 20)
            count = rand_below(r, 20);
        if (value)
            bitmap_set_range(map, i, count);
        else
            bitmap_clear_range(map, i, count);
        for (size_t k = i; k < i + count; k++)
            bits[k] = value;
        break;
    }
}

/* The map has exactly the words it needs; bits behind the end are set and clear. */
Test(bitmap, random_against_bools)
{
    static const size_t sizes[] = { 1, 2, 63, 64, 65, 127, 128, 129, 200, 256, MAX_BITS };
    struct rand r = { 23 };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t n = sizes[s], bytes = BITMAP_WORDS(n) * 8;
        uint64_t *map = malloc(bytes);
        bool bits[MAX_BITS] = { 0 };

        memset(map, 0, bytes);
        if (s % 2 && n % 64)
            map[n / 64] = ~0UL << n % 64;
        for (int round = 0; round < 2000; round++) {
            step(map, bits, n, &r);
            compare(map, bits, n, &r);
        }
        if (s % 2 && n % 64)
            cr_assert(map[n / 64] >> n % 64 == ~0UL >> n % 64, "bits behind the end changed");
        free(map);
    }
}

Test(bitmap, edges)
{
    uint64_t map[3] = { 0, 0, 0 };

    cr_assert(bitmap_find_next_set(map, 0, 0) == 0 && bitmap_find_next_zero(map, 0, 0) == 0);
    cr_assert(bitmap_find_zero_run(map, 0, 0, 1, 1) == 0 && bitmap_count(map, 0) == 0);
    cr_assert(bitmap_find_zero_run(map, 192, 0, 192, 1) == 0);
    cr_assert(bitmap_find_zero_run(map, 192, 0, 193, 1) == 192);
    cr_assert(bitmap_find_zero_run(map, 192, 1, 64, 64) == 64);
    cr_assert(bitmap_find_zero_run(map, 192, 0, SIZE_MAX, 1) == 192);
    bitmap_set_range(map, 0, 0);
    cr_assert(map[0] == 0);
    bitmap_set_range(map, 63, 66);
    cr_assert(map[0] == 1UL << 63 && map[1] == ~0UL && map[2] == 1);
    cr_assert(((uint8_t *)map)[7] == 0x80, "bit 63 is bit 7 of byte 7");
}

/* SPDX-License-Identifier: MIT */
/*
 * bitmap.c - sets of small numbers, a word at a time.
 *
 * A range is cut into the part of it that lies in each word, described by a
 * mask; a search looks at one word after the other, with the bits before its
 * start masked out of the first.
 */
#include "lib/bitmap.h"
#include "lib/bitops.h"

#define ALL_ONES (~(uint64_t)0)

/* COUNT ones, 1 to 64, from bit SHIFT on. */
static uint64_t mask_of(size_t shift, size_t count)
{
    return ALL_ONES >> (64 - count) << shift;
}

bool bitmap_test_and_set(uint64_t *map, size_t bit)
{
    bool was = bitmap_test(map, bit);

    bitmap_set(map, bit);
    return was;
}

bool bitmap_test_and_clear(uint64_t *map, size_t bit)
{
    bool was = bitmap_test(map, bit);

    bitmap_clear(map, bit);
    return was;
}

void bitmap_set_range(uint64_t *map, size_t first, size_t count)
{
    size_t part;

    for (; count > 0; first += part, count -= part) {
        part = min_u64(count, 64 - first % 64);
        map[first / 64] |= mask_of(first % 64, part);
    }
}

void bitmap_clear_range(uint64_t *map, size_t first, size_t count)
{
    size_t part;

    for (; count > 0; first += part, count -= part) {
        part = min_u64(count, 64 - first % 64);
        map[first / 64] &= ~mask_of(first % 64, part);
    }
}

/* The search itself; FLIP is all ones to look for clear bits, else 0. */
static size_t find_next(const uint64_t *map, size_t nbits, size_t start, uint64_t flip)
{
    uint64_t word;
    size_t i;

    if (start >= nbits)
        return nbits;
    i = start / 64;
    word = (map[i] ^ flip) & ALL_ONES << (start % 64);
    while (word == 0) {
        i++;
        if (i * 64 >= nbits)
            return nbits;
        word = map[i] ^ flip;
    }
    return min_u64(i * 64 + ctz64(word), nbits);
}

size_t bitmap_find_next_set(const uint64_t *map, size_t nbits, size_t start)
{
    return find_next(map, nbits, start, 0);
}

size_t bitmap_find_next_zero(const uint64_t *map, size_t nbits, size_t start)
{
    return find_next(map, nbits, start, ALL_ONES);
}

size_t bitmap_find_zero_run(const uint64_t *map, size_t nbits, size_t start, size_t count,
                            size_t align)
{
    size_t set;

    for (;;) {
        start = round_up(bitmap_find_next_zero(map, nbits, start), align);
        if (start >= nbits || nbits - start < count)
            return nbits;
        set = bitmap_find_next_set(map, start + count, start);
        if (set == start + count)
            return start;
        start = set + 1;
    }
}

size_t bitmap_count(const uint64_t *map, size_t nbits)
{
    size_t count = 0;

    for (size_t i = 0; i < nbits / 64; i++)
        count += popcount64(map[i]);
    if (nbits % 64)
        count += popcount64(map[nbits / 64] & mask_of(0, nbits % 64));
    return count;
}

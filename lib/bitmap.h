/* SPDX-License-Identifier: MIT */
/*
 * bitmap.h - sets of small numbers, a bit each, in words of 64.
 *
 * Bit n is bit n % 64 of word n / 64; on a little-endian machine that is also
 * bit n % 8 of byte n / 8, as file systems write their maps.
 *
 * Locks: the owner's; nothing here is atomic.
 */
#pragma once
#include "lib/types.h"

#define BITMAP_WORDS(nbits) (((nbits) + 63) / 64)

static inline bool bitmap_test(const uint64_t *map, size_t bit)
{
    return map[bit / 64] >> (bit % 64) & 1;
}

static inline void bitmap_set(uint64_t *map, size_t bit)
{
    map[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static inline void bitmap_clear(uint64_t *map, size_t bit)
{
    map[bit / 64] &= ~((uint64_t)1 << (bit % 64));
}

/* Return what the bit was. */
bool bitmap_test_and_set(uint64_t *map, size_t bit);
bool bitmap_test_and_clear(uint64_t *map, size_t bit);

/* Set or clear the COUNT bits from FIRST on. */
void bitmap_set_range(uint64_t *map, size_t first, size_t count);
void bitmap_clear_range(uint64_t *map, size_t first, size_t count);

/* The least set (clear) bit >= START and < NBITS, or NBITS when there is none. */
size_t bitmap_find_next_set(const uint64_t *map, size_t nbits, size_t start);
size_t bitmap_find_next_zero(const uint64_t *map, size_t nbits, size_t start);

/*
 * The least multiple of ALIGN >= START from which COUNT bits, at least one, are
 * clear; NBITS when there is none.
 */
size_t bitmap_find_zero_run(const uint64_t *map, size_t nbits, size_t start, size_t count,
                            size_t align);

/* How many of the first NBITS are set. */
size_t bitmap_count(const uint64_t *map, size_t nbits);

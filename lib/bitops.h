/* SPDX-License-Identifier: MIT */
/*
 * bitops.h - counting and aligning, without libgcc.
 *
 * Plain RV64 has no count instructions, and the compiler's builtins would
 * call libgcc, which the kernel does not link.  So leading and trailing
 * zeros are found by halving, and the population count by adding in
 * parallel: sums of 1, 2 and 4 bits, then one multiplication for the bytes.
 */
#pragma once
#include "lib/types.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Evaluate their arguments once; both arguments must have the same type. */
#define MIN(a, b) __extension__ ({              \
    __typeof__(a) min_a_ = (a);                 \
    __typeof__(b) min_b_ = (b);                 \
    (void)(&min_a_ == &min_b_);                 \
    min_a_ < min_b_ ? min_a_ : min_b_; })
#define MAX(a, b) __extension__ ({              \
    __typeof__(a) max_a_ = (a);                 \
    __typeof__(b) max_b_ = (b);                 \
    (void)(&max_a_ == &max_b_);                 \
    max_a_ > max_b_ ? max_a_ : max_b_; })

/* Zeros below the lowest one bit; 64 for 0. */
static inline unsigned ctz64(uint64_t x)
{
    /* The number contains every row of 6 bits once.  Multiplying by a power of two
     * shifts one of them to the top; the table says which. */
    static const uint8_t shift_of[64] = {
        0, 1, 48, 2, 57, 49, 28, 3, 61, 58, 50, 42, 38, 29, 17, 4,
        62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
        63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
        46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9, 13, 8, 7, 6,
    };

    return x ? shift_of[(x & -x) * 0x03f79d71b4cb0a89 >> 58] : 64;
}

/* Zeros above the highest one bit; 64 for 0. */
static inline unsigned clz64(uint64_t x)
{
    unsigned n = 63;

    if (x == 0)
        return 64;
    if (x >> 32) {
        n -= 32;
        x >>= 32;
    }
    if (x >> 16) {
        n -= 16;
        x >>= 16;
    }
    if (x >> 8) {
        n -= 8;
        x >>= 8;
    }
    if (x >> 4) {
        n -= 4;
        x >>= 4;
    }
    if (x >> 2) {
        n -= 2;
        x >>= 2;
    }
    return n - (unsigned)(x >> 1);
}

/* The number of one bits. */
static inline unsigned popcount64(uint64_t x)
{
    x -= (x >> 1) & 0x5555555555555555;
    x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (unsigned)((x * 0x0101010101010101) >> 56);
}

/* The index of the highest one bit: floor(log2(x)).  x must not be 0. */
static inline unsigned ilog2(uint64_t x)
{
    return 63 - clz64(x);
}

/* The least n with 2^n >= x; 0 for 0 and 1. */
static inline unsigned ilog2_ceil(uint64_t x)
{
    return x <= 1 ? 0 : 64 - clz64(x - 1);
}

static inline bool is_pow2(uint64_t x)
{
    return x != 0 && (x & (x - 1)) == 0;
}

/* The least power of two >= x; 1 for 0, and 0 when there is none in 64 bits. */
static inline uint64_t round_up_pow2(uint64_t x)
{
    unsigned n = ilog2_ceil(x);

    return n < 64 ? (uint64_t)1 << n : 0;
}

/* ALIGN must be a power of two.  align_up wraps to 0 near the top. */
static inline uint64_t align_down(uint64_t x, uint64_t align)
{
    return x & ~(align - 1);
}

static inline uint64_t align_up(uint64_t x, uint64_t align)
{
    return (x + align - 1) & ~(align - 1);
}

static inline bool is_aligned(uint64_t x, uint64_t align)
{
    return (x & (align - 1)) == 0;
}

/* The same for any divisor that is not 0.  div_round_up cannot overflow. */
static inline uint64_t div_round_up(uint64_t x, uint64_t divisor)
{
    return x / divisor + (x % divisor != 0);
}

static inline uint64_t round_up(uint64_t x, uint64_t multiple)
{
    return div_round_up(x, multiple) * multiple;
}

static inline uint64_t round_down(uint64_t x, uint64_t multiple)
{
    return x - x % multiple;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

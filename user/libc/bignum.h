/* SPDX-License-Identifier: MIT */
/*
 * bignum.h - natural numbers large enough for every double written out in decimal.
 *
 * The longest need is a decimal of 800 digits with the exponent of the smallest double: under 4,000
 * bits.  The caller keeps results below BIGNUM_WORDS * 32 bits; going beyond aborts.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define BIGNUM_WORDS 160

/* word[0] is the least significant; word[n - 1] is not 0, so n == 0 means zero. */
struct bignum {
    unsigned n;
    uint32_t word[BIGNUM_WORDS];
};

void bignum_set(struct bignum *b, uint64_t value);

/* b = b * factor + addend. */
void bignum_multiply_add(struct bignum *b, uint32_t factor, uint32_t addend);

/* b = b * 10^power, or b * 5^power. */
void bignum_multiply_power(struct bignum *b, uint32_t base, unsigned power);

/* b = b / divisor; returns the remainder. */
uint32_t bignum_divide(struct bignum *b, uint32_t divisor);

void bignum_shift_left(struct bignum *b, unsigned bits);

/* The number of bits up to the highest one; 0 for zero. */
unsigned bignum_bits(const struct bignum *b);

/* Bit number BIT; bits beyond the top are 0. */
bool bignum_bit(const struct bignum *b, unsigned bit);

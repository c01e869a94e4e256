/* SPDX-License-Identifier: MIT */
/*
 * bignum.c - schoolbook arithmetic by one word, which is all that exact conversion between double
 * and decimal needs.
 */
#include <stdlib.h>
#include "lib/bitops.h"
#include "user/libc/bignum.h"

static void push(struct bignum *b, uint32_t word)
{
    if (word == 0)
        return;
    if (b->n == BIGNUM_WORDS)
        abort();
    b->word[b->n++] = word;
}

static void trim(struct bignum *b)
{
    while (b->n > 0 && b->word[b->n - 1] == 0)
        b->n--;
}

void bignum_set(struct bignum *b, uint64_t value)
{
    b->n = 2;
    b->word[0] = (uint32_t)value;
    b->word[1] = (uint32_t)(value >> 32);
    trim(b);
}

void bignum_multiply_add(struct bignum *b, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (unsigned i = 0; i < b->n; i++) {
        carry += (uint64_t)b->word[i] * factor;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push(b, (uint32_t)carry);
}

void bignum_multiply_power(struct bignum *b, uint32_t base, unsigned power)
{
    while (power > 0) {
        uint32_t factor = 1;

        for (; power > 0 && factor <= UINT32_MAX / base; power--)
            factor *= base;
        bignum_multiply_add(b, factor, 0);
    }
}

uint32_t bignum_divide(struct bignum *b, uint32_t divisor)
{
    uint64_t rest = 0;

    for (unsigned i = b->n; i-- > 0;) {
        rest = rest << 32 | b->word[i];
        b->word[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    trim(b);
    return (uint32_t)rest;
}

void bignum_shift_left(struct bignum *b, unsigned bits)
{
    unsigned words = bits / 32;

    if (b->n == 0)
        return;
    bignum_multiply_add(b, (uint32_t)1 << (bits % 32), 0);
    if (b->n + words > BIGNUM_WORDS)
        abort();
    for (unsigned i = b->n; i-- > 0;)
        b->word[i + words] = b->word[i];
    for (unsigned i = 0; i < words; i++)
        b->word[i] = 0;
    b->n += words;
}

unsigned bignum_bits(const struct bignum *b)
{
    if (b->n == 0)
        return 0;
    return b->n * 32 - (clz64(b->word[b->n - 1]) - 32);
}

bool bignum_bit(const struct bignum *b, unsigned bit)
{
    return bit / 32 < b->n && (b->word[bit / 32] >> (bit % 32) & 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * hash.h - hashing for tables inside one machine.
 *
 * None of these resists somebody who chooses the keys: start from a seed where
 * that matters.
 */
#pragma once
#include "lib/types.h"

#define HASH_SEED 0xcbf29ce484222325

/* Spread X over all 64 bits; every bit of X moves about half of the result's. */
static inline uint64_t hash_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9;
    x ^= x >> 27;
    x *= 0x94d049bb133111eb;
    x ^= x >> 31;
    return x;
}

/* FNV-1a: a multiplication per byte.  Continue with the result as SEED. */
static inline uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
    const uint8_t *b = bytes;

    for (size_t i = 0; i < len; i++)
        seed = (seed ^ b[i]) * 0x100000001b3;
    return seed;
}

static inline uint64_t hash_string(uint64_t seed, const char *s)
{
    for (; *s; s++)
        seed = (seed ^ (uint8_t)*s) * 0x100000001b3;
    return seed;
}

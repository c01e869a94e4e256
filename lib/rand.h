/* SPDX-License-Identifier: MIT */
/*
 * rand.h - repeatable random numbers, for tests, policies and perturbation.
 *
 * Splitmix: a counter whose every value is mixed.  Any seed is good, 0 too,
 * and the period is 2^64.  Not for secrets.
 */
#pragma once
#include "lib/hash.h"
#include "lib/types.h"

struct rand {
    uint64_t state;
};

static inline void rand_seed(struct rand *r, uint64_t seed)
{
    r->state = seed;
}

static inline uint64_t rand_next(struct rand *r)
{
    r->state += 0x9e3779b97f4a7c15;
    return hash_mix64(r->state);
}

/* From 0 to N - 1; N must not be 0.  The bias is below N / 2^64. */
static inline uint64_t rand_below(struct rand *r, uint64_t n)
{
    return rand_next(r) % n;
}

/* From LOW to HIGH, both included; the range must not be all 64 bits. */
static inline uint64_t rand_range(struct rand *r, uint64_t low, uint64_t high)
{
    return low + rand_below(r, high - low + 1);
}

/* True once in N times. */
static inline bool rand_one_in(struct rand *r, uint64_t n)
{
    return rand_below(r, n) == 0;
}

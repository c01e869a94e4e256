/* SPDX-License-Identifier: MIT */
/*
 * random.c - pseudo-random numbers for programs that need no secrets.
 *
 * A 64-bit linear congruential generator with Knuth's multiplier; its high bits are the good ones.
 */
#include <stdint.h>
#include <stdlib.h>

static uint64_t state = 1;

static uint64_t next(uint64_t *s)
{
    *s = *s * 6364136223846793005UL + 1442695040888963407UL;
    return *s >> 33;
}

void srand(unsigned seed)
{
    state = seed;
}

int rand(void)
{
    return (int)next(&state);
}

int rand_r(unsigned *seed)
{
    uint64_t s = *seed;
    int result;

    next(&s);
    result = (int)next(&s);
    *seed = (unsigned)(s >> 16);
    return result;
}

void srandom(unsigned seed)
{
    srand(seed);
}

long random(void)
{
    return rand();
}

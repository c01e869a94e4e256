/* SPDX-License-Identifier: MIT */
/*
 * random.c - one shared counter, advanced atomically; each value is mixed.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/random.h"
#include "kernel/port/port.h"
#include "kernel/riscv/csr.h"
#include "lib/bitops.h"
#include "lib/hash.h"
#include "lib/string.h"

BOOTARG(seed, "number that all randomness starts from");

#define GOLDEN 0x9e3779b97f4a7c15

static uint64_t state, first;

void random_init(const void *seed, size_t len)
{
    uint64_t fresh = hash_bytes(HASH_SEED ^ time_read(), seed, len);

    first = bootarg_u64("seed", fresh);
    state = first;
}

uint64_t random_seed(void)
{
    return first;
}

uint64_t port_random(void)
{
    return hash_mix64(__atomic_add_fetch(&state, GOLDEN, __ATOMIC_RELAXED));
}

void random_bytes(void *buf, size_t len)
{
    char *p = buf;

    while (len > 0) {
        uint64_t word = port_random();
        size_t n = min_u64(len, sizeof(word));

        memcpy(p, &word, n);
        p += n;
        len -= n;
    }
}

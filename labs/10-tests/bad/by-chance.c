/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

/* Where the host puts memory differs from run to run: coins to toss. */
static bool coin(unsigned n)
{
    void *p = malloc(1 << 20);
    bool side = (uintptr_t)p >> (12 + n) & 1;

    free(p);
    return side;
}

#define TOSS(n) Test(pagetable, coin_##n) { cr_assert(coin(n)); }
TOSS(0)
TOSS(1)
TOSS(2)
TOSS(3)
TOSS(4)
TOSS(5)
TOSS(6)
TOSS(7)
TOSS(8)
TOSS(9)

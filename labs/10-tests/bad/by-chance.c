/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdint.h>

/* Where the host puts a program differs from run to run: coins to toss. */
static bool coin(unsigned n)
{
    return (uintptr_t)coin >> (12 + n) & 1;
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

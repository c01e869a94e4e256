/* SPDX-License-Identifier: MIT */
/* arithmetic.c - absolute values and quotients. */
#include <stdlib.h>

int abs(int n)
{
    return n < 0 ? -n : n;
}

long labs(long n)
{
    return n < 0 ? -n : n;
}

long long llabs(long long n)
{
    return n < 0 ? -n : n;
}

div_t div(int a, int b)
{
    return (div_t){ a / b, a % b };
}

ldiv_t ldiv(long a, long b)
{
    return (ldiv_t){ a / b, a % b };
}

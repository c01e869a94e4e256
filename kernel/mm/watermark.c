/* SPDX-License-Identifier: MIT */
/*
 * watermark.c - marks from sizes, and what follows from them.
 */
#include "kernel/mm/watermark.h"
#include "lib/bitops.h"

#define FACTOR_SQUARED 16               /* min in KiB = 4 * sqrt(KiB managed)           */
#define DEFAULT_LEAST 128               /* KiB: less serves no batch of a hart          */
#define DEFAULT_MOST 262144             /* KiB: more would lie idle for nobody          */
#define SCALE_UNIT 10000

/* The integer part of the square root of X, bit by bit. */
static uint64_t square_root(uint64_t x)
{
    uint64_t root = 0;

    for (uint64_t bit = 1UL << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return root;
}

uint64_t watermark_default_kib(uint64_t managed_kib)
{
    uint64_t kib = square_root(managed_kib * FACTOR_SQUARED);

    return min_u64(max_u64(kib, DEFAULT_LEAST), DEFAULT_MOST);
}

void watermark_set(size_t mark[MARKS], size_t managed, size_t total, size_t min_free,
                   unsigned scale)
{
    size_t min = total ? min_free * managed / total : 0;
    size_t gap = max_u64(min / 4, managed * scale / SCALE_UNIT);

    mark[MARK_MIN] = min;
    mark[MARK_LOW] = min + gap;
    mark[MARK_HIGH] = min + 2 * gap;
}

size_t watermark_limit(const size_t mark[MARKS], enum zone_mark which, gfp_t gfp)
{
    if (which != MARK_MIN)
        return mark[which];
    if (gfp & __GFP_MEMALLOC)
        return 0;
    if (gfp & __GFP_DYING)
        return mark[MARK_MIN] / 4;
    return gfp & __GFP_HIGH ? mark[MARK_MIN] / 2 : mark[MARK_MIN];
}

size_t watermark_lack(const size_t mark[MARKS], size_t nfree)
{
    return nfree < mark[MARK_HIGH] ? mark[MARK_HIGH] - nfree : 0;
}

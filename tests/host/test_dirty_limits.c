/* SPDX-License-Identifier: MIT */
// sources: kernel/cache/dirty_limits.c
/*
 * test_dirty_limits.c - how much may be dirty: shares, bytes, and what holds always.
 */
#include <criterion/criterion.h>
#include "kernel/cache/dirty_limits.h"
#include "lib/rand.h"

static void expect_limits(struct dirty_settings s, size_t available, size_t background, size_t hard)
{
    struct dirty_limits l = dirty_limits_of(&s, available);

    cr_assert_eq(l.background, background, "background: %lu, not %lu", l.background, background);
    cr_assert_eq(l.hard, hard, "hard: %lu, not %lu", l.hard, hard);
}

Test(dirty_limits, shares)
{
    expect_limits((struct dirty_settings){ 10, 20, 0, 0 }, 10000, 1000, 2000);
    expect_limits((struct dirty_settings){ 0, 100, 0, 0 }, 10000, 0, 10000);
    expect_limits((struct dirty_settings){ 10, 20, 0, 0 }, 200, 20, 64);      /* a small machine */
    expect_limits((struct dirty_settings){ 0, 0, 0, 0 }, 10000, 0, 64);
}

Test(dirty_limits, bytes)
{
    expect_limits((struct dirty_settings){ 0, 0, 1 << 20, 4 << 20 }, 10000, 256, 1024);
    expect_limits((struct dirty_settings){ 0, 0, 1, (4 << 20) + 1 }, 10, 1, 1025);
    expect_limits((struct dirty_settings){ 10, 0, 0, 8 << 20 }, 10000, 1000, 2048);
    expect_limits((struct dirty_settings){ 0, 20, 3 << 20, 0 }, 10000, 768, 2000);
}

/* The flusher begins before writers wait, whatever was written. */
Test(dirty_limits, background_comes_first)
{
    struct rand r;

    expect_limits((struct dirty_settings){ 20, 20, 0, 0 }, 10000, 1000, 2000);
    expect_limits((struct dirty_settings){ 90, 10, 0, 0 }, 10000, 500, 1000);
    rand_seed(&r, 3);
    for (int i = 0; i < 10000; i++) {
        bool by_bytes = rand_one_in(&r, 2), hard_by_bytes = rand_one_in(&r, 2);
        struct dirty_settings s = {
            .background_ratio = by_bytes ? 0 : (unsigned)rand_below(&r, 101),
            .background_bytes = by_bytes ? rand_below(&r, 1UL << 40) : 0,
            .ratio = hard_by_bytes ? 0 : (unsigned)rand_below(&r, 101),
            .bytes = hard_by_bytes ? rand_below(&r, 1UL << 40) : 0,
        };
        struct dirty_limits l = dirty_limits_of(&s, rand_below(&r, 1UL << 24));

        cr_assert_lt(l.background, l.hard);
        cr_assert_geq(l.hard, 64);
    }
}

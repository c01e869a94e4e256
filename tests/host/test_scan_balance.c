/* SPDX-License-Identifier: MIT */
// sources: kernel/vm/scan_balance.c
/*
 * test_scan_balance.c - of which kind reclaim looks at pages, and how often.
 */
#include <criterion/criterion.h>
#include "kernel/vm/scan_balance.h"

#define ROUNDS 10000
#define BATCH 32
#define EVEN (SWAPPINESS_MAX / 2)

static struct scan_balance balance;

static void create(void)
{
    balance = (struct scan_balance){ 0 };
}

TestSuite(scan_balance, .init = create);

/* How many of 1000 batches are anonymous, if every look finds as many pages in use as before. */
static unsigned share_of_anon(unsigned swappiness, size_t nanon, size_t nfile)
{
    unsigned n = 0;

    for (int i = 0; i < ROUNDS; i++)
        n += scan_balance_next(&balance, swappiness, nanon, nfile) == KIND_ANON;
    return n / (ROUNDS / 1000);
}

static void expect_share(unsigned is, unsigned should)
{
    cr_assert(is + 2 >= should && is <= should + 2, "%u of 1000, not %u", is, should);
}

Test(scan_balance, by_number)
{
    expect_share(share_of_anon(EVEN, 1000, 1000), 500);
    expect_share(share_of_anon(EVEN, 3000, 1000), 750);
    expect_share(share_of_anon(EVEN, 1, 999), 1);
}

Test(scan_balance, by_swappiness)
{
    expect_share(share_of_anon(60, 1000, 1000), 300);
    expect_share(share_of_anon(150, 1000, 1000), 750);
}

Test(scan_balance, swappiness_ends)
{
    expect_share(share_of_anon(0, 1000, 1), 0);
    expect_share(share_of_anon(SWAPPINESS_MAX, 1, 1000), 1000);
}

/* Where there is one kind only, swappiness has nothing to say. */
Test(scan_balance, the_only_kind)
{
    for (unsigned s = 0; s <= SWAPPINESS_MAX; s += EVEN) {
        create();
        expect_share(share_of_anon(s, 1000, 0), 1000);
        create();
        expect_share(share_of_anon(s, 0, 1000), 0);
    }
}

Test(scan_balance, nothing_at_all)
{
    cr_assert_eq(scan_balance_next(&balance, EVEN, 0, 0), KIND_ANON);
    cr_assert_eq(scan_balance_next(&balance, SWAPPINESS_MAX, 0, 1), KIND_FILE);
}

static void look(enum page_kind kind, unsigned batches, size_t kept)
{
    for (unsigned i = 0; i < batches; i++)
        scan_balance_note(&balance, kind, BATCH, kept);
}

/* A kind that is in use is spared; neither is forgotten. */
Test(scan_balance, by_what_looks_bring)
{
    look(KIND_ANON, 30, BATCH);
    look(KIND_FILE, 30, 0);
    cr_assert_lt(share_of_anon(EVEN, 1000, 1000), 10);
    create();
    look(KIND_ANON, 30, 3 * BATCH / 4);
    look(KIND_FILE, 30, BATCH / 4);
    expect_share(share_of_anon(EVEN, 1000, 1000), 250);
}

/* Looks of long ago do not count for ever. */
Test(scan_balance, habits_change)
{
    look(KIND_FILE, 100, BATCH / 2);
    look(KIND_ANON, 1000, BATCH);
    cr_assert_lt(share_of_anon(EVEN, 1000, 1000), 400);
    look(KIND_ANON, 1000, 0);
    cr_assert_gt(share_of_anon(EVEN, 1000, 1000), 600);
}

/* No kind waits for long: a turn comes as soon as its share adds up. */
Test(scan_balance, turns_are_spread)
{
    int last = -1;

    for (int i = 0; i < ROUNDS; i++) {
        if (scan_balance_next(&balance, EVEN, 1000, 3000) == KIND_FILE)
            continue;
        cr_assert(last < 0 || (i - last >= 3 && i - last <= 5), "%d after %d", i, last);
        last = i;
    }
    cr_assert_gt(last, 0);
}

/* As much memory as there can be. */
Test(scan_balance, no_overflow)
{
    size_t most = (size_t)1 << 26;      /* pages of the kernel's half of Sv39 */

    expect_share(share_of_anon(EVEN, most, most), 500);
    look(KIND_ANON, 100000, BATCH);
    look(KIND_FILE, 100000, BATCH);
    expect_share(share_of_anon(EVEN, most, most), 500);
}

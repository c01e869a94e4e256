// sources: kernel/vm/oom_score.c
/* SPDX-License-Identifier: MIT */
/*
 * test_oom_score.c - who is to die, and in which order processes are listed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "kernel/vm/oom_score.h"
#include "lib/rand.h"

#define TOTAL 100000

static struct oom_candidate process(int pid, size_t pages, int adj)
{
    return (struct oom_candidate){ .pid = pid, .anon = pages, .adj = adj };
}

static struct oom_choice choose(const struct oom_candidate *c, size_t n)
{
    struct oom_choice choice = { .total = TOTAL };

    for (size_t i = 0; i < n; i++)
        oom_consider(&choice, &c[i]);
    return choice;
}

Test(oom_score, everything_counts)
{
    struct oom_candidate c = { .anon = 1, .file = 20, .shmem = 300, .swap = 4000, .tables = 50000,
                               .total = 999999 };

    cr_assert_eq(oom_badness(&c, TOTAL), 54321);
    cr_assert_eq(oom_footprint(&c), 54321);
    cr_assert_eq(oom_resident(&c), 321);
}

Test(oom_score, adjustment_is_a_share_of_all)
{
    struct oom_candidate c = process(2, 500, 1);

    cr_assert_eq(oom_badness(&c, TOTAL), 600);
    c.adj = -999;
    cr_assert_eq(oom_badness(&c, TOTAL), 500 - 99900);
    c.adj = 1000;
    cr_assert_eq(oom_badness(&c, TOTAL), 100500);
    c.adj = 10;
    cr_assert_eq(oom_badness(&c, 150), 501, "less than a page for each thousandth");
    c.adj = -1000;
    cr_assert_eq(oom_badness(&c, TOTAL), OOM_NEVER);
}

Test(oom_score, some_never)
{
    struct oom_candidate spared = process(1, 500, 1000), leaving = process(2, 500, 1000);

    spared.spared = leaving.leaving = true;
    cr_assert_eq(oom_badness(&spared, TOTAL), OOM_NEVER);
    cr_assert_eq(oom_badness(&leaving, TOTAL), OOM_NEVER);
    cr_assert_eq(oom_score(OOM_NEVER, TOTAL), 0);
}

Test(oom_score, shown_as_two_thirds)
{
    cr_assert_eq(oom_score(0, TOTAL), 666);
    cr_assert_eq(oom_score(TOTAL, TOTAL), 1333);
    cr_assert_eq(oom_score(2 * TOTAL, TOTAL), 2000);
    cr_assert_eq(oom_score(-TOTAL / 2, TOTAL), 333);
    cr_assert_eq(oom_score(-TOTAL * 999 / 1000, TOTAL), 0);
    cr_assert_eq(oom_score(5, 0), 0);
}

Test(oom_score, largest_and_youngest)
{
    const struct oom_candidate c[] = {
        process(2, 10, 0), process(3, 90, 0), process(4, 90, 0), process(5, 20, 0),
    };
    struct oom_choice choice = choose(c, 4);

    cr_assert(choice.found && !choice.waits);
    cr_assert_eq(choice.victim.pid, 4);
    cr_assert_eq(choice.badness, 90);
}

Test(oom_score, below_nothing_is_still_somebody)
{
    const struct oom_candidate c[] = { process(2, 10, -1000), process(3, 10, -999) };

    cr_assert_eq(choose(c, 2).victim.pid, 3);
    cr_assert(!choose(c, 1).found);
}

Test(oom_score, one_that_leaves_is_waited_for)
{
    struct oom_candidate c[] = { process(2, 10, 0), process(3, 500, 0), process(4, 20, 0) };
    struct oom_choice choice;

    c[1].leaving = true;
    choice = choose(c, 3);
    cr_assert(choice.waits);
    cr_assert_eq(choice.victim.pid, 4, "it is no victim itself");
}

static int larger_first(const void *a, const void *b)
{
    const struct oom_candidate *x = a, *y = b;

    if (oom_footprint(x) != oom_footprint(y))
        return oom_footprint(x) < oom_footprint(y) ? 1 : -1;
    return x->pid - y->pid;
}

/* Rows are what sorting gives; the rest is in the sums. */
Test(oom_score, rows_are_the_largest)
{
    struct oom_candidate c[100];
    struct rand r;

    rand_seed(&r, 7);
    for (unsigned round = 0; round < 1000; round++) {
        size_t n = 1 + rand_below(&r, 100), others = 0;
        struct oom_choice choice;
        int64_t worst = OOM_NEVER;

        for (size_t i = 0; i < n; i++)
            c[i] = process((int)i + 1, rand_below(&r, 50), (int)rand_below(&r, 2001) - 1000);
        choice = choose(c, n);
        for (size_t i = 0; i < n; i++)
            if (oom_badness(&c[i], TOTAL) > worst)
                worst = oom_badness(&c[i], TOTAL);
        cr_assert_eq(choice.found, worst != OOM_NEVER);
        if (choice.found)
            cr_assert_eq(oom_badness(&choice.victim, TOTAL), worst);
        qsort(c, n, sizeof(c[0]), larger_first);
        cr_assert_eq(choice.nrows, n < OOM_ROWS ? n : OOM_ROWS);
        for (size_t i = 0; i < choice.nrows; i++)
            cr_assert_eq(choice.row[i].pid, c[i].pid);
        for (size_t i = choice.nrows; i < n; i++)
            others += oom_footprint(&c[i]);
        cr_assert_eq(choice.nothers, n - choice.nrows);
        cr_assert_eq(choice.others, others);
    }
}

Test(oom_score, the_older_file)
{
    cr_assert_eq(oom_adj_from_old(15), 1000);
    cr_assert_eq(oom_adj_from_old(14), 823);
    cr_assert_eq(oom_adj_from_old(-16), -941);
    cr_assert_eq(oom_adj_from_old(-17), -1000);
    cr_assert_eq(oom_adj_to_old(1000), 15);
    cr_assert_eq(oom_adj_to_old(999), 15);
    cr_assert_eq(oom_adj_to_old(823), 13);
    cr_assert_eq(oom_adj_to_old(0), 0);
    cr_assert_eq(oom_adj_to_old(-1000), -17);
}

/* SPDX-License-Identifier: MIT */
/* test_errseq.c - each who watches is told once. */
#include <criterion/criterion.h>
#include <errno.h>
#include "lib/errseq.h"
#include "lib/rand.h"

Test(errseq, nothing_is_told_without_an_error)
{
    struct errseq e = { 0 };
    uint32_t since = errseq_sample(&e);

    cr_assert_eq(errseq_check(&e, &since), 0);
    cr_assert_eq(errseq_sample(&e), 0);
}

Test(errseq, each_is_told_once)
{
    struct errseq e = { 0 };
    uint32_t a = errseq_sample(&e), b = errseq_sample(&e), late;

    errseq_set(&e, -EIO);
    cr_assert_eq(errseq_check(&e, &a), -EIO);
    cr_assert_eq(errseq_check(&e, &a), 0);
    late = errseq_sample(&e);
    cr_assert_eq(errseq_check(&e, &late), 0, "it was told before this one came");
    cr_assert_eq(errseq_check(&e, &b), -EIO);
    cr_assert_eq(errseq_check(&e, &b), 0);
    errseq_set(&e, -ENOSPC);
    cr_assert_eq(errseq_check(&e, &late), -ENOSPC);
    cr_assert_eq(errseq_check(&e, &a), -ENOSPC);
    cr_assert_eq(errseq_check(&e, &a), 0);
}

Test(errseq, an_error_that_nobody_saw_waits_for_the_next)
{
    struct errseq e = { 0 };
    uint32_t late;

    errseq_set(&e, -EIO);
    late = errseq_sample(&e);
    cr_assert_eq(errseq_check(&e, &late), -EIO);
    cr_assert_eq(errseq_check(&e, &late), 0);
}

/* Against the plain way: a list of who has been told of which error. */
Test(errseq, as_a_model)
{
    enum { WATCHERS = 5, STEPS = 200000 };
    struct errseq e = { 0 };
    uint32_t since[WATCHERS] = { 0 };
    bool owed[WATCHERS] = { false }, unseen = false;
    struct rand r;

    rand_seed(&r, 1);
    for (int step = 0; step < STEPS; step++) {
        size_t i = rand_below(&r, WATCHERS);

        switch (rand_below(&r, 4)) {
        case 0:
            errseq_set(&e, -EIO);
            unseen = true;
            for (size_t w = 0; w < WATCHERS; w++)
                owed[w] = true;
            break;
        case 1:
            since[i] = errseq_sample(&e);
            owed[i] = unseen;
            break;
        default:
            cr_assert_eq(errseq_check(&e, &since[i]), owed[i] ? -EIO : 0, "step %d", step);
            unseen &= !owed[i];
            owed[i] = false;
        }
    }
}

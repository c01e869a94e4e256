// sources: lib/interval.c lib/rbtree.c
/* SPDX-License-Identifier: MIT */
/*
 * test_interval.c - interval trees against a plain array.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "lib/interval.h"
#include "lib/rand.h"

#define COUNT 300
#define SPACE 1000

static struct interval all[COUNT];
static bool inside[COUNT];
static size_t seen[COUNT];
static uint64_t last_first;

static void note(struct interval *it, void *arg)
{
    (void)arg;
    cr_assert(it->first >= last_first, "out of order");
    last_first = it->first;
    seen[it - all]++;
}

static void check_query(const struct rb_root *tree, uint64_t first, uint64_t last)
{
    memset(seen, 0, sizeof(seen));
    last_first = 0;
    interval_for_each(tree, first, last, note, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        bool meets = inside[i] && all[i].first <= last && all[i].last >= first;

        cr_assert_eq(seen[i], meets, "[%lu, %lu] seen %zu times for [%lu, %lu]", all[i].first,
                     all[i].last, seen[i], first, last);
    }
}

static void random_range(struct rand *rand, uint64_t *first, uint64_t *last)
{
    *first = rand_below(rand, SPACE);
    *last = *first + rand_below(rand, rand_below(rand, 4) ? 20 : SPACE);
}

static void one_change(struct rand *rand, struct rb_root *tree)
{
    size_t i = rand_below(rand, COUNT);
    uint64_t first, last;

    random_range(rand, &first, &last);
    if (!inside[i]) {
        interval_insert(tree, &all[i], first, last);
        inside[i] = true;
    } else if (rand_below(rand, 3)) {
        if (rand_below(rand, 2))
            first = all[i].first;
        interval_change(tree, &all[i], first, first > last ? first : last);
    } else {
        interval_remove(tree, &all[i]);
        inside[i] = false;
    }
}

Test(interval, against_an_array)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct rb_root tree;
        struct rand rand;

        rand_seed(&rand, seed);
        memset(inside, 0, sizeof(inside));
        interval_tree_init(&tree);
        for (size_t step = 0; step < 20000; step++) {
            uint64_t first, last;

            one_change(&rand, &tree);
            random_range(&rand, &first, &last);
            check_query(&tree, first, last);
            if (step % 500 == 0)
                cr_assert_null(rb_check(&tree, NULL));
        }
    }
}

static size_t visits;

static void count(struct interval *it, void *arg)
{
    (void)it;
    (void)arg;
    visits++;
}

Test(interval, empty_and_borders)
{
    struct interval a, b;
    struct rb_root tree;

    interval_tree_init(&tree);
    interval_for_each(&tree, 0, UINT64_MAX, count, NULL);
    cr_assert_eq(visits, 0);
    interval_insert(&tree, &a, 5, 5);
    interval_insert(&tree, &b, 5, UINT64_MAX);
    interval_for_each(&tree, 0, 4, count, NULL);
    cr_assert_eq(visits, 0);
    interval_for_each(&tree, 5, 5, count, NULL);
    cr_assert_eq(visits, 2);
    interval_for_each(&tree, 6, UINT64_MAX, count, NULL);
    cr_assert_eq(visits, 3);
    interval_remove(&tree, &b);
    interval_for_each(&tree, 6, UINT64_MAX, count, NULL);
    cr_assert_eq(visits, 3);
}

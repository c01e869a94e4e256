/* SPDX-License-Identifier: MIT */
/*
 * swapfork.c - trees of processes over pages in swap: each has its own, every byte of them.
 */
#include "user/tests/lib/child.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define AREA "/swapfork.swap"
#define NPAGES 40
#define DEPTH 3
#define CHILDREN 2

static char *p;
static uint64_t turns[NPAGES];          /* of each page, in this process */

static void check_all(void)
{
    for (size_t i = 0; i < NPAGES; i++)
        if (!page_is_filled(p, i, turns[i]))
            fail(__FILE__, __LINE__, "page %zu is not of turn %lu", i, turns[i]);
}

static void store_some(void)
{
    for (size_t n = 0; n < NPAGES / 3; n++) {
        size_t i = rand_below(&test_rand, NPAGES);

        turns[i] = rand_next(&test_rand) & 0xffff;
        fill_page(p, i, turns[i]);
    }
}

static void push_out_some(void)
{
    size_t first = rand_below(&test_rand, NPAGES);

    push_out(p + first * PAGE, rand_range(&test_rand, 1, NPAGES - first));
}

static void grow_tree(size_t depth);

static void be_branch(void *arg)
{
    rand_seed(&test_rand, test_seed + (uint64_t)getpid());
    check_all();
    grow_tree((size_t)arg);
}

static void grow_tree(size_t depth)
{
    pid_t pids[CHILDREN];

    store_some();
    push_out_some();
    for (size_t i = 0; depth > 0 && i < CHILDREN; i++) {
        pids[i] = start_child(be_branch, (void *)(depth - 1));
        store_some();
        push_out_some();
    }
    check_all();
    for (size_t i = 0; depth > 0 && i < CHILDREN; i++)
        EXPECT_CHILD(pids[i]);
    check_all();
}

static void tree_over_swap(void)
{
    begin_swap_file(AREA, 2048);
    p = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < NPAGES; i++)
        fill_page(p, i, turns[i] = 1);
    push_out(p, NPAGES);
    grow_tree(DEPTH);
    unmap(p, NPAGES);
    end_swap_file(AREA);
}

static const struct test tests[] = { TEST(tree_over_swap) };
TEST_MAIN(tests)

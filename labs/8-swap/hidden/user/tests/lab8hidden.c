/* SPDX-License-Identifier: MIT */
/*
 * lab8hidden.c - trees of processes over pages in swap, from the grader's seed.
 */
#include "user/tests/lib/child.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define AREA "/lab8hidden.swap"
#define NPAGES 40
#define DEPTH 3
#define CHILDREN 2
#define STEPS 60
#define GONE UINT64_MAX                 /* what was thrown away is zeroes */

static char *base;
static uint64_t turns[NPAGES];          /* of each page, in this process */

static bool is_zero(const char *p)
{
    const uint64_t *word = (const uint64_t *)p;

    for (size_t i = 0; i < PAGE / sizeof(*word); i++)
        if (word[i])
            return false;
    return true;
}

static void check(size_t i)
{
    bool right = turns[i] == GONE ? is_zero(base + i * PAGE) : page_is_filled(base, i, turns[i]);

    if (!right)
        fail(__FILE__, __LINE__, "page %zu is not of turn %lu", i, turns[i]);
}

static void check_all(void)
{
    for (size_t i = 0; i < NPAGES; i++)
        check(i);
}

static void push_out_some(void)
{
    size_t first = rand_below(&test_rand, NPAGES);

    push_out(base + first * PAGE, rand_range(&test_rand, 1, NPAGES - first));
}

static void step(void)
{
    size_t i = rand_below(&test_rand, NPAGES);
    char *p = base + i * PAGE;

    switch (rand_below(&test_rand, 8)) {
    case 0:
    case 1:
        turns[i] = rand_next(&test_rand) & 0xffff;
        fill_page(base, i, turns[i]);
        break;
    case 2:
        push_out_some();
        break;
    case 3:
        EXPECT_OK(mprotect(p, PAGE, PROT_READ));
        check(i);
        EXPECT_OK(mprotect(p, PAGE, RW));
        break;
    case 4:
        EXPECT_OK(madvise(p, PAGE, MADV_DONTNEED));
        turns[i] = GONE;
        break;
    default:
        check(i);
    }
}

static void grow(void *arg)
{
    size_t depth = (size_t)arg;
    pid_t pids[CHILDREN];

    rand_seed(&test_rand, test_seed * 7919 + (uint64_t)getpid());
    check_all();
    push_out_some();
    for (size_t c = 0; depth > 0 && c < CHILDREN; c++) {
        pids[c] = start_child(grow, (void *)(depth - 1));
        for (int n = 0; n < STEPS; n++)
            step();
    }
    check_all();
    for (size_t c = 0; depth > 0 && c < CHILDREN; c++)
        EXPECT_CHILD(pids[c]);
    check_all();
}

static void trees_of_the_seed(void)
{
    need_debug_call();
    begin_swap_file(AREA, 2048);
    base = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < NPAGES; i++)
        fill_page(base, i, turns[i] = i);
    push_out(base, NPAGES);
    EXPECT(proc_number("/proc/self/status", "VmSwap:") > 0);
    grow((void *)DEPTH);
    unmap(base, NPAGES);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    end_swap_file(AREA);
}

static const struct test tests[] = { TEST(trees_of_the_seed) };
TEST_MAIN(tests)

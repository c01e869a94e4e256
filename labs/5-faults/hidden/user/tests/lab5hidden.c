/* SPDX-License-Identifier: MIT */
/*
 * lab5hidden.c - touches of the seed's choice, and what is there after each.
 */
#include "lib/hash.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define NPAGES 300
#define TOUCHES 1500

enum state { NEVER, READ, WRITTEN };

static char *base;
static enum state state[NPAGES];
static uint64_t value[NPAGES];

static uint64_t *word_of(size_t i)
{
    return (uint64_t *)(base + i * PAGE + hash_mix64(test_seed + i) % (PAGE / 8) * 8);
}

static void read_page_at(size_t i)
{
    EXPECT_EQ(*(volatile uint64_t *)word_of(i), value[i]);
    if (state[i] == NEVER)
        state[i] = READ;
}

static void write_page_at(size_t i)
{
    value[i] = rand_next(&test_rand);
    *(volatile uint64_t *)word_of(i) = value[i];
    state[i] = WRITTEN;
}

static void give_back(size_t i)
{
    EXPECT_OK(madvise(base + i * PAGE, PAGE, MADV_DONTNEED));
    state[i] = NEVER;
    value[i] = 0;
}

/* What the page table should hold for each page. */
static void check_entries(void)
{
    for (size_t i = 0; i < NPAGES; i++) {
        struct debug_page page = read_page(base + i * PAGE);
        bool present = page.flags & DEBUG_PAGE_PRESENT, zero = page.flags & DEBUG_PAGE_ZERO;

        if (present != (state[i] != NEVER) || zero != (state[i] == READ))
            fail(__FILE__, __LINE__, "page %zu, %s: %s%s", i,
                 state[i] == NEVER ? "untouched" : state[i] == READ ? "read" : "written",
                 present ? "is there" : "is not there", zero ? ", of zeroes" : "");
    }
}

static void touches_of_the_seed(void)
{
    need_debug_call();
    base = map_apart(NPAGES, RW);
    rand_seed(&test_rand, test_seed * 6151);
    for (int n = 1; n <= TOUCHES; n++) {
        size_t i = rand_below(&test_rand, NPAGES);

        if (rand_below(&test_rand, 5) == 0)
            give_back(i);
        else if (rand_below(&test_rand, 2) == 0)
            read_page_at(i);
        else
            write_page_at(i);
        if (n % 100 == 0)
            check_entries();
    }
    unmap_apart(base, NPAGES);
}

static const struct test tests[] = {
    TEST(touches_of_the_seed),
};

TEST_MAIN(tests)

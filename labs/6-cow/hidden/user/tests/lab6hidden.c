/* SPDX-License-Identifier: MIT */
/*
 * lab6hidden.c - memory across fork, from the grader's seed.
 */
#include "lib/hash.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

/*
 * Trees.  Each page holds the number of its last writer, all over; every process knows the
 * numbers that it must see.
 */
#define NPAGES 20
#define DEPTH 4

static char *base;
static uint64_t writer[NPAGES];

static void store_all_over(size_t i, uint64_t who)
{
    volatile uint64_t *page = (uint64_t *)(base + i * PAGE);

    for (size_t word = 0; word < PAGE / 8; word += 1 + rand_below(&test_rand, 3))
        page[word] = hash_mix64(who);
    page[0] = page[PAGE / 8 - 1] = hash_mix64(who);
    writer[i] = who;
}

static void check_pages(void)
{
    for (size_t i = 0; i < NPAGES; i++) {
        const volatile uint64_t *page = (uint64_t *)(base + i * PAGE);

        if (page[0] != hash_mix64(writer[i]) || page[PAGE / 8 - 1] != hash_mix64(writer[i]))
            fail(__FILE__, __LINE__, "page %zu is not that of %lx", i, writer[i]);
    }
}

static void grow(void *arg)
{
    size_t depth = (size_t)arg;
    pid_t child[2];

    rand_seed(&test_rand, test_seed * 7919 + (uint64_t)getpid());
    check_pages();
    for (size_t c = 0; c < COUNT(child) && depth > 0; c++) {
        for (size_t n = rand_below(&test_rand, NPAGES); n > 0; n--)
            store_all_over(rand_below(&test_rand, NPAGES), rand_next(&test_rand));
        child[c] = start_child(grow, (void *)(depth - 1));
        store_all_over(rand_below(&test_rand, NPAGES), rand_next(&test_rand));
    }
    check_pages();
    for (size_t c = 0; c < COUNT(child) && depth > 0; c++)
        EXPECT_CHILD(child[c]);
    check_pages();
}

static void trees_of_the_seed(void)
{
    base = map_touched(NPAGES);
    for (size_t i = 0; i < NPAGES; i++)
        store_all_over(i, test_seed + i);
    grow((void *)DEPTH);
    unmap(base, NPAGES);
}

/* More sharers than a byte can count. */
#define CROWD 300

static void crowd(void)
{
    static pid_t child[CROWD];
    char *p = map_touched(1);

    need_debug_call();
    *(volatile char *)p = 'o';
    start_children(child, CROWD, pause_forever);
    EXPECT_EQ(read_page(p).mapcount, CROWD + 1);
    EXPECT_EQ(*p, 'o');
    end_children(child, CROWD);
    EXPECT_EQ(read_page(p).mapcount, 1);
    unmap(p, 1);
}

/* A fork that fails half-way takes back what it did. */
#define FAILURES 25

static void exit_at_once(void *arg)
{
    EXPECT_EQ(*(volatile char *)arg, 'o');
}

static void forks_that_fail(void)
{
    char *p = map_touched(8);
    uint64_t frame = read_page(p).pfn;

    need_debug_call();
    for (uint64_t n = 1; n <= FAILURES; n++) {
        pid_t pid;

        *(volatile char *)p = 'o';
        fail_nth(DEBUG_FAIL_PAGE, n);
        pid = fork();
        if (pid == 0)
            _exit(*(volatile char *)p != 'o');
        fail_nth(DEBUG_FAIL_PAGE, 0);
        if (pid > 0)
            wait_child(pid);
        EXPECT_EQ(read_page(p).mapcount, 1);
        EXPECT_EQ(read_page(p).pfn, frame);
    }
    EXPECT_EQ(run_child(exit_at_once, p), 0);
    unmap(p, 8);
}

static const struct test tests[] = {
    TEST(trees_of_the_seed),
    TEST(crowd),
    TEST(forks_that_fail),
};

TEST_MAIN(tests)

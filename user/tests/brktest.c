/* SPDX-License-Identifier: MIT */
/*
 * brktest.c - the end of the heap moves where it is told, or stays.
 *
 * The system call returns the break: the new one, or the old one if it could
 * not be moved, and never an errno.  Each test spoils the heap of a child;
 * nothing here may call malloc.
 */
#include <stdio.h>
#include <sys/resource.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

static uintptr_t set_break(uintptr_t to)
{
    return (uintptr_t)syscall(SYS_brk, to);
}

static uintptr_t current_break(void)
{
    return set_break(0);
}

/* The current break on a page boundary. */
static uintptr_t aligned_break(void)
{
    return set_break((current_break() + PAGE - 1) & ~(PAGE - 1));
}

static void grow_and_shrink(void)
{
    uintptr_t start = aligned_break();
    char *p = (char *)start;

    EXPECT_EQ(set_break(start + 10 * PAGE), start + 10 * PAGE);
    EXPECT_EQ(current_break(), start + 10 * PAGE);
    for (size_t i = 0; i < 10 * PAGE; i++)
        if (p[i]) {
            fail(__FILE__, __LINE__, "byte %zu is not zero", i);
            break;
        }
    memset(p, 'x', 10 * PAGE);
    EXPECT_EQ(set_break(start + 4 * PAGE), start + 4 * PAGE);
    EXPECT_NO_FAULT(try_read(p + 4 * PAGE - 1));
    EXPECT_FAULT(try_read(p + 4 * PAGE), SIGSEGV, SEGV_MAPERR, p + 4 * PAGE);
    EXPECT_FAULT(try_write(p + 9 * PAGE), SIGSEGV, SEGV_MAPERR, p + 9 * PAGE);
    EXPECT_EQ(set_break(start + 10 * PAGE), start + 10 * PAGE);
    EXPECT_EQ(p[4 * PAGE - 1], 'x');
    for (size_t i = 4 * PAGE; i < 10 * PAGE; i++)
        if (p[i]) {
            fail(__FILE__, __LINE__, "byte %zu came back", i);
            break;
        }
    EXPECT_EQ(set_break(start), start);
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
}

/* The break is kept to the byte; access ends with its page. */
static void odd_breaks(void)
{
    uintptr_t start = aligned_break();
    char *p = (char *)start;

    EXPECT_EQ(set_break(start + 1), start + 1);
    EXPECT_EQ(current_break(), start + 1);
    EXPECT_NO_FAULT(try_write(p + PAGE - 1));
    EXPECT_FAULT(try_read(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
    EXPECT_EQ(set_break(start + 1234), start + 1234);
    EXPECT_EQ(p[PAGE - 1], 1);                  /* within a page nothing is lost */
    EXPECT_EQ(set_break(start + PAGE + 1), start + PAGE + 1);
    EXPECT_EQ(p[PAGE - 1], 1);
    EXPECT_EQ(p[PAGE], 0);
    EXPECT_EQ(set_break(start + 7), start + 7);
    EXPECT_EQ(p[PAGE - 1], 1);
    EXPECT_FAULT(try_read(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
}

static void refusals(void)
{
    uintptr_t start = current_break();

    EXPECT_EQ(set_break(1), start);
    EXPECT_EQ(set_break(PAGE), start);
    EXPECT_EQ(set_break(start + (1UL << 50)), start);
    EXPECT_EQ(set_break(~0UL), start);
    EXPECT_EQ(set_break(~0UL - PAGE), start);
    EXPECT_EQ(current_break(), start);
    EXPECT_ERROR((intptr_t)sbrk((intptr_t)1 << 50), ENOMEM);
    EXPECT_EQ(sbrk(0), start);
}

static void mapping_in_the_way(void)
{
    uintptr_t start = aligned_break();
    char *p = (char *)start;

    REQUIRE(mmap(p + 4 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
            == p + 4 * PAGE);
    EXPECT_EQ(set_break(start + 2 * PAGE), start + 2 * PAGE);
    p[0] = 'h';
    EXPECT_EQ(set_break(start + 5 * PAGE), start + 2 * PAGE);
    EXPECT_EQ(set_break(start + 100 * PAGE), start + 2 * PAGE);
    EXPECT_EQ(p[0], 'h');
    EXPECT_OK(munmap(p + 4 * PAGE, PAGE));
    EXPECT_EQ(set_break(start + 5 * PAGE), start + 5 * PAGE);
    EXPECT_EQ(p[0], 'h');
}

/* Where the mapping that contains P begins and ends. */
static void borders(const void *p, uintptr_t *start, uintptr_t *end)
{
    char line[256];

    REQUIRE(find_mapping(p, line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx", start, end), 2);
}

/* Growth leaves a page free before another mapping; behind an unlike one it is its own. */
static void beside_other_mappings(void)
{
    uintptr_t now = aligned_break(), start, end;
    char *p = (char *)now;

    EXPECT_EQ(set_break(now + 2 * PAGE), now + 2 * PAGE);
    REQUIRE(mmap(p + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + 4 * PAGE);
    EXPECT_EQ(set_break(now + 3 * PAGE + 1), now + 2 * PAGE);
    EXPECT_EQ(set_break(now + 3 * PAGE), now + 3 * PAGE);
    borders(p, &start, &end);
    EXPECT_EQ(end, now + 3 * PAGE);
    EXPECT_OK(munmap(p + 4 * PAGE, PAGE));
    EXPECT_OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    EXPECT_EQ(set_break(now + 6 * PAGE), now + 6 * PAGE);
    p[3 * PAGE] = p[6 * PAGE - 1] = 'h';
    borders(p + 3 * PAGE, &start, &end);
    EXPECT_EQ(start, now + 3 * PAGE);
    EXPECT_EQ(end, now + 6 * PAGE);
}

static void set_limit(int which, rlim_t value)
{
    struct rlimit r;

    EXPECT_OK(getrlimit(which, &r));
    r.rlim_cur = value;
    EXPECT_OK(setrlimit(which, &r));
}

static void limited_data(void)
{
    uintptr_t start = aligned_break();

    set_limit(RLIMIT_DATA, 4 * MB);
    EXPECT_EQ(set_break(start + MB), start + MB);
    EXPECT_EQ(set_break(start + 5 * MB), start + MB);
    EXPECT_EQ(set_break(start + 2 * MB), start + 2 * MB);
    set_limit(RLIMIT_DATA, RLIM_INFINITY);
    EXPECT_EQ(set_break(start + 5 * MB), start + 5 * MB);
}

static void limited_space(void)
{
    uintptr_t start = aligned_break();

    set_limit(RLIMIT_AS, (rlim_t)read_statm().size * PAGE + MB);
    EXPECT_EQ(set_break(start + MB), start + MB);
    EXPECT_EQ(set_break(start + MB + PAGE), start + MB);
    EXPECT_EQ(set_break(start), start);
    EXPECT_EQ(set_break(start + MB), start + MB);
}

/* The heap is a line of its own in maps, from the first break to the current. */
static void heap_in_maps(void)
{
    uintptr_t start, end, now = aligned_break();
    char line[256];

    EXPECT_EQ(set_break(now + 3 * PAGE), now + 3 * PAGE);
    REQUIRE(find_mapping((void *)now, line, sizeof(line)));
    EXPECT(strstr(line, "[heap]") != NULL);
    EXPECT(strstr(line, " rw-p ") != NULL);
    EXPECT_EQ(sscanf(line, "%lx-%lx", &start, &end), 2);
    EXPECT_EQ(end, now + 3 * PAGE);
}

static void write_heap(void *arg)
{
    char *p = arg;

    EXPECT_EQ(p[0], 'p');
    p[0] = 'c';
    EXPECT_EQ(set_break((uintptr_t)p), (uintptr_t)p);
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
}

static void heap_is_copied(void)
{
    uintptr_t start = aligned_break();
    char *p = (char *)start;

    EXPECT_EQ(set_break(start + PAGE), start + PAGE);
    p[0] = 'p';
    EXPECT_EQ(run_child(write_heap, p), 0);
    EXPECT_EQ(p[0], 'p');
    EXPECT_EQ(current_break(), start + PAGE);
}

/* A thousand moves against what they should leave behind. */
static void random_moves(void)
{
    uintptr_t start = aligned_break();
    static unsigned char mark[64];
    size_t pages = 0;

    for (int step = 1; step <= 1000; step++) {
        size_t size = rand_below(&test_rand, 64 * PAGE), wanted = (size + PAGE - 1) / PAGE;
        volatile unsigned char *p = (volatile unsigned char *)start;

        REQUIRE(set_break(start + size) == start + size);
        for (size_t i = pages; i < wanted; i++)
            mark[i] = 0;
        pages = wanted;
        for (size_t i = 0; i < pages; i++) {
            if (p[i * PAGE] != mark[i])
                fail(__FILE__, __LINE__, "step %d: page %zu holds %d, not %d", step, i,
                     p[i * PAGE], mark[i]);
            if (rand_one_in(&test_rand, 4))
                p[i * PAGE] = mark[i] = (unsigned char)step;
        }
    }
}

static const struct test tests[] = {
    CHILD_TEST(grow_and_shrink),
    CHILD_TEST(odd_breaks),
    CHILD_TEST(refusals),
    CHILD_TEST(mapping_in_the_way),
    CHILD_TEST(beside_other_mappings),
    CHILD_TEST(limited_data),
    CHILD_TEST(limited_space),
    CHILD_TEST(heap_in_maps),
    CHILD_TEST(heap_is_copied),
    CHILD_TEST(random_moves),
};

TEST_MAIN(tests)

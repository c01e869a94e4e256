/* SPDX-License-Identifier: MIT */
/*
 * anonymous.c - memory of no file: where it comes to lie, and what is there before.
 */
#include "user/tests/mmaptest/mmaptest.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

static void sizes_are_rounded(void)
{
    char *p = mmap(NULL, 1, RW, ANON, -1, 0), *q = mmap(NULL, PAGE + 1, RW, ANON, -1, 0);

    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    EXPECT_EQ((uintptr_t)p % PAGE, 0);
    EXPECT_NO_FAULT(try_write(p + PAGE - 1));
    EXPECT_NO_FAULT(try_write(q + 2 * PAGE - 1));
    EXPECT_EQ(p[0], 0);
    EXPECT_OK(munmap(p, 1));
    EXPECT_OK(munmap(q, PAGE + 1));
    expect_hole(p, 1);
    expect_hole(q, 2);
}

static void hints(void)
{
    char *place = free_place(16), *p, *q;

    p = mmap(place + 4 * PAGE, PAGE, RW, ANON, -1, 0);
    EXPECT_EQ(p, place + 4 * PAGE);
    q = mmap(place + 8 * PAGE + 123, PAGE, RW, ANON, -1, 0);     /* unaligned: rounded down */
    EXPECT_EQ(q, place + 8 * PAGE);
    EXPECT_OK(munmap(q, PAGE));
    q = mmap(place + 4 * PAGE, PAGE, RW, ANON, -1, 0);           /* taken: somewhere else */
    EXPECT(q != MAP_FAILED && q != p);
    p[0] = 'p';
    EXPECT_EQ(q[0], 0);
    EXPECT_OK(munmap(q, PAGE));
    q = mmap((void *)123, PAGE, RW, ANON, -1, 0);                /* none: somewhere high */
    EXPECT((uintptr_t)q > MB);
    EXPECT_OK(munmap(q, PAGE));
    EXPECT_OK(munmap(p, PAGE));
}

static void fixed_replaces(void)
{
    char *p = map_anon(8 * PAGE);

    memset(p, 'o', 8 * PAGE);
    EXPECT_EQ(mmap(p + 2 * PAGE, 3 * PAGE, RW, ANON | MAP_FIXED, -1, 0), p + 2 * PAGE);
    EXPECT_EQ(p[2 * PAGE - 1], 'o');
    for (size_t i = 2 * PAGE; i < 5 * PAGE; i += 64)
        EXPECT_EQ(p[i], 0);
    EXPECT_EQ(p[5 * PAGE], 'o');
    EXPECT_EQ(mmap(p, 8 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), p);
    EXPECT_EQ(p[0], 0);
    EXPECT_FAULT(try_write(p + 7 * PAGE), SIGSEGV, SEGV_ACCERR, p + 7 * PAGE);
    EXPECT_OK(munmap(p, 8 * PAGE));
}

static void fixed_without_replacing(void)
{
    char *p = map_anon(4 * PAGE);
    int flags = ANON | MAP_FIXED_NOREPLACE;

    p[0] = 'o';
    EXPECT_ERROR(mmap(p, PAGE, RW, flags, -1, 0), EEXIST);
    EXPECT_ERROR(mmap(p - PAGE, 2 * PAGE, RW, flags, -1, 0), EEXIST);
    EXPECT_EQ(p[0], 'o');
    EXPECT_OK(munmap(p + PAGE, PAGE));
    EXPECT_EQ(mmap(p + PAGE, PAGE, RW, flags, -1, 0), p + PAGE);
    EXPECT_ERROR(mmap(p + 1, PAGE, RW, flags, -1, 0), EINVAL);
    EXPECT_OK(munmap(p, 4 * PAGE));
}

/* The kernel chooses places that are free, and apart. */
static void places_do_not_overlap(void)
{
    struct {
        char *p;
        size_t size;
    } area[64];

    for (size_t i = 0; i < COUNT(area); i++) {
        area[i].size = rand_range(&test_rand, 1, 40 * PAGE);
        area[i].p = map_anon(area[i].size);
        memset(area[i].p, (int)i + 1, area[i].size);
        if (i % 3 == 2) {                       /* leave holes to be filled */
            size_t j = rand_below(&test_rand, i);

            EXPECT_OK(munmap(area[j].p, area[j].size));
            area[j].p = map_anon(area[j].size);
            memset(area[j].p, (int)j + 1, area[j].size);
        }
    }
    for (size_t i = 0; i < COUNT(area); i++) {
        for (size_t k = 0; k < area[i].size; k += 97)
            if (area[i].p[k] != (char)(i + 1)) {
                fail(__FILE__, __LINE__, "area %zu is overwritten at %zu", i, k);
                break;
            }
        EXPECT_OK(munmap(area[i].p, area[i].size));
    }
}

/* MAP_POPULATE: there at once. */
/* Nothing is placed where a mapping that grows down would soon meet it, unless at a fixed address. */
static void room_for_a_stack(void)
{
    enum { LEN = 600, STACK = 16, GUARD = 256 };
    char *stack = map_pages(STACK, RW, ANON | MAP_GROWSDOWN, -1, 0), *below = stack - 8 * PAGE;
    char *p = mmap(NULL, LEN * PAGE, RW, ANON, -1, 0);
    char *q = mmap(below, PAGE, RW, ANON, -1, 0);

    EXPECT(p + (LEN + GUARD) * PAGE <= stack || p >= stack);
    EXPECT(q + GUARD * PAGE < stack || q >= stack);
    munmap(p, LEN * PAGE);
    munmap(q, PAGE);
    EXPECT_EQ(mmap(below, PAGE, RW, ANON | MAP_FIXED, -1, 0), below);
    munmap(below, PAGE);
    stack[-3 * (long)PAGE] = 1;             /* it grows */
    munmap(stack - 3 * PAGE, (STACK + 3) * PAGE);
}

static void populated(void)
{
    long before;
    char *p;
    int sum = 0;

    p = mmap(NULL, 50 * PAGE, RW, ANON | MAP_POPULATE, -1, 0);
    REQUIRE(p != MAP_FAILED);
    before = minor_faults();
    for (size_t i = 0; i < 50; i++)
        sum += p[i * PAGE]++;
    EXPECT_EQ(minor_faults(), before);
    EXPECT_EQ(sum, 0);
    munmap(p, 50 * PAGE);
}

static const struct test tests[] = {
    TEST(sizes_are_rounded), TEST(hints), TEST(fixed_replaces), TEST(fixed_without_replacing),
    TEST(places_do_not_overlap), TEST(room_for_a_stack), TEST(populated),
};

const struct test_list anonymous_tests = TEST_LIST(tests);

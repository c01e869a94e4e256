/* SPDX-License-Identifier: MIT */
/*
 * unmapping.c - munmap: its errors, and what is left of a mapping with holes.
 */
#include "user/tests/mmaptest/mmaptest.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

static void expect_mapped(const char *p, size_t size)
{
    EXPECT_NO_FAULT(try_read(p));
    EXPECT_NO_FAULT(try_read(p + size - 1));
}

static void munmap_errors(void)
{
    char *p = map_anon(2 * PAGE);

    EXPECT_ERROR(munmap(p + 1, PAGE), EINVAL);
    EXPECT_ERROR(munmap(p, 0), EINVAL);
    EXPECT_ERROR(munmap(p, ~0UL), EINVAL);
    EXPECT_ERROR(munmap((void *)(1UL << 62), PAGE), EINVAL);
    EXPECT_ERROR(munmap((void *)(~0UL & ~(PAGE - 1)), PAGE), EINVAL);
#if defined(__riscv)
    EXPECT_ERROR(munmap((void *)TOP, PAGE), EINVAL);
    EXPECT_ERROR(munmap((void *)(TOP - PAGE), 2 * PAGE), EINVAL);
#endif
    expect_mapped(p, 2 * PAGE);
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_OK(munmap(p, 2 * PAGE));             /* nothing there: nothing to do */
}

static void munmap_splits(void)
{
    char *p = map_anon(16 * PAGE);

    memset(p, 'o', 16 * PAGE);
    EXPECT_OK(munmap(p + 4 * PAGE, 2 * PAGE));
    EXPECT_OK(munmap(p + 10 * PAGE, 1));
    expect_mapped(p, 4 * PAGE);
    expect_hole(p + 4 * PAGE, 2);
    expect_mapped(p + 6 * PAGE, 4 * PAGE);
    expect_hole(p + 10 * PAGE, 1);
    expect_mapped(p + 11 * PAGE, 5 * PAGE);
    EXPECT_EQ(p[4 * PAGE - 1], 'o');
    EXPECT_EQ(p[6 * PAGE], 'o');
    EXPECT_OK(munmap(p + 2 * PAGE, 10 * PAGE));     /* over holes and parts */
    expect_mapped(p, 2 * PAGE);
    expect_hole(p + 2 * PAGE, 10);
    expect_mapped(p + 12 * PAGE, 4 * PAGE);
    EXPECT_OK(munmap(p, 16 * PAGE));
    expect_hole(p, 16);
}

static const struct test tests[] = {
    TEST(munmap_errors), TEST(munmap_splits),
};

const struct test_list unmapping_tests = TEST_LIST(tests);

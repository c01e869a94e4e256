/* SPDX-License-Identifier: MIT */
/*
 * limits.c - how much may be locked, by whom.
 */
#include "user/tests/mlocktest/mlocktest.h"

static void limit_of_a_user(void)
{
    char *p = map_anon(16 * PAGE), *q;

    become_limited_user(4 * PAGE + 100);
    EXPECT_ERROR(mlock(p, 5 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 0);
    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_ERROR(mlock(p + 4 * PAGE, 1), ENOMEM);
    EXPECT_OK(mlock(p + PAGE, 3 * PAGE));               /* adds nothing */
    EXPECT_ERROR(mlock(p + PAGE, 4 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 4);
    EXPECT_ERROR(mlock(p, -2 * PAGE), ENOMEM);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EAGAIN);
    EXPECT_ERROR(mlockall(MCL_CURRENT), ENOMEM);
    EXPECT_OK(munlock(p, PAGE));
    q = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    EXPECT(q != MAP_FAILED);
    EXPECT_EQ(locked(), 4);
    EXPECT_OK(mlock2(p + PAGE, 3 * PAGE, MLOCK_ONFAULT));
    EXPECT_EQ(locked(), 4);
}

static void limit_of_growth(void)
{
    char *p = map_anon(8 * PAGE), *end = sbrk(0);

    EXPECT_OK(munmap(p + 4 * PAGE, 4 * PAGE));
    become_limited_user(4 * PAGE);
    EXPECT_OK(mlock(p, 3 * PAGE));
    EXPECT_ERROR(mremap(p, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), EAGAIN);
    EXPECT(mremap(p + 3 * PAGE, PAGE, 5 * PAGE, 0) == p + 3 * PAGE);    /* is not locked */
    EXPECT_OK(mlockall(MCL_FUTURE));
    EXPECT(sbrk(3 * PAGE) == (void *)-1);
    EXPECT(sbrk(0) == end);
    EXPECT_ERROR(mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EAGAIN);
    EXPECT(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    EXPECT_EQ(locked(), 4);
}

static void no_limit_no_lock(void)
{
    char *p = map_anon(2 * PAGE);

    EXPECT_OK(mlock(p, PAGE));
    become_limited_user(0);
    EXPECT_ERROR(mlock(p, PAGE), EPERM);
    EXPECT_ERROR(mlock(p, 0), EPERM);
    EXPECT_ERROR(mlock2(p, PAGE, MLOCK_ONFAULT), EPERM);
    EXPECT_ERROR(mlock2(p, PAGE, 2), EINVAL);
    EXPECT_ERROR(mlockall(MCL_FUTURE), EPERM);
    EXPECT_ERROR(mlockall(0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EPERM);
    EXPECT_EQ(locked(), 1);
    EXPECT_OK(munlock(p, PAGE));
    EXPECT_OK(munlockall());
    EXPECT_EQ(locked(), 0);
    set_limit(100);
    EXPECT_ERROR(mlock(p, PAGE), ENOMEM);               /* less than a page, but not nothing */
    EXPECT_OK(mlock(p, 0));
}

static void root_has_no_limit(void)
{
    char *p = map_anon(16 * PAGE);

    set_limit(0);
    EXPECT_OK(mlock(p, 16 * PAGE));
    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    map_anon(16 * PAGE);
    EXPECT(locked() > 32);
}

static const struct test tests[] = {
    CHILD_TEST(limit_of_a_user), CHILD_TEST(limit_of_growth), CHILD_TEST(no_limit_no_lock),
    CHILD_TEST(root_has_no_limit),
};

const struct test_list limit_tests = TEST_LIST(tests);

/* SPDX-License-Identifier: MIT */
/*
 * locking.c - mlock, mlock2 and munlock: what they make present, and what they refuse.
 */
#include "user/tests/mlocktest/mlocktest.h"

static void locking_makes_present(void)
{
    char *p = map_anon(16 * PAGE), line[256], again[256];

    p[15 * PAGE] = 1;               /* some Linuxes do not join used parts to unused ones */
    EXPECT_EQ(locked(), 0);
    EXPECT(find_mapping(p, line, sizeof(line)));
    EXPECT_OK(mlock(p + PAGE + 5, 2 * PAGE));           /* of pages 1, 2 and 3 */
    EXPECT_EQ(in_memory(p, 16), 4);
    EXPECT_EQ(in_memory(p + PAGE, 3), 3);
    EXPECT_EQ(locked(), 3);
    EXPECT(p[PAGE] == 0 && p[4 * PAGE - 1] == 0);
    EXPECT_OK(munlock(p + 2 * PAGE + 7, 1));
    EXPECT_EQ(locked(), 2);
    EXPECT_OK(munlock(p, 16 * PAGE));
    EXPECT_EQ(locked(), 0);
    EXPECT_EQ(in_memory(p, 16), 4);
    EXPECT(find_mapping(p, again, sizeof(again)));      /* one mapping again */
    EXPECT(strcmp(line, again) == 0);
    munmap(p, 16 * PAGE);
}

static void each_page_counts_once(void)
{
    char *p = map_anon(16 * PAGE);

    EXPECT_OK(mlock(p, 8 * PAGE));
    EXPECT_OK(mlock(p, 8 * PAGE));
    EXPECT_OK(mlock(p + 4 * PAGE, 8 * PAGE));
    EXPECT_EQ(locked(), 12);
    EXPECT_OK(munlock(p, 16 * PAGE));
    EXPECT_EQ(locked(), 0);
    munmap(p, 16 * PAGE);
}

static void bad_arguments(void)
{
    char *p = map_anon(PAGE);

    EXPECT_OK(mlock(p, 0));
    EXPECT_OK(munlock(p, 0));
    EXPECT_OK(munlock(p, PAGE));
    EXPECT_ERROR(mlock(p, -2 * PAGE), EINVAL);
    EXPECT_ERROR(munlock(p, -2 * PAGE), EINVAL);
    EXPECT_ERROR(mlock2(p, PAGE, 2), EINVAL);
    EXPECT_ERROR(mlock2(p, PAGE, ~0u), EINVAL);
    EXPECT_ERROR(mlockall(0), EINVAL);
    EXPECT_ERROR(mlockall(MCL_ONFAULT), EINVAL);
    EXPECT_ERROR(mlockall(MCL_CURRENT | 8), EINVAL);
    EXPECT_EQ(locked(), 0);
    EXPECT_OK(mlock2(p, PAGE, 0));
    EXPECT_EQ(locked(), 1);
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_EQ(locked(), 0);
    EXPECT_ERROR(mlock(p, PAGE), ENOMEM);
    EXPECT_ERROR(munlock(p, PAGE), ENOMEM);
}

static void a_hole_ends_it(void)
{
    char *p = map_anon(7 * PAGE);

    EXPECT_OK(munmap(p + 2 * PAGE, PAGE));
    EXPECT_OK(munmap(p + 6 * PAGE, PAGE));
    EXPECT_ERROR(mlock(p, 6 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 2);                             /* what lies before the hole */
    EXPECT_ERROR(mlock(p + 3 * PAGE, 4 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 5);
    EXPECT_ERROR(munlock(p, 6 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 3);
    munmap(p, 6 * PAGE);
    EXPECT_EQ(locked(), 0);
}

static void what_cannot_be_present(void)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = file_of(1);

    EXPECT_ERROR(mlock(p, 4 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 4);                             /* but it is marked */
    munmap(p, 4 * PAGE);
    p = map_anon(2 * PAGE);
    p[0] = p[PAGE] = 1;
    EXPECT_OK(mprotect(p, 2 * PAGE, PROT_NONE));
    EXPECT_ERROR(mlock(p, 2 * PAGE), ENOMEM);           /* nobody may look, though they are there */
    EXPECT_EQ(locked(), 2);
    munmap(p, 2 * PAGE);
    p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    EXPECT_ERROR(mlock(p, 2 * PAGE), ENOMEM);           /* the second lies beyond the file */
    EXPECT_EQ(locked(), 2);
    munmap(p, 2 * PAGE);
    p = mmap(NULL, 2 * PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_OK(mlock(p, 2 * PAGE));
    EXPECT_EQ(in_memory(p, 2), 2);
    munmap(p, 2 * PAGE);
    close(fd);
    EXPECT_EQ(locked(), 0);
}

static void locked_on_fault(void)
{
    char *p = map_anon(8 * PAGE);

    EXPECT_OK(mlock2(p, 8 * PAGE, MLOCK_ONFAULT));
    EXPECT_EQ(locked(), 8);
    EXPECT_EQ(in_memory(p, 8), 0);
    p[3 * PAGE] = 1;
    EXPECT_EQ(in_memory(p, 8), 1);
    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_EQ(in_memory(p, 8), 4);
    EXPECT_EQ(locked(), 8);
    munmap(p, 8 * PAGE);
    EXPECT_EQ(locked(), 0);
}

/* Memory that may be written is made present as if it were: its copies exist now. */
static void private_pages_are_copied(void)
{
    int fd = file_of(2);
    char *mine = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0), *read_only, *shared;

    read_only = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    EXPECT_OK(mlock(mine, PAGE));
    EXPECT_OK(mlock(read_only, PAGE));
    EXPECT_OK(mlock(shared, PAGE));
    EXPECT_EQ(pwrite(fd, "b", 1, 0), 1);
    EXPECT_EQ(pwrite(fd, "b", 1, PAGE), 1);
    EXPECT(mine[0] == 'a' && mine[PAGE] == 'b');
    EXPECT(read_only[0] == 'b' && shared[0] == 'b');
    munmap(mine, 2 * PAGE);
    munmap(read_only, 2 * PAGE);
    munmap(shared, 2 * PAGE);
    close(fd);
}

static void invalidation_is_refused(void)
{
    char *p = map_shared(4);

    EXPECT_OK(mlock(p + PAGE, PAGE));
    EXPECT_ERROR(msync(p, 4 * PAGE, MS_INVALIDATE), EBUSY);
    EXPECT_OK(msync(p, PAGE, MS_INVALIDATE));
    EXPECT_OK(msync(p, 4 * PAGE, MS_SYNC));
    EXPECT_OK(munlock(p, 4 * PAGE));
    EXPECT_OK(msync(p, 4 * PAGE, MS_INVALIDATE));
    munmap(p, 4 * PAGE);
}

static const struct test tests[] = {
    TEST(locking_makes_present), TEST(each_page_counts_once), TEST(bad_arguments),
    TEST(a_hole_ends_it), TEST(what_cannot_be_present), TEST(locked_on_fault),
    TEST(private_pages_are_copied), TEST(invalidation_is_refused),
};

const struct test_list locking_tests = TEST_LIST(tests);

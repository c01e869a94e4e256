/* SPDX-License-Identifier: MIT */
/*
 * changes.c - what mmap, munmap, mremap, mprotect and brk do to locks, and a stack that grows.
 */
#include "user/tests/mlocktest/mlocktest.h"

static void mapped_locked(void)
{
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), *q;

    REQUIRE(p != MAP_FAILED);
    EXPECT_EQ(locked(), 4);
    EXPECT_EQ(in_memory(p, 4), 4);
    q = mmap(p + PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    EXPECT(q == p + PAGE);
    EXPECT_EQ(locked(), 2);                             /* the new one is not */
    EXPECT_EQ(in_memory(p, 4), 2);
    EXPECT_OK(munmap(p + 3 * PAGE, PAGE));
    EXPECT_EQ(locked(), 1);
    munmap(p, 4 * PAGE);
    p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    EXPECT(p != MAP_FAILED);
    EXPECT_EQ(locked(), 1);
    munmap(p, PAGE);
    EXPECT_EQ(locked(), 0);
}

static void mremap_keeps_locks(void)
{
    char *p = map_anon(8 * PAGE), *q;

    EXPECT_OK(munmap(p + 4 * PAGE, 4 * PAGE));
    EXPECT_OK(mlock(p, 4 * PAGE));
    q = mremap(p, 4 * PAGE, 6 * PAGE, 0);               /* in place */
    EXPECT(q == p);
    EXPECT_EQ(locked(), 6);
    EXPECT_EQ(in_memory(p, 6), 6);
    p[0] = 1;
    q = mremap(p, 6 * PAGE, 100 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 1024 * PAGE);
    EXPECT(q == p + 1024 * PAGE);
    EXPECT(q[0] == 1);
    EXPECT_EQ(locked(), 100);
    EXPECT_EQ(in_memory(q, 100), 100);
    EXPECT(mremap(q, 100 * PAGE, 2 * PAGE, 0) == q);
    EXPECT_EQ(locked(), 2);
    p = mremap(q, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    REQUIRE(p != MAP_FAILED);
    EXPECT(p[0] == 1);
    EXPECT_EQ(locked(), 2);                             /* the old place has none */
    EXPECT_OK(munmap(q, 2 * PAGE));
    EXPECT_EQ(locked(), 2);
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_EQ(locked(), 0);
}

static void part_of_a_mapping_moves(void)
{
    char *p = map_anon(6 * PAGE), *q;

    EXPECT_OK(mlock(p + PAGE, 4 * PAGE));
    q = mremap(p + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 64 * PAGE);
    EXPECT(q == p + 64 * PAGE);
    EXPECT_EQ(locked(), 4);
    EXPECT_OK(munmap(p, 6 * PAGE));
    EXPECT_EQ(locked(), 1);
    EXPECT_OK(munmap(q, PAGE));
    EXPECT_EQ(locked(), 0);
}

static void an_alias_is_locked_too(void)
{
    char *p = map_shared(4), *q;

    EXPECT_OK(mlock(p, 4 * PAGE));
    q = mremap(p, 0, 4 * PAGE, MREMAP_MAYMOVE);
    REQUIRE(q != MAP_FAILED);
    EXPECT_EQ(locked(), 8);
    EXPECT_OK(munmap(p, 4 * PAGE));
    EXPECT_EQ(locked(), 4);
    EXPECT_OK(munmap(q, 4 * PAGE));
}

static void rights_change_under_locks(void)
{
    char *p = map_anon(32 * PAGE);
    long before;

    EXPECT_OK(mprotect(p, 32 * PAGE, PROT_READ));
    EXPECT_OK(mlock(p, 32 * PAGE));
    EXPECT_OK(mprotect(p, 32 * PAGE, RW));              /* makes the copies at once */
    before = minor_faults();
    for (size_t i = 0; i < 32; i++)
        p[i * PAGE] = (char)i;
    EXPECT_RANGE(minor_faults() - before, 0, 8);
    EXPECT_OK(mprotect(p + 8 * PAGE, 8 * PAGE, PROT_NONE));
    EXPECT_EQ(locked(), 32);
    EXPECT_OK(munlock(p, 12 * PAGE));
    EXPECT_EQ(locked(), 20);
    EXPECT_OK(mprotect(p, 32 * PAGE, RW));
    EXPECT_EQ(locked(), 20);
    for (size_t i = 0; i < 32; i++)
        EXPECT_EQ(p[i * PAGE], i);
    munmap(p, 32 * PAGE);
    EXPECT_EQ(locked(), 0);
}

static void locked_heap(void)
{
    char *end = sbrk(0);

    REQUIRE(sbrk(4 * PAGE) == end);
    EXPECT_OK(mlock(end, 4 * PAGE));
    EXPECT_RANGE(locked(), 4, 5);                       /* the end may lie within a page */
    REQUIRE(sbrk(4 * PAGE) != (void *)-1);              /* the lock was for what there was */
    EXPECT_RANGE(locked(), 4, 5);
    EXPECT_OK(brk(end));
    EXPECT_RANGE(locked(), 0, 1);
    EXPECT_OK(mlockall(MCL_FUTURE));
    REQUIRE(sbrk(6 * PAGE) == end);
    EXPECT_RANGE(locked(), 6, 7);
    end = (char *)(((uintptr_t)end + PAGE - 1) & -PAGE);
    EXPECT_EQ(in_memory(end, 5), 5);
    EXPECT_OK(brk(end));
    EXPECT_RANGE(locked(), 0, 1);
}

/* The lowest address of the stack's mapping, of which the lowest page becomes its own. */
static char *lock_stack_end(void)
{
    char line[256];
    uintptr_t start;

    REQUIRE(find_mapping(&start, line, sizeof(line)));
    start = strtoul(line, NULL, 16);
    EXPECT_OK(mlock((void *)start, PAGE));
    return (char *)start;
}

static void locked_stack(void)
{
    char *end;

    become_limited_user(4 * PAGE);
    end = lock_stack_end();
    EXPECT_EQ(locked(), 1);
    EXPECT_NO_FAULT(try_write(end - 3 * PAGE));
    EXPECT_EQ(locked(), 4);
    EXPECT_FAULT(try_write(end - 4 * PAGE), SIGSEGV, SEGV_MAPERR, end - 4 * PAGE);
    EXPECT_EQ(locked(), 4);
}

static const struct test tests[] = {
    TEST(mapped_locked), CHILD_TEST(mremap_keeps_locks), TEST(part_of_a_mapping_moves),
    TEST(an_alias_is_locked_too), TEST(rights_change_under_locks), CHILD_TEST(locked_heap),
    CHILD_TEST(locked_stack),
};

const struct test_list change_tests = TEST_LIST(tests);

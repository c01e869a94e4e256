/* SPDX-License-Identifier: MIT */
/*
 * figure.c - the machine's figure: pages that somebody has locked.
 */
#include "user/tests/mlocktest/mlocktest.h"

/* Pages that somebody has locked: exact here, while Linux's figure lags behind. */
static long mlocked(void)
{
    long kib = proc_number("/proc/meminfo", "Mlocked:");

    EXPECT_EQ(proc_number("/proc/meminfo", "Unevictable:"), kib);
    return kib / 4;
}

struct shared {
    char *p;
    struct gate locked, leave;
};

static void lock_for_a_while(void *arg)
{
    struct shared *s = arg;

    EXPECT_OK(mlock(s->p, 8 * PAGE));
    signal_gate(&s->locked);
    wait_gate(&s->leave);
}

static void a_shared_page_counts_once(void)
{
    struct shared s = { .p = map_shared(8) };
    long before;
    pid_t child;

    need_debug_call();
    before = mlocked();
    open_gate(&s.locked);
    open_gate(&s.leave);
    EXPECT_OK(mlock(s.p, 8 * PAGE));
    EXPECT_EQ(mlocked(), before + 8);
    child = start_child(lock_for_a_while, &s);
    wait_gate(&s.locked);
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_OK(munlock(s.p, 4 * PAGE));
    EXPECT_OK(munmap(s.p + 4 * PAGE, 4 * PAGE));
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    signal_gate(&s.leave);
    EXPECT_CHILD(child);
    EXPECT_EQ(mlocked(), before);
    munmap(s.p, 4 * PAGE);
    close_gate(&s.locked);
    close_gate(&s.leave);
}

static void store_to_all(void *arg)
{
    for (size_t i = 0; i < 8; i++)
        ((char *)arg)[i * PAGE] = 1;
}

static void copies_are_locked(void)
{
    char *p = map_anon(8 * PAGE);
    long before;

    need_debug_call();
    before = mlocked();
    EXPECT_OK(mlock2(p, 8 * PAGE, MLOCK_ONFAULT));
    EXPECT_EQ(p[0], 0);
    EXPECT_EQ(mlocked(), before);                       /* the page of zeroes is nobody's */
    store_to_all(p);
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_EQ(run_child(store_to_all, p), 0);
    EXPECT_EQ(mlocked(), before + 8);
    store_to_all(p);
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_OK(mprotect(p, 4 * PAGE, PROT_NONE));
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_OK(munlock(p, 2 * PAGE));
    EXPECT_EQ(mlocked(), before + 6);
    p = mremap(p, 8 * PAGE, 8 * PAGE, 0);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    munmap(p, 8 * PAGE);
    EXPECT_EQ(mlocked(), before);
}

/* Pages that leave the file leave the figure, whoever maps them. */
static void truncated_pages_are_free(void)
{
    int fd = file_of(8);
    char *p = mmap(NULL, 8 * PAGE, RW, MAP_SHARED, fd, 0), *q;
    long before;

    need_debug_call();
    before = mlocked();
    q = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE, fd, 0);
    EXPECT_OK(mlock(p, 8 * PAGE));
    EXPECT_OK(mlock(q, 8 * PAGE));
    EXPECT_EQ(mlocked(), before + 16);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    EXPECT_EQ(mlocked(), before + 4);
    EXPECT_EQ(locked(), 16);
    EXPECT_OK(ftruncate(fd, 8 * PAGE));
    EXPECT_EQ(p[7 * PAGE], 0);
    EXPECT_RANGE(mlocked(), before + 5, before + 10);   /* and pages around it */
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    munmap(p, 8 * PAGE);
    munmap(q, 8 * PAGE);
    EXPECT_EQ(mlocked(), before);
    close(fd);
}

static void truncate_often(void *arg)
{
    int fd = *(int *)arg;

    for (int i = 0; i < 150; i++) {
        EXPECT_OK(ftruncate(fd, 3 * PAGE));
        EXPECT_OK(ftruncate(fd, 64 * PAGE));
    }
}

/* Whatever meets: a page that is locked and one that is cut off count right at the end. */
static void locking_meets_truncation(void)
{
    int fd = file_of(64), status = 0;
    char *p = mmap(NULL, 64 * PAGE, RW, MAP_SHARED, fd, 0);
    long before = has_debug_call() ? mlocked() : 0;
    pid_t child;

    REQUIRE(p != MAP_FAILED);
    child = start_child(truncate_often, &fd);
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (mlock(p, 64 * PAGE) < 0)
            EXPECT_EQ(errno, ENOMEM);
        EXPECT_OK(munlock(p + 16 * PAGE, 32 * PAGE));
        EXPECT_OK(munlock(p, 64 * PAGE));
    }
    EXPECT_EQ(status, 0);
    EXPECT_EQ(locked(), 0);
    if (has_debug_call())
        EXPECT_EQ(mlocked(), before);
    munmap(p, 64 * PAGE);
    close(fd);
}

static const struct test tests[] = {
    TEST(a_shared_page_counts_once), TEST(copies_are_locked), TEST(truncated_pages_are_free),
    TEST(locking_meets_truncation),
};

const struct test_list figure_tests = TEST_LIST(tests);

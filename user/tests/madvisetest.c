/* SPDX-License-Identifier: MIT */
/*
 * madvisetest.c - madvise: its arguments, and the advice that changes what a mapping is, or
 * what is known of its pages, but not what is in them.
 */
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/letters.h"
#include "user/tests/lib/watch.h"

#define ON_DISK "/madvisetest.file"
#define ACCESSED 0x40UL             /* the bit A of a page-table entry */
#define MANY 64                     /* pages */

/* Arguments */

static const int known[] = {
    MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE,
    MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE,
    MADV_NOHUGEPAGE, MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD,
    MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED,
};

static void arguments_of_each(void)
{
    char *p = map_anon(2 * PAGE), *hole = map_anon(PAGE);

    unmap(hole, 1);
    for (size_t i = 0; i < COUNT(known); i++) {
        EXPECT_OK(madvise(p, 0, known[i]));
        EXPECT_OK(madvise(hole, 0, known[i]));
        EXPECT_ERROR(madvise(p + 1, 0, known[i]), EINVAL);
        EXPECT_ERROR(madvise(p + 8, PAGE, known[i]), EINVAL);
        EXPECT_ERROR(madvise(p, -1UL, known[i]), EINVAL);           /* no pages, rounded up */
        EXPECT_ERROR(madvise(p, -PAGE, known[i]), EINVAL);          /* wraps */
        EXPECT_ERROR(madvise(hole, PAGE, known[i]), ENOMEM);
    }
    unmap(p, 2);
}

static void unknown_advice(void)
{
    static const int unknown[] = { -1, 5, 6, 7, 26, 27, 99, 1000, 1 << 30 };
    char *p = map_anon(PAGE);

    for (size_t i = 0; i < COUNT(unknown); i++) {
        EXPECT_ERROR(madvise(p, PAGE, unknown[i]), EINVAL);
        EXPECT_ERROR(madvise(p, 0, unknown[i]), EINVAL);
        EXPECT_ERROR(madvise(p + 1, PAGE, unknown[i]), EINVAL);
    }
    if (has_debug_call()) {             /* what other kernels may have */
        EXPECT_ERROR(madvise(p, PAGE, MADV_COLLAPSE), EINVAL);
        EXPECT_ERROR(madvise(p, PAGE, MADV_HWPOISON), EINVAL);
        EXPECT_ERROR(madvise(p, 0, MADV_SOFT_OFFLINE), EINVAL);
    }
    unmap(p, 1);
}

/* Holes are passed over, wherever they are. */
static void holes(void)
{
    char *p = make_pages("abcde");

    unmap(p + 2 * PAGE, 1);
    EXPECT_ERROR(madvise(p + PAGE, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EXPECT_PAGES(p, "a0");
    EXPECT_PAGES(p + 3 * PAGE, "0e");
    EXPECT_ERROR(madvise(p + 2 * PAGE, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EXPECT_PAGES(p + 3 * PAGE, "00");
    EXPECT_ERROR(madvise(p, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EXPECT_PAGES(p, "00");
    unmap(p, 5);
}

/* The hole that is left of all of memory; what lies below it is changed all the same. */
static void up_to_the_end_of_addresses(void)
{
    char *p = map_apart(2, RW);

    EXPECT_ERROR(madvise(p + PAGE, -(uintptr_t)p - 2 * PAGE, MADV_SEQUENTIAL), ENOMEM);
    EXPECT_EQ(count_mappings(p, 2), 2);
    EXPECT_ERROR(madvise(p + PAGE, -(uintptr_t)p - 2 * PAGE, MADV_NORMAL), ENOMEM);
    EXPECT_EQ(count_mappings(p, 2), 1);
    unmap_apart(p, 2);
}

/* A mapping that refuses ends the call: what lies before it is done, what behind is not. */
static void refusal_ends_the_call(void)
{
    char *p = map_pages(3, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *q = mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    REQUIRE(q == p + PAGE);
    p[0] = p[PAGE] = p[2 * PAGE] = 7;
    EXPECT_ERROR(madvise(p, 3 * PAGE, MADV_WIPEONFORK), EINVAL);
    if (fork() == 0)
        _exit(p[0] != 0 || p[PAGE] != 7 || p[2 * PAGE] != 7);
    EXPECT_EQ(wait_child(-1), 0);
    unmap(p, 3);
}

/* Children */

static void expect_middle_missing(void *arg)
{
    char *p = arg;

    EXPECT_PAGES(p, "a");
    EXPECT_FAULT(try_read(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
    EXPECT_PAGES(p + 2 * PAGE, "c");
}

static void expect_abc(void *arg)
{
    EXPECT_PAGES(arg, "abc");
}

static void dontfork(void)
{
    char *p = make_pages("abc");

    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_DONTFORK));
    EXPECT_PAGES(p, "abc");
    EXPECT_EQ(run_child(expect_middle_missing, p), 0);
    EXPECT_PAGES(p, "abc");
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DOFORK));
    EXPECT_EQ(run_child(expect_abc, p), 0);
    unmap(p, 3);
}

/* A child is as large as what it got. */
static void child_size(void *arg)
{
    long *sizes = arg;
    struct statm s = read_statm();

    sizes[0] = s.size;
    sizes[1] = s.data;
}

static void dontfork_is_not_counted(void)
{
    long *sizes = (long *)map_shared(1);
    char *p = map_anon(MANY * PAGE);
    struct statm mine;

    EXPECT_OK(madvise(p, MANY * PAGE, MADV_DONTFORK));
    mine = read_statm();
    EXPECT_EQ(run_child(child_size, sizes), 0);
    EXPECT_EQ(sizes[0], mine.size - MANY);
    EXPECT_EQ(sizes[1], mine.data - MANY);
    unmap(p, MANY);
    unmap((char *)sizes, 1);
}

/* Shared memory, too, is not inherited if it is not to be. */
static void dontfork_shared(void)
{
    char *p = map_shared(3);

    fill(p, 1, 'a');
    fill(p + PAGE, 1, 'b');
    fill(p + 2 * PAGE, 1, 'c');
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_DONTFORK));
    EXPECT_EQ(run_child(expect_middle_missing, p), 0);
    unmap(p, 3);
}

static void expect_wiped(void *arg)
{
    char *p = arg;

    EXPECT_PAGES(p, "a0c");
    p[PAGE] = 'x';
    /* It is wiped for the child's children, too. */
    if (fork() == 0)
        _exit(p[PAGE] != 0);
    EXPECT_EQ(wait_child(-1), 0);
    EXPECT_EQ(p[PAGE], 'x');
}

static void wipeonfork(void)
{
    char *p = make_pages("abc");

    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_WIPEONFORK));
    EXPECT_PAGES(p, "abc");
    EXPECT_EQ(run_child(expect_wiped, p), 0);
    EXPECT_PAGES(p, "abc");
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_KEEPONFORK));
    EXPECT_EQ(run_child(expect_abc, p), 0);
    unmap(p, 3);
}

/* Pages that nobody inherits stay the parent's own: no copy, no fault. */
static void wiped_pages_are_not_shared(void)
{
    char *p = make_pages("ab");
    struct late_child child;
    long faults;

    EXPECT_OK(madvise(p, 2 * PAGE, MADV_WIPEONFORK));
    start_late_child(&child, NULL, NULL);
    faults = minor_faults();
    p[0] = p[PAGE] = 'y';
    faults = minor_faults() - faults;
    EXPECT_EQ(faults, 0);
    end_late_child(&child);
    unmap(p, 2);
}

static void wipeonfork_refuses(void)
{
    int fd = make_file(ON_DISK, "a");
    char *file = map_pages(1, RW, MAP_PRIVATE, fd, 0), *shared = map_shared(1);
    char *shared_file = map_pages(1, RW, MAP_SHARED, fd, 0);

    EXPECT_ERROR(madvise(file, PAGE, MADV_WIPEONFORK), EINVAL);
    EXPECT_ERROR(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL);
    EXPECT_ERROR(madvise(shared_file, PAGE, MADV_WIPEONFORK), EINVAL);
    EXPECT_OK(madvise(file, PAGE, MADV_KEEPONFORK));
    unmap(file, 1);
    unmap(shared, 1);
    unmap(shared_file, 1);
    remove_file(fd, ON_DISK);
}

/* Mappings are divided where advice differs, and one again where it does not. */
static void split_and_merge(void)
{
    static const int pairs[][2] = {
        { MADV_RANDOM, MADV_NORMAL }, { MADV_SEQUENTIAL, MADV_NORMAL },
        { MADV_DONTFORK, MADV_DOFORK }, { MADV_WIPEONFORK, MADV_KEEPONFORK },
    };
    char *p = map_apart(5, RW);

    for (size_t i = 0; i < COUNT(pairs); i++) {
        EXPECT_EQ(count_mappings(p, 5), 1);
        EXPECT_OK(madvise(p + 2 * PAGE, PAGE, pairs[i][0]));
        EXPECT_EQ(count_mappings(p, 5), 3);
        EXPECT_OK(madvise(p + PAGE, 3 * PAGE, pairs[i][0]));
        EXPECT_EQ(count_mappings(p, 5), 3);
        EXPECT_OK(madvise(p, PAGE, pairs[i][0]));
        EXPECT_EQ(count_mappings(p, 5), 2);
        EXPECT_OK(madvise(p + PAGE, PAGE, pairs[i][1]));
        EXPECT_EQ(count_mappings(p, 5), 4);
        EXPECT_OK(madvise(p, 5 * PAGE, pairs[i][1]));
    }
    EXPECT_OK(madvise(p, PAGE, MADV_RANDOM));
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_SEQUENTIAL));
    EXPECT_EQ(count_mappings(p, 5), 3);
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_SEQUENTIAL));
    EXPECT_EQ(count_mappings(p, 5), 2);
    unmap_apart(p, 5);
}

/* MADV_COLD, MADV_PAGEOUT, hints */

static void cold_keeps_content(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *file = map_pages(2, RW, MAP_SHARED, fd, 0);
    char *p = make_pages("ab"), *shared = map_shared(2);

    fill(shared, 2, 's');
    file[0] = 'x';
    for (int i = 0; i < 2; i++) {
        int advice = i ? MADV_PAGEOUT : MADV_COLD;

        EXPECT_OK(madvise(p, 2 * PAGE, advice));
        EXPECT_OK(madvise(file, 2 * PAGE, advice));
        EXPECT_OK(madvise(shared, 2 * PAGE, advice));
        EXPECT_PAGES(p, "ab");
        EXPECT_PAGES(shared, "ss");
        EXPECT(file[0] == 'x' && file[1] == 'a');
        EXPECT_PAGES(file + PAGE, "b");
        p[0] = 'a';
        shared[0] = 's';
    }
    unmap(p, 2);
    unmap(file, 2);
    unmap(shared, 2);
    remove_file(fd, ON_DISK);
}

static bool accessed(const char *p)
{
    return read_page(p).pte & ACCESSED;
}

/* The mark that a page was used goes, and comes back with the next use. */
static void cold_pages_look_unused(void)
{
    char *p = make_pages("abc");

    need_debug_call();
    for (int i = 0; i < 2; i++) {
        EXPECT(accessed(p) && accessed(p + PAGE) && accessed(p + 2 * PAGE));
        EXPECT_OK(madvise(p, 2 * PAGE, i ? MADV_PAGEOUT : MADV_COLD));
        EXPECT(!accessed(p) && !accessed(p + PAGE) && accessed(p + 2 * PAGE));
        EXPECT_EQ(*(volatile char *)p, 'a');
        *(volatile char *)(p + PAGE) = 'b';
        EXPECT(accessed(p) && accessed(p + PAGE));
    }
    unmap(p, 3);
}

/* Somebody else may be using what is shared. */
static void cold_leaves_shared_pages(void)
{
    char *p = make_pages("ab");
    struct late_child child;

    need_debug_call();
    start_late_child(&child, NULL, NULL);
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_COLD));
    EXPECT(accessed(p) && accessed(p + PAGE));
    end_late_child(&child);
    unmap(p, 2);
}

static void hints_change_nothing(void)
{
    static const int hints[] = { MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_DONTDUMP, MADV_DODUMP,
                                 MADV_HUGEPAGE, MADV_NOHUGEPAGE };
    int fd = make_file(ON_DISK, "ab");
    char *p = make_pages("abc"), *file = map_pages(2, PROT_READ, MAP_PRIVATE, fd, 0);

    unmap(p + 2 * PAGE, 1);
    for (size_t i = 0; i < COUNT(hints); i++) {
        EXPECT_OK(madvise(p, 2 * PAGE, hints[i]));
        EXPECT_OK(madvise(file, 2 * PAGE, hints[i]));
        EXPECT_ERROR(madvise(p, 3 * PAGE, hints[i]), ENOMEM);
    }
    EXPECT_PAGES(p, "ab");
    EXPECT_PAGES(file, "ab");
    unmap(p, 2);
    unmap(file, 2);
    remove_file(fd, ON_DISK);
}

/* Random advice to random parts, against what each must leave. */
static void random_advice(void)
{
    static const int advices[] = { MADV_DONTNEED, MADV_NORMAL, MADV_RANDOM, MADV_COLD,
                                   MADV_SEQUENTIAL, MADV_DONTFORK, MADV_DOFORK, MADV_WIPEONFORK,
                                   MADV_KEEPONFORK, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED };
    char *p = map_apart(MANY, RW), model[MANY] = { 0 };

    for (int turn = 0; turn < 600; turn++) {
        size_t first = rand_below(&test_rand, MANY), n = 1 + rand_below(&test_rand, MANY - first);
        int advice = advices[rand_below(&test_rand, COUNT(advices))];

        EXPECT_OK(madvise(p + first * PAGE, n * PAGE, advice));
        if (advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED)
            memset(model + first, 0, n);
        first = rand_below(&test_rand, MANY);
        EXPECT_EQ(p[first * PAGE], model[first]);
        p[first * PAGE] = model[first] = (char)turn;
    }
    for (size_t i = 0; i < MANY; i++)
        EXPECT_EQ(p[i * PAGE], model[i]);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_NORMAL));
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_DOFORK));
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_KEEPONFORK));
    EXPECT_EQ(count_mappings(p, MANY), 1);
    unmap_apart(p, MANY);
}

static const struct test tests[] = {
    TEST(arguments_of_each), TEST(unknown_advice), TEST(holes), TEST(up_to_the_end_of_addresses),
    TEST(refusal_ends_the_call), TEST(dontfork), TEST(dontfork_is_not_counted),
    TEST(dontfork_shared), TEST(wipeonfork), TEST(wiped_pages_are_not_shared),
    TEST(wipeonfork_refuses), TEST(split_and_merge), TEST(cold_keeps_content),
    TEST(cold_pages_look_unused), TEST(cold_leaves_shared_pages), TEST(hints_change_nothing),
    TEST(random_advice),
};

TEST_MAIN(tests)

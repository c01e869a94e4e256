/* SPDX-License-Identifier: MIT */
/*
 * test.h - what a test program is made of.
 *
 *     static void pages_are_zero(void)
 *     {
 *         char *p = map_anon(PAGE);
 *
 *         EXPECT(p[17] == 0);
 *     }
 *
 *     static const struct test tests[] = { TEST(pages_are_zero) };
 *     TEST_MAIN(tests)
 *
 * A program of several files has such a table in each, gives them names that its header
 * declares, and runs them one after the other:
 *
 *     const struct test_list reading = TEST_LIST(tests);
 *
 *     static const struct test_list *const lists[] = { &reading, &writing };
 *     TEST_LISTS_MAIN(lists)
 *
 * The program prints one KTAP line per test and ends with status 0 if none
 * failed.  Usage: PROGRAM [NAME...] runs only the tests of these names;
 * SEED in the environment starts the random numbers; with KTAP_QUIET only
 * failures are printed, as notes.
 *
 * A CHILD_TEST runs in a child of the program, for tests that change what cannot
 * be put back.  A LONG_... one runs only when it is named; so does a NAMED_TEST,
 * which is for a program that another test starts: see exec_test().
 *
 * An expectation that fails is reported and the test goes on.  In a child of a
 * test it makes the child's exit status 1, which the parent must expect to be
 * 0.  Output goes straight to descriptor 1, a whole line at a time, so that
 * processes may report side by side and nothing is printed twice by fork.
 *
 * These are plain Linux programs; a test that needs the debug call says
 * need_debug_call() and is skipped elsewhere.
 */
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/rand.h"

#define PAGE 4096UL
#define KB 1024UL
#define MB (1024 * KB)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct test {
    const char *name;
    void (*run)(void);
    bool in_child;
    bool only_named;
};

#define TEST(function) { #function, function, false, false }
#define CHILD_TEST(function) { #function, function, true, false }
#define LONG_CHILD_TEST(function) { #function, function, true, true }
#define NAMED_TEST(function) { #function, function, false, true }

#define TEST_MAIN(tests)                                                       \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        return test_main(argc, argv, tests, COUNT(tests));                     \
    }

int test_main(int argc, char **argv, const struct test *tests, size_t count);

struct test_list {
    const struct test *tests;
    size_t count;
};

#define TEST_LIST(tests) { tests, COUNT(tests) }

#define TEST_LISTS_MAIN(lists)                                                 \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        return test_lists_main(argc, argv, lists, COUNT(lists));               \
    }

int test_lists_main(int argc, char **argv, const struct test_list *const *lists, size_t nlists);

/* Random numbers; each test starts anew from the seed. */
extern struct rand test_rand;
extern uint64_t test_seed;

/* Print a note. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Leave the test now: it does not apply here. */
void skip(const char *why) __attribute__((noreturn));

/* The current test has failed; it goes on after fail(), it ends at give_up(). */
void fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void give_up(void) __attribute__((noreturn));

/* The number of failures of this process in this test so far. */
int test_failures(void);

/* CONDITION should hold. */
#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition))                                                      \
            fail(__FILE__, __LINE__, "%s", #condition);                        \
    } while (0)

/* Without CONDITION the rest of the test makes no sense. */
#define REQUIRE(condition)                                                     \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fail(__FILE__, __LINE__, "%s (errno %d)", #condition, errno);      \
            give_up();                                                         \
        }                                                                      \
    } while (0)

/* Two numbers should be equal; both are shown if they are not. */
#define EXPECT_EQ(is, should)                                                  \
    do {                                                                       \
        long is_ = (long)(is), should_ = (long)(should);                       \
                                                                               \
        if (is_ != should_)                                                    \
            fail(__FILE__, __LINE__, "%s is %ld, not %ld", #is, is_, should_); \
    } while (0)

/* IS should lie in LOW..HIGH. */
#define EXPECT_RANGE(is, low, high)                                            \
    do {                                                                       \
        long is_ = (long)(is), low_ = (long)(low), high_ = (long)(high);       \
                                                                               \
        if (is_ < low_ || is_ > high_)                                         \
            fail(__FILE__, __LINE__, "%s is %ld, not in %ld..%ld", #is, is_, low_, high_); \
    } while (0)

/* CALL should be refused with -1 and this errno. */
#define EXPECT_ERROR(call, error)                                              \
    do {                                                                       \
        errno = 0;                                                             \
        long is_ = (long)(call);                                               \
        int errno_ = errno;                                                    \
                                                                               \
        if (is_ != -1 || errno_ != (error))                                    \
            fail(__FILE__, __LINE__, "%s is %ld with errno %d, not -1 with %s", #call, is_, \
                 is_ == -1 ? errno_ : 0, #error);                              \
    } while (0)

/* CALL should succeed, that is, not be -1; its result is shown with errno if it is. */
#define EXPECT_OK(call)                                                        \
    do {                                                                       \
        if ((long)(call) == -1)                                                \
            fail(__FILE__, __LINE__, "%s: errno %d", #call, errno);            \
    } while (0)

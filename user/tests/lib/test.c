/* SPDX-License-Identifier: MIT */
/*
 * test.c - run the tests of a program and report in KTAP.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include "user/tests/lib/test.h"

#define SKIP_STATUS 77          /* how a child says that its test does not apply */

enum outcome { GO_ON, GAVE_UP, SKIPPED };

struct rand test_rand;
uint64_t test_seed = 1;

static jmp_buf way_out;
static pid_t runner;            /* the process that runs the tests and reports */
static int number;              /* of the current test, from 1 on */
static int failures;            /* of this process, in the current test */
static const char *skip_reason;
static bool quiet;

static void put_line(const char *format, va_list args, const char *prefix)
{
    char line[512];
    int n = snprintf(line, sizeof(line), "%s", prefix);

    n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, args);
    if (n > (int)sizeof(line) - 2)
        n = (int)sizeof(line) - 2;
    line[n++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)n) < 0)
        _exit(1);
}

static __attribute__((format(printf, 1, 2))) void report(const char *format, ...)
{
    va_list args;

    if (quiet)
        return;
    va_start(args, format);
    put_line(format, args, "");
    va_end(args);
}

void note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_line(format, args, "# ");
    va_end(args);
}

void fail(const char *file, int line, const char *format, ...)
{
    char what[400];
    va_list args;

    failures++;
    if (failures > 20)          /* the same again and again: enough */
        return;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    note("%s:%d: %s%s", file, line, getpid() == runner ? "" : "in a child: ", what);
}

int test_failures(void)
{
    return failures;
}

void give_up(void)
{
    if (getpid() != runner)
        _exit(1);
    longjmp(way_out, GAVE_UP);
}

void skip(const char *why)
{
    skip_reason = why;
    if (getpid() != runner)
        _exit(SKIP_STATUS);
    longjmp(way_out, SKIPPED);
}

static bool is_wanted(const struct test *t, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], t->name) == 0)
            return true;
    return argc <= 1 && !t->only_named;
}

static size_t count_wanted(const struct test_list *list, int argc, char **argv)
{
    size_t wanted = 0;

    for (size_t i = 0; i < list->count; i++)
        wanted += is_wanted(&list->tests[i], argc, argv);
    return wanted;
}

static void run_in_child(const struct test *t)
{
    pid_t pid = fork();
    int status = -1;

    REQUIRE(pid >= 0);
    if (pid == 0) {
        t->run();
        _exit(failures ? 1 : 0);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIP_STATUS)
        skip("does not apply here");
    EXPECT_EQ(status, 0);
}

static enum outcome run(const struct test *t)
{
    int way = setjmp(way_out);

    if (way == GO_ON && t->in_child)
        run_in_child(t);
    else if (way == GO_ON)
        t->run();
    return (enum outcome)way;
}

/* One test and its line.  Whether it did not fail. */
static bool run_and_report(const struct test *t)
{
    enum outcome outcome;

    number++;
    failures = 0;
    rand_seed(&test_rand, test_seed);
    outcome = run(t);
    if (outcome == SKIPPED && !failures) {
        report("ok %d %s # SKIP %s", number, t->name, skip_reason);
        return true;
    }
    if (failures && quiet)
        note("%s failed", t->name);
    report("%sok %d %s", failures ? "not " : "", number, t->name);
    return !failures;
}

/* How many of a list have failed. */
static int run_list(const struct test_list *list, int argc, char **argv)
{
    int failed = 0;

    for (size_t i = 0; i < list->count; i++)
        if (is_wanted(&list->tests[i], argc, argv) && !run_and_report(&list->tests[i]))
            failed++;
    return failed;
}

int test_lists_main(int argc, char **argv, const struct test_list *const *lists, size_t nlists)
{
    const char *seed = getenv("SEED");
    size_t wanted = 0;
    int failed = 0;

    runner = getpid();
    quiet = getenv("KTAP_QUIET") != NULL;
    if (seed)
        test_seed = strtoul(seed, NULL, 0);
    for (size_t i = 0; i < nlists; i++)
        wanted += count_wanted(lists[i], argc, argv);
    report("KTAP version 1");
    report("1..%zu", wanted);
    for (size_t i = 0; i < nlists; i++)
        failed += run_list(lists[i], argc, argv);
    if (failed)
        note("%d of %d failed; seed %lu", failed, number, test_seed);
    return failed ? 1 : 0;
}

int test_main(int argc, char **argv, const struct test *tests, size_t count)
{
    const struct test_list list = { tests, count }, *const lists[] = { &list };

    return test_lists_main(argc, argv, lists, COUNT(lists));
}

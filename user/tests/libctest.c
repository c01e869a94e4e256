/* SPDX-License-Identifier: MIT */
/*
 * libctest.c - corners of the C library, whose answers are those of the C standard and POSIX.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define FILE_NAME "/tmp/libctest"

/* Nothing to convert is another end than something that cannot be converted. */
static void scanning_tells_the_end_from_a_mismatch(void)
{
    int n = 7;
    char c;

    EXPECT(sscanf("", "%d", &n) == EOF);
    EXPECT(sscanf(" \n", "%d", &n) == EOF);
    EXPECT(sscanf("  ", " %c", &c) == EOF);
    EXPECT(sscanf(" x", "%d", &n) == 0);
    EXPECT(sscanf("x", "y%d", &n) == 0);
    EXPECT(sscanf("x", "x%d", &n) == EOF);
    EXPECT(sscanf("1 ", "%d %d", &n, &n) == 1);
    EXPECT(n == 1);
}

static void quoted_slashes_part_a_pattern(void)
{
    EXPECT(fnmatch("a\\/b", "a/b", FNM_PATHNAME) == 0);
    EXPECT(fnmatch("a\\/*", "a/b", FNM_PATHNAME) == 0);
    EXPECT(fnmatch("a\\/*", "a/b/c", FNM_PATHNAME) == FNM_NOMATCH);
    EXPECT(fnmatch("a\\/b", "a", FNM_PATHNAME) == FNM_NOMATCH);
    EXPECT(fnmatch("a\\/b", "a\\/b", FNM_PATHNAME | FNM_NOESCAPE) == 0);
}

/* The year YEAR, January 1, as FORMAT shows it. */
static void expect_year(int line, int year, const char *format, const char *wanted)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mday = 1 };
    char text[32];

    strftime(text, sizeof(text), format, &tm);
    if (strcmp(text, wanted) != 0)
        fail(__FILE__, line, "%d as %s is %s, not %s", year, format, text, wanted);
}

static void years_before_1900_have_a_place_in_their_century(void)
{
    expect_year(__LINE__, 1874, "%C %y", "18 74");
    expect_year(__LINE__, 1899, "%C %y %D", "18 99 01/01/99");
    expect_year(__LINE__, 1900, "%C %y", "19 00");
    expect_year(__LINE__, 2026, "%C %y", "20 26");
}

/* Who opens its standard output anew must find everything in the file, whatever came before. */
static void write_after_reopening(bool used, bool closed)
{
    if (used)
        printf("before\n");
    if (closed)
        fclose(stdout);
    if (!freopen(FILE_NAME, "w", stdout))
        _exit(1);
    printf("after\n");
    exit(0);
}

static void a_standard_stream_can_be_opened_anew(void)
{
    for (int i = 0; i < 4; i++) {
        char text[32] = "";
        pid_t pid = fork();

        if (pid == 0) {
            int null = open("/dev/null", O_WRONLY);

            dup2(null, STDOUT_FILENO);
            write_after_reopening(i & 1, i & 2);
        }
        EXPECT_CHILD(pid);
        read_file(FILE_NAME, text, sizeof(text));
        EXPECT(strcmp(text, "after\n") == 0);
        unlink(FILE_NAME);
    }
}

static const struct test tests[] = {
    TEST(scanning_tells_the_end_from_a_mismatch),
    TEST(quoted_slashes_part_a_pattern),
    TEST(years_before_1900_have_a_place_in_their_century),
    TEST(a_standard_stream_can_be_opened_anew),
};
TEST_MAIN(tests)

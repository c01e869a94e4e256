/* SPDX-License-Identifier: MIT */
/*
 * lines.h - read text line by line, and hold each line to its format.
 *
 * A line is taken apart with sscanf, which forgives much, and then printed again
 * from the numbers found: the same characters must come out.
 */
#pragma once
#include <sched.h>
#include "user/tests/lib/test.h"

/* The whole text of a file, for next_line(); it stays until the next call. */
char *open_text(const char *path);

/* The next line of *TEXT without its newline, which is overwritten; *TEXT moves
 * on.  NULL at the end.  A line that does not end in a newline fails the test. */
char *next_line(char **text);

/* Does TEXT begin with START? */
bool begins_with(const char *text, const char *start);

/* LINE should be what FORMAT prints. */
void expect_line(const char *file, int at, const char *line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define EXPECT_LINE(line, ...) expect_line(__FILE__, __LINE__, line, __VA_ARGS__)

/* Write TEXT to the file PATH with one write: 0, or its errno. */
int write_text(const char *path, const char *text);
/* The same, which should succeed. */
void set_text(const char *path, const char *text);

/* Wait, for ever if need be, until CONDITION holds. */
#define AWAIT(condition)                                                       \
    do {                                                                       \
        while (!(condition))                                                   \
            sched_yield();                                                     \
    } while (0)

/* CONDITION should hold in one of many tries: two files are not read at once. */
#define EXPECT_SOON(condition)                                                 \
    do {                                                                       \
        int tries_ = 0;                                                        \
                                                                               \
        while (!(condition) && ++tries_ < 200)                                 \
            sched_yield();                                                     \
        if (tries_ == 200)                                                     \
            fail(__FILE__, __LINE__, "%s, not in %d tries", #condition, tries_); \
    } while (0)

/* SPDX-License-Identifier: MIT */
/*
 * effect.c - compare a /proc file before and during a cause.
 */
#include <stdio.h>
#include "user/tests/lib/effect.h"
#include "user/tests/lib/watch.h"

#define GROUP 16

static bool is_listed(const char *name, size_t len, const struct effect *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(table[i].field) == len && memcmp(table[i].field, name, len) == 0)
            return true;
    return false;
}

/* How many lines begin with the field NAME. */
static int lines_of(const char *text, const char *name)
{
    size_t len = strlen(name);
    int lines = 0;

    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        lines += strncmp(line, name, len) == 0 && strchr(" \t", line[len]);
    return lines;
}

void expect_fields(const char *path, const struct effect *table, size_t count)
{
    static char text[16384];

    need_debug_call();
    read_file(path, text, sizeof(text));
    for (char *line = text; *line; line = strchr(line, '\n') + 1) {
        size_t len = strcspn(line, " \t\n");

        if (!is_listed(line, len, table, count))
            fail(__FILE__, __LINE__, "%s: nobody knows a cause of %.*s", path, (int)len, line);
    }
    for (size_t i = 0; i < count; i++)
        if (lines_of(text, table[i].field) != 1)
            fail(__FILE__, __LINE__, "%s has %d lines of %s", path,
                 lines_of(text, table[i].field), table[i].field);
}

/* With the blank behind it, so that no longer name is taken. */
static long value_of(const char *path, const char *field)
{
    static char text[16384];
    size_t len = strlen(field);

    read_file(path, text, sizeof(text));
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        if (strncmp(line, field, len) == 0 && strchr(" \t", line[len]))
            return strtol(line + len, NULL, 10);
    return -1;
}

static void expect_in_range(const char *path, const struct effect *e, const char *what, long is)
{
    if (is < e->low || is > e->high)
        fail(__FILE__, __LINE__, "%s: %s %s %ld, not %ld..%ld%s%s", path, e->field, what, is,
             e->low, e->high, e->reason ? ": " : "", e->reason ? e->reason : "");
}

/* Neighbours of one cause are looked at together. */
static size_t neighbours(const struct effect *table, size_t count)
{
    size_t n = 1;

    while (n < count && n < GROUP && table[n].cause == table[0].cause)
        n++;
    return n;
}

static void expect_group(const char *path, const struct effect *group, size_t n)
{
    const struct cause *cause = group[0].cause;
    long before[GROUP];

    debug_call(DEBUG_QUIESCE, 0, 0);
    for (size_t i = 0; i < n; i++)
        before[i] = value_of(path, group[i].field);
    cause->begin();
    for (size_t i = 0; i < n; i++)
        expect_in_range(path, &group[i], "grows by", value_of(path, group[i].field) - before[i]);
    if (cause->end)
        cause->end();
}

void expect_effects(const char *path, const struct effect *table, size_t count)
{
    need_debug_call();
    for (size_t i = 0, n; i < count; i += n) {
        n = 1;
        if (table[i].cause)
            expect_group(path, table + i, n = neighbours(table + i, count - i));
        else
            expect_in_range(path, &table[i], "is", value_of(path, table[i].field));
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * memtooltest.c - free, vmstat and slabtop print what /proc says, where people look for it.
 *
 * On Linux the programs of this name are the machine's own, whose output is much the same.
 */
#include <stdio.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/program.h"
#include "user/tests/lib/watch.h"

static char *run(const char *path, const char *a, const char *b, const char *c)
{
    char *const argv[] = { (char *)path, (char *)a, (char *)b, (char *)c, NULL };

    if (access(path, X_OK) < 0)
        skip("there is no such program");
    EXPECT_EQ(exec_with(path, argv, no_strings), 0);
    return outcome.text;
}

static char *line_number(char *text, int n)
{
    char *line = NULL;

    while (n-- > 0)
        line = next_line(&text);
    REQUIRE(line != NULL);
    return line;
}

/* Numbers of a line from AT on. */
static int numbers(const char *at, long *to, int max)
{
    int n = 0, used;

    while (n < max && sscanf(at, "%ld%n", &to[n], &used) == 1) {
        at += used;
        n++;
    }
    return n;
}

static void free_adds_up(void)
{
    char *p = map_touched(1024);
    char *text = run("/bin/free", NULL, NULL, NULL), *memory = line_number(text, 2), *swap;
    long n[8], total = proc_number("/proc/meminfo", "MemTotal:");

    REQUIRE(begins_with(memory, "Mem:") && numbers(memory + 4, n, 8) == 6);
    EXPECT_EQ(n[0], total);
    EXPECT_RANGE(n[1], 4096, total);                            /* what was just touched */
    EXPECT_RANGE(n[1] + n[5] - total, -8, 8);                   /* used is not available */
    EXPECT_RANGE(n[5], proc_number("/proc/meminfo", "MemAvailable:") - 4096, total - n[1] + 8);
    unmap(p, 1024);
    text = run("/bin/free", "-b", NULL, NULL);
    swap = line_number(text, 3);
    REQUIRE(begins_with(swap, "Swap:") && numbers(swap + 5, n, 8) == 3);
    EXPECT_EQ(n[0], proc_number("/proc/meminfo", "SwapTotal:") * 1024);
    EXPECT_EQ(n[0], n[1] + n[2]);
}

/* Title, names, since the start; and a line for each second asked for. */
static void vmstat_lines(void)
{
    char *text = run("/bin/vmstat", NULL, NULL, NULL);
    long n[20];

    EXPECT(begins_with(line_number(text, 1), "procs -"));
    text = run("/bin/vmstat", "1", "2", NULL);
    line_number(text, 1);
    text += strlen(text) + 1;
    EXPECT(begins_with(text, " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs"));
    text = strchr(text, '\n') + 1;
    for (int line = 0; line < 2; line++) {
        REQUIRE(numbers(text, n, 20) >= 17);
        EXPECT_EQ(n[2], proc_number("/proc/meminfo", "SwapTotal:")
                        - proc_number("/proc/meminfo", "SwapFree:"));
        EXPECT_RANGE(n[3], 1, proc_number("/proc/meminfo", "MemTotal:"));
        EXPECT_RANGE(n[12] + n[13] + n[14] + n[15] + n[16], 94, 102);
        text = strchr(text, '\n') + 1;
    }
    EXPECT_EQ(*text, 0);
}

/* The column at place COLUMN of each cache, in falling order. */
static void expect_order(const char *letter, int column)
{
    char *text = run("/bin/slabtop", "-o", "-s", letter), *line;
    long last = 0x7fffffff, rows = 0;

    while ((line = next_line(&text))) {
        long objects, active, use, slabs, per_slab, kib;

        if (sscanf(line, "%ld %ld %ld%% %*d.%*dK %ld %ld %ldK", &objects, &active, &use, &slabs,
                   &per_slab, &kib) != 6)
            continue;
        long key = column == 0 ? objects : column == 1 ? active : column == 3 ? slabs : kib;

        EXPECT_RANGE(key, 0, last);
        EXPECT_RANGE(active, 0, objects);
        last = key;
        rows++;
    }
    EXPECT_RANGE(rows, 5, 1000);
}

static void slabtop_is_sorted(void)
{
    char *text = run("/bin/slabtop", "-o", NULL, NULL);

    EXPECT(begins_with(text, " Active / Total Objects (% used)    : "));
    EXPECT(strstr(text, "\n  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME"));
    EXPECT(strstr(text, " dentry"));
    expect_order("o", 0);
    expect_order("a", 1);
    expect_order("l", 3);
    expect_order("c", 5);
}

static const struct test tests[] = {
    TEST(free_adds_up), TEST(vmstat_lines), TEST(slabtop_is_sorted),
};
TEST_MAIN(tests)

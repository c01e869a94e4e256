/* SPDX-License-Identifier: MIT */
/*
 * pressuretest.c - /proc/pressure: its format, and that each figure grows for its cause and
 * for no other.
 *
 * The disk /dev/vdb, if there is one, is a swap area.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/swap.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define DISK "/dev/vdb"
#define SECOND 1000000L                 /* in microseconds, as "total=" */

/* The lines of a file, "some" first; averages in hundredths of a percent. */
struct pressure {
    long average[2][3];
    long total[2];
};

/* One line at *TEXT, exactly as it should be; *TEXT moves on. */
static void read_line(char **text, const char *name, long average[3], long *total)
{
    char *line = next_line(text), again[128];
    long whole[3], rest[3];

    REQUIRE(line != NULL);
    REQUIRE(sscanf(line + strlen(name), " avg10=%ld.%ld avg60=%ld.%ld avg300=%ld.%ld total=%ld",
                   &whole[0], &rest[0], &whole[1], &rest[1], &whole[2], &rest[2], total) == 7);
    snprintf(again, sizeof(again), "%s avg10=%ld.%02ld avg60=%ld.%02ld avg300=%ld.%02ld total=%ld",
             name, whole[0], rest[0], whole[1], rest[1], whole[2], rest[2], *total);
    EXPECT_EQ(strcmp(line, again), 0);
    for (int i = 0; i < 3; i++)
        average[i] = whole[i] * 100 + rest[i];
}

static struct pressure read_pressure(const char *kind)
{
    char path[64], *text;
    struct pressure p;

    snprintf(path, sizeof(path), "/proc/pressure/%s", kind);
    if (access(path, F_OK) < 0)
        skip("this kernel tells of no pressure");
    text = open_text(path);
    read_line(&text, "some", p.average[0], &p.total[0]);
    read_line(&text, "full", p.average[1], &p.total[1]);
    EXPECT_EQ(*text, 0);
    return p;
}

static long microseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static void format_and_bounds(void)
{
    static const char *const kinds[] = { "cpu", "io", "memory" };

    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct pressure p = read_pressure(kinds[i]);

        for (int line = 0; line < 2; line++) {
            EXPECT_RANGE(p.total[line], 0, microseconds());
            for (int span = 0; span < 3; span++)
                EXPECT_RANGE(p.average[line][span], 0, 10000);
        }
        EXPECT(p.total[1] <= p.total[0]);
    }
}

static void no_triggers(void)
{
    read_pressure("memory");
    need_debug_call();
    EXPECT_EQ(write_text("/proc/pressure/memory", "some 150000 1000000"), EOPNOTSUPP);
}

/* CPU: more who want to run than harts */

static void spin_for(void *arg)
{
    long end = microseconds() + (long)arg;

    while (microseconds() < end)
        continue;
}

static long cpu_wait(long nchildren)
{
    long before = read_pressure("cpu").total[0];
    pid_t pids[16];

    for (long i = 0; i < nchildren; i++)
        pids[i] = start_child(spin_for, (void *)(SECOND / 2));
    for (long i = 0; i < nchildren; i++)
        wait_child(pids[i]);
    return read_pressure("cpu").total[0] - before;
}

static void harts_are_wanted(void)
{
    long memory = read_pressure("memory").total[0];

    EXPECT_RANGE(cpu_wait(2 * harts()), SECOND / 5, 3 * SECOND);
    need_debug_call();
    EXPECT_RANGE(read_pressure("memory").total[0] - memory, 0, SECOND / 100);
}

/* Disks: somebody waits for pages to be read */

/* The disk may answer before anybody waits, where this machine's processors are busy otherwise:
 * not every time. */
static void reading_waits(void)
{
    long io_before, io = 0, memory, began, spent;

    need_to_drop_pages();
    write_on_disk();
    io_before = read_pressure("io").total[0];
    memory = read_pressure("memory").total[0];
    began = microseconds();
    for (int i = 0; i < 20 || (io == 0 && microseconds() - began < 20 * SECOND); i++) {
        read_from_disk();
        io = read_pressure("io").total[0] - io_before;
    }
    spent = microseconds() - began;
    EXPECT_RANGE(io, 1, spent);
    need_debug_call();
    EXPECT_RANGE(read_pressure("memory").total[0] - memory, 0, spent / 100);
    unlink(DISK_FILE);
}

/* Memory: what was evicted is wanted again */

static void evicted_pages_are_waited_for(void)
{
    enum { N = 256 };
    struct pressure was, is;
    long began, spent;
    char *p;

    need_debug_call();
    if (access(DISK, F_OK) < 0)
        skip("no second disk");
    REQUIRE(swapon(DISK, 0) == 0);
    p = map_touched(N);
    for (size_t i = 0; i < N; i++)
        EXPECT_EQ(debug_call(DEBUG_EVICT, (uintptr_t)p + i * PAGE, 0), 0);
    EXPECT_EQ(in_memory(p, N), 0);
    was = read_pressure("memory");
    began = microseconds();
    for (size_t i = 0; i < N; i++)
        *(volatile char *)(p + i * PAGE);
    spent = microseconds() - began;
    is = read_pressure("memory");
    EXPECT_RANGE(is.total[0] - was.total[0], 1, spent);
    EXPECT_RANGE(is.total[1] - was.total[1], 1, spent);      /* nobody else had anything to do */
    unmap(p, N);
    EXPECT_OK(swapoff(DISK));
}

/* ... and who wants more than is free has to find it first. */
static size_t more_than_memory(void)
{
    return (size_t)proc_number("/proc/meminfo", "MemTotal:") * KB / PAGE * 5 / 4;
}

static void touch_more_than_memory(void *arg)
{
    size_t n = more_than_memory();
    char *p = map_pages(n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                        -1, 0);

    (void)arg;
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < n; i++)
            p[i * PAGE]++;
}

static void averages_follow(void)
{
    struct pressure is;

    need_debug_call();
    if (access(DISK, F_OK) < 0)
        skip("no second disk");
    REQUIRE(swapon(DISK, 0) == 0);
    if (!has_room(more_than_memory())) {
        EXPECT_OK(swapoff(DISK));
        skip("needs a smaller machine or a larger swap disk");
    }
    do
        EXPECT_EQ(run_child(touch_more_than_memory, NULL), 0);
    while ((is = read_pressure("memory")).average[0][0] == 0 && microseconds() < 60 * SECOND);
    EXPECT(is.average[0][0] > 0);
    EXPECT(is.average[0][0] >= is.average[0][1] && is.average[0][1] >= is.average[0][2]);
    EXPECT_OK(swapoff(DISK));
}

static const struct test tests[] = {
    TEST(format_and_bounds), TEST(no_triggers), TEST(harts_are_wanted), TEST(reading_waits),
    TEST(evicted_pages_are_waited_for), TEST(averages_follow),
};
TEST_MAIN(tests)

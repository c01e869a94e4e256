/* SPDX-License-Identifier: MIT */
/*
 * compacttest.c - free memory that is in pieces becomes blocks again.
 */
#include <sched.h>
#include <sys/sysinfo.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

#define LARGE 10                        /* order: 4 MB */
#define STEP 4                          /* of so many pages one stays */

/* Free blocks of an order, in all zones. */
static long free_blocks(unsigned order)
{
    char text[4096], *line;
    long n = 0;

    read_file("/proc/buddyinfo", text, sizeof(text));
    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *field = strstr(line, "zone");

        REQUIRE(field != NULL);
        field += strlen("zone");
        strtol(field, &field, 10);
        while (*field == ' ')
            field++;
        field += strcspn(field, " ");
        for (unsigned k = 0; k < order; k++)
            strtol(field, &field, 10);
        n += strtol(field, NULL, 10);
    }
    return n;
}

static long vmstat(const char *name)
{
    return proc_number("/proc/vmstat", name);
}

/* Most memory is used, and then most of it given back, but not in one piece. */
static char *scattered;
static size_t npages;

static void scatter(void)
{
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    if (info.totalram > 256 * MB)
        skip("needs a small machine");
    debug_call(DEBUG_QUIESCE, 0, 0);
    npages = (size_t)proc_number("/proc/meminfo", "MemFree:") * KB / PAGE * 3 / 4;
    scattered = map_pages(npages, RW, ANON, -1, 0);
    number_pages(scattered, npages, 1);
    for (size_t i = 0; i < npages; i++)
        if (i % STEP)
            EXPECT_OK(madvise(scattered + i * PAGE, PAGE, MADV_DONTNEED));
}

static void expect_intact(void)
{
    for (size_t i = 0; i < npages; i += STEP)
        if (!says(scattered, i, i + 1))
            fail(__FILE__, __LINE__, "page %zu has changed", i);
}

static void gather_up(void)
{
    expect_intact();
    unmap(scattered, npages);
}

/* A request for a large block moves pages out of the way. */
static void large_requests(void)
{
    struct debug_blocks d = { .size = PAGE << LARGE };
    long success;

    need_debug_call();
    scatter();
    d.count = npages * 2 / 3 >> LARGE;      /* more than is still free in one piece */
    success = vmstat("compact_success ");
    EXPECT_EQ(debug_call(DEBUG_TAKE, (uintptr_t)&d, 0), 0);
    EXPECT_EQ(d.done, d.count);
    EXPECT(vmstat("compact_success ") > success);
    EXPECT(vmstat("compact_stall ") >= vmstat("compact_success "));
    EXPECT(vmstat("compact_isolated ") > 0 && vmstat("compact_migrate_scanned ") > 0
           && vmstat("compact_free_scanned ") > 0);
    expect_intact();
    d.count = 0;
    EXPECT_EQ(debug_call(DEBUG_GIVE, (uintptr_t)&d, 0), 0);
    EXPECT_EQ(d.wrong, 0);
    gather_up();
}

static void on_request(void)
{
    long before;

    need_debug_call();
    EXPECT_EQ(write_text("/proc/sys/vm/compact_memory", "0"), EINVAL);
    EXPECT_EQ(write_text("/proc/sys/vm/compact_memory", "2"), EINVAL);
    scatter();
    before = free_blocks(LARGE);
    set_text("/proc/sys/vm/compact_memory", "1");
    EXPECT(free_blocks(LARGE) >= before + (long)(npages / 1024 / 3));
    gather_up();
}

/* Somebody stores to the pages all the time. */
static volatile int *stop;

static void store(void *arg)
{
    size_t n = 512;
    char *p = map_touched(n);

    for (uint64_t first = (uintptr_t)arg; !*stop; first++) {
        number_pages(p, n, first);
        EXPECT(is_numbered(p, n, first));
    }
}

static void while_others_store(void)
{
    pid_t pid[3];

    need_debug_call();
    stop = (volatile int *)map_shared(1);
    for (uintptr_t i = 0; i < COUNT(pid); i++)
        pid[i] = start_child(store, (void *)(i * 1000));
    scatter();
    for (int i = 0; i < 3; i++)
        set_text("/proc/sys/vm/compact_memory", "1");
    *stop = 1;
    for (size_t i = 0; i < COUNT(pid); i++)
        EXPECT_CHILD(pid[i]);
    gather_up();
    unmap((char *)(uintptr_t)stop, 1);
}

static const struct test tests[] = {
    TEST(large_requests), TEST(on_request), TEST(while_others_store),
};
TEST_MAIN(tests)

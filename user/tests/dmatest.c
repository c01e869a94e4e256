/* SPDX-License-Identifier: MIT */
/*
 * dmatest.c - memory for devices: within their reach, in one piece.
 */
#include <sched.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

#define PFN_4G (1UL << 20)
#define LONG_RUN 2048                   /* pages: larger than any block */

static void take(struct debug_contig *d)
{
    d->align = 1;
    REQUIRE(debug_call(DEBUG_CONTIG_TAKE, (uintptr_t)d, 0) == 0);
}

static void give(struct debug_contig *d)
{
    EXPECT_EQ(debug_call(DEBUG_CONTIG_GIVE, (uintptr_t)d, 0), 0);
    EXPECT_EQ(d->wrong, 0);
}

/* A device with 32 address lines gets what it reaches, wherever memory is. */
static void within_reach(void)
{
    struct debug_contig d[32] = { 0 };

    need_debug_call();
    for (size_t i = 0; i < COUNT(d); i++) {
        d[i].lines = i % 2 ? 32 : 64;
        d[i].npages = 1 + i;
        take(&d[i]);
        if (d[i].lines == 32)
            EXPECT(d[i].pfn + d[i].npages <= PFN_4G);
        for (size_t k = 0; k < i; k++)
            EXPECT(d[i].pfn >= d[k].pfn + d[k].npages || d[k].pfn >= d[i].pfn + d[i].npages);
    }
    for (size_t i = 0; i < COUNT(d); i++)
        give(&d[i]);
}

/* What is long comes from the contiguous area. */
static void long_runs(void)
{
    struct debug_contig d = { .lines = 32, .npages = LONG_RUN };
    long success = proc_number("/proc/vmstat", "cma_alloc_success ");

    need_debug_call();
    if (proc_number("/proc/meminfo", "CmaTotal:") < (long)(LONG_RUN * PAGE / KB))
        skip("needs a contiguous area: cma=16M");
    take(&d);
    EXPECT_EQ(proc_number("/proc/vmstat", "cma_alloc_success ") - success, LONG_RUN);
    EXPECT(d.pfn + d.npages <= PFN_4G);
    give(&d);
}

/* Without a frame that can be had there is no memory, and nothing is lost. */
static void refused(void)
{
    struct debug_contig d = { .lines = 64, .npages = LONG_RUN, .align = 1 };
    char *p = map_touched(64);

    need_debug_call();
    fail_nth(DEBUG_FAIL_PAGE, 1);
    EXPECT_EQ(debug_call(DEBUG_CONTIG_TAKE, (uintptr_t)&d, 0), -ENOMEM);
    fail_nth(DEBUG_FAIL_PAGE, 0);
    d.align = 3;
    EXPECT_EQ(debug_call(DEBUG_CONTIG_TAKE, (uintptr_t)&d, 0), -EINVAL);
    unmap(p, 64);
}

static const struct test tests[] = {
    TEST(within_reach), TEST(long_runs), TEST(refused),
};
TEST_MAIN(tests)

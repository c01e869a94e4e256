/* SPDX-License-Identifier: MIT */
/*
 * clocktest.c - a hot set survives a scan through more than memory.
 *
 * The hot set is used once between any two steps of a scan, whose pages are used once
 * and not again until the next pass.  What counts is how often a page of the hot set is
 * missing when it is used: under FIFO each page goes when its time has come, used or not;
 * the default policy is to spare what is in use.
 *
 *     hot  ######        ######        ######              each page, in another order
 *     scan       ........      ........      ........      the next pages
 *
 * On a machine of 64 MiB the hot set has 24, a step 4 and the scan 200; on others, or as if
 * they had CLOCKTEST_MB, which is in the environment, in proportion.
 */
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/replacement.h"
#include "user/tests/lib/watch.h"

#define STRIDE 2477             /* prime, so that it passes all pages of any hot set */

enum scan_kind { FILE_SCAN, ANON_SCAN };
static const char *const kind_names[] = { "file", "anonymous" };

struct work {
    enum scan_kind kind;
    int passes;
    size_t nhot, nscan, nstep;  /* pages                                      */
    char *hot, *scan;
    long *faults;               /* of the hot set: shared with who asked      */
};

static struct work plan(enum scan_kind kind, int passes)
{
    struct work w = { .kind = kind, .passes = passes };
    size_t npages = pages_of_machine(getenv("CLOCKTEST_MB"));

    w.nhot = npages * 24 / 64;
    w.nstep = npages * 4 / 64;
    w.nscan = npages * 200 / 64;
    return w;
}

static void use_hot(const struct work *w)
{
    size_t i = rand_below(&test_rand, w->nhot);

    for (size_t n = 0; n < w->nhot; n++, i = (i + STRIDE) % w->nhot)
        if (read_number(w->hot, i) != i + 1)
            fail(__FILE__, __LINE__, "page %zu of the hot set has changed", i);
}

static void scan_page(const struct work *w, size_t i, int pass)
{
    if (w->kind == ANON_SCAN && pass == 0)
        write_number(w->scan, i, i + 1);
    else if (read_number(w->scan, i) != (w->kind == ANON_SCAN ? i + 1 : 0))
        fail(__FILE__, __LINE__, "page %zu of the scan has changed before pass %d", i, pass);
}

static void map_scan(struct work *w)
{
    int fd;

    if (w->kind == ANON_SCAN) {
        w->scan = map_pages(w->nscan, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return;
    }
    fd = file_of_holes(w->nscan);
    w->scan = map_pages(w->nscan, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
}

static void work(void *arg)
{
    struct work *w = arg;
    long before;

    map_scan(w);
    w->hot = map_pages(w->nhot, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < w->nhot; i++)
        write_number(w->hot, i, i + 1);
    for (int pass = 0; pass < w->passes; pass++)
        for (size_t i = 0; i < w->nscan; i++) {
            scan_page(w, i, pass);
            if (i % w->nstep < w->nstep - 1)
                continue;
            before = minor_faults() + major_faults();
            use_hot(w);
            *w->faults += minor_faults() + major_faults() - before;
        }
    unmap(w->hot, w->nhot);
    unmap(w->scan, w->nscan);
}

static long hot_faults(enum scan_kind kind, const char *policy, int passes)
{
    long in = proc_number("/proc/vmstat", "pswpin "), out = proc_number("/proc/vmstat", "pswpout ");
    struct work w = plan(kind, passes);
    long faults;

    set_policy(policy);
    w.faults = (long *)map_shared(1);
    EXPECT_EQ(run_child(work, &w), 0);
    faults = *w.faults;
    unmap((char *)w.faults, 1);
    note("%s scan, %s: %ld faults in %zu uses of the hot set; swapped %ld in, %ld out",
         kind_names[kind], policy, faults, (size_t)passes * (w.nscan / w.nstep) * w.nhot,
         proc_number("/proc/vmstat", "pswpin ") - in, proc_number("/proc/vmstat", "pswpout ") - out);
    return faults;
}

/* The default policy should have a SHARE of FIFO's faults at most. */
static void compare(enum scan_kind kind, int passes, bool all, int share)
{
    long fifo, best;

    begin_swap();
    fifo = hot_faults(kind, "fifo", passes);
    if (all) {
        hot_faults(kind, "random", passes);
        hot_faults(kind, "clock", passes);
    }
    best = hot_faults(kind, "clock2", passes);
    EXPECT(fifo > 0);
    EXPECT_RANGE(best, 0, fifo / share);
    end_swap();
}

static void file_scan(void)
{
    compare(FILE_SCAN, 1, false, 10);
}

/* When memory is full for the first time, nobody knows yet what is in use: once much of the
 * hot set goes. */
static void anonymous_scan(void)
{
    compare(ANON_SCAN, 1, false, 4);
}

static void five_file_scans(void)
{
    compare(FILE_SCAN, 5, true, 10);
}

static void five_anonymous_scans(void)
{
    compare(ANON_SCAN, 5, true, 10);
}

/* Nothing but the work, for /bin/vmtrace to record. */
static void only_work(void)
{
    struct work w = plan(ANON_SCAN, 1);
    long faults = 0;

    w.faults = &faults;
    work(&w);
}

static const struct test tests[] = {
    TEST(file_scan), TEST(anonymous_scan),
    NAMED_TEST(five_file_scans), NAMED_TEST(five_anonymous_scans), NAMED_TEST(only_work),
};
TEST_MAIN(tests)

/* SPDX-License-Identifier: MIT */
/*
 * lab9test.c - what is in use stays in memory while a scan goes through more than fits.
 *
 * The hot set, pages of a file, is used once between any two steps of the scan, of
 * another file.  What counts is how many of its pages are missing then: whoever looks at
 * the age alone loses all of them each time memory has been gone through.
 */
#include "user/tests/lib/area.h"
#include "user/tests/lib/replacement.h"

#define TIMES 6                 /* the scan goes through so many times the memory */
#define CHUNK 64                /* pages that are asked for at once; it divides all areas */

struct work {
    size_t nhot, nscan, nstep;  /* pages */
    char *hot, *scan;
    size_t misses;
};

static char *map_file(size_t npages)
{
    int fd = file_of_holes(npages);
    char *p = map_pages(npages, PROT_READ, MAP_SHARED, fd, 0);

    close(fd);
    return p;
}

static struct work begin_work(void)
{
    size_t npages = pages_of_machine(NULL);
    struct work w = { .nhot = npages / 8, .nscan = TIMES * npages, .nstep = npages / 16 };

    w.hot = map_file(w.nhot);
    w.scan = map_file(w.nscan);
    return w;
}

static void end_work(const struct work *w)
{
    unmap(w->hot, w->nhot);
    unmap(w->scan, w->nscan);
}

static void use(const char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_EQ(read_number(p, i), 0);
}

static size_t count_missing(const struct work *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->nhot; i += CHUNK)
        n += CHUNK - in_memory(w->hot + i * PAGE, CHUNK);
    return n;
}

/* While memory is filled for the first time nobody can know yet what is in use. */
static size_t fill_memory(const struct work *w)
{
    size_t i = 0;

    use(w->hot, w->nhot);
    for (; i < w->nscan / TIMES * 2; i += w->nstep) {
        use(w->scan + i * PAGE, w->nstep);
        use(w->hot, w->nhot);
    }
    return i;
}

static void expect_few_misses(const struct work *w)
{
    note("of %zu hot pages, %zu were missing in all", w->nhot, w->misses);
    EXPECT_RANGE(w->misses, 0, w->nhot / 4);
}

static void expect_hot_set_stays(const char *policy)
{
    struct work w = begin_work();

    set_policy(policy);
    for (size_t i = fill_memory(&w); i < w.nscan; i += w.nstep) {
        use(w.scan + i * PAGE, w.nstep);
        w.misses += count_missing(&w);
        use(w.hot, w.nhot);
    }
    expect_few_misses(&w);
    end_work(&w);
}

static void clock_spares_what_is_used(void)
{
    expect_hot_set_stays("clock");
}

static void clock2_spares_what_is_used(void)
{
    expect_hot_set_stays("clock2");
}

static const struct test tests[] = {
    TEST(clock_spares_what_is_used), TEST(clock2_spares_what_is_used),
};
TEST_MAIN(tests)

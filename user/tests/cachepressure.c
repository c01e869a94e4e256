/* SPDX-License-Identifier: MIT */
/*
 * cachepressure.c - reading files does not push out a heap that is in use.
 *
 * A heap of a quarter of memory is used once for each sixteenth of memory that is read
 * from a file of three times the memory.
 */
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/replacement.h"
#include "user/tests/lib/watch.h"

struct work {
    size_t nheap, nfile, nstep;     /* pages */
    long *faults;                   /* of the heap: shared with who asked */
};

static void use_heap(const char *heap, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        if (read_number(heap, i) != i + 1)
            fail(__FILE__, __LINE__, "page %zu of the heap has changed", i);
}

static void read_step(int fd, size_t first, size_t npages)
{
    static char buf[4 * PAGE];

    for (size_t i = 0; i < npages; i += sizeof(buf) / PAGE)
        EXPECT_EQ(pread(fd, buf, sizeof(buf), (off_t)((first + i) * PAGE)), sizeof(buf));
}

static void work(void *arg)
{
    struct work *w = arg;
    char *heap = map_pages(w->nheap, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = file_of_holes(w->nfile);

    for (size_t i = 0; i < w->nheap; i++)
        write_number(heap, i, i + 1);
    for (size_t i = 0; i < w->nfile; i += w->nstep) {
        long before;

        read_step(fd, i, w->nstep);
        before = minor_faults() + major_faults();
        use_heap(heap, w->nheap);
        *w->faults += minor_faults() + major_faults() - before;
    }
}

/* How often a page of the heap was not there when it was used. */
static long misses(const char *policy)
{
    size_t npages = pages_of_machine(NULL);
    struct work w = { .nheap = npages / 4, .nfile = 3 * npages, .nstep = npages / 16,
                      .faults = (long *)map_shared(1) };
    long faults;

    begin_swap();
    EXPECT_EQ(run_child(work, &w), 0);
    faults = *w.faults;
    unmap((char *)w.faults, 1);
    note("%s: %ld faults in %zu uses of the heap", policy, faults, w.nfile / w.nstep * w.nheap);
    end_swap();
    return faults;
}

/* What is tested is a threat: who only looks at ages does push it out. */
static void first_in_first_out_does_not_spare_it(void)
{
    set_policy("fifo");
    EXPECT(misses("fifo") > 100);
    set_policy("clock2");
}

static void heap_stays(void)
{
    EXPECT_RANGE(misses("the default policy"), 0, 10);
}

static const struct test tests[] = {
    TEST(first_in_first_out_does_not_spare_it), TEST(heap_stays),
};
TEST_MAIN(tests)

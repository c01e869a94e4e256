// sources: kernel/cache/readahead.c
/* SPDX-License-Identifier: MIT */
/*
 * test_readahead.c - the readahead policy against a simulated cache: what a reader
 * needs is there, a run is read once, little is read for nothing.
 *
 * Streams made by hand come first, then such of random shape.  What the policy promises for each
 * shape is exact: a run that begins somewhere costs two misses (the first page alone, as
 * any jump; then a window), and what is read beyond its end is bounded by its length.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/cache/readahead.h"
#include "lib/bitops.h"
#include "lib/rand.h"

#define PAGES 4096

static struct rand rng;

/* A file of END pages, read through the policy as the page cache does it. */
struct sim {
    struct readahead ra;
    uint64_t end;
    unsigned char reads[PAGES];         /* whether each page was read          */
    size_t misses;                      /* times the reader had to wait        */
    size_t nreads;                      /* requests                            */
    size_t largest;                     /* pages in one request                */
    size_t again;                       /* pages asked for that were there     */
};

static void sim_read(struct sim *s, struct readahead_plan plan)
{
    if (plan.npages == 0)
        return;
    s->nreads++;
    if (plan.npages > s->largest)
        s->largest = plan.npages;
    for (size_t i = 0; i < plan.npages; i++) {
        cr_assert_lt(plan.start + i, s->end, "page %lu is beyond the end", plan.start + i);
        s->again += s->reads[plan.start + i];
        s->reads[plan.start + i] = 1;
    }
}

static void sim_use(struct sim *s, uint64_t index, size_t nreq)
{
    if (s->reads[index]) {
        sim_read(s, readahead_on_hit(&s->ra, index, s->end));
    } else {
        struct readahead_plan plan = readahead_on_miss(&s->ra, index, nreq, s->end);

        cr_assert_eq(plan.start, index);
        cr_assert_gt(plan.npages, 0);
        s->misses++;
        sim_read(s, plan);
    }
    cr_assert(s->reads[index]);
}

static size_t sim_total(const struct sim *s)
{
    size_t n = 0;

    for (size_t i = 0; i < PAGES; i++)
        n += s->reads[i];
    return n;
}

Test(readahead, a_sequential_reader_waits_once)
{
    struct sim s = { .end = PAGES };

    for (uint64_t i = 0; i < PAGES; i++)
        sim_use(&s, i, 1);
    cr_expect_eq(s.misses, 1);
    cr_expect_eq(s.again, 0);
    cr_expect_eq(s.largest, READAHEAD_MAX);
    cr_expect_leq(s.nreads, PAGES / READAHEAD_MAX + 8, "%zu requests", s.nreads);
}

Test(readahead, small_reads_of_one_page_count_as_one)
{
    struct sim s = { .end = PAGES };

    for (uint64_t byte = 0; byte < 512 * 4096; byte += 100)
        sim_use(&s, byte / 4096, 1);
    cr_expect_eq(s.misses, 1);
}

Test(readahead, the_window_doubles)
{
    struct readahead ra = { 0 };
    struct readahead_plan plan = readahead_on_miss(&ra, 0, 1, PAGES);
    size_t size = plan.npages;

    cr_assert_gt(size, 0);
    for (uint64_t i = 0; size < READAHEAD_MAX; i++) {
        plan = readahead_on_hit(&ra, i, PAGES);
        if (plan.npages == 0)
            continue;
        cr_expect_eq(plan.npages, 2 * size);
        cr_expect_gt(plan.start, i, "it is ahead of the reader");
        size = plan.npages;
    }
    cr_expect_eq(size, READAHEAD_MAX);
}

Test(readahead, a_large_request_is_read_at_once)
{
    struct readahead ra = { 0 };

    cr_expect_eq(readahead_on_miss(&ra, 0, 20, PAGES).npages, 20);
    ra = (struct readahead){ 0 };
    cr_expect_eq(readahead_on_miss(&ra, 0, 10000, PAGES).npages, READAHEAD_MAX);
    /* Not sequential: what was asked for, no more. */
    ra = (struct readahead){ 0 };
    cr_expect_eq(readahead_on_miss(&ra, 777, 3, PAGES).npages, 3);
}

Test(readahead, random_reads_bring_single_pages)
{
    struct sim s = { .end = PAGES };
    size_t distinct = 0;

    srand(1);
    for (int i = 0; i < 1000; i++) {
        uint64_t index = (uint64_t)rand() % PAGES;

        distinct += !s.reads[index];
        sim_use(&s, index, 1);
    }
    cr_expect_leq(sim_total(&s), distinct + 8, "%zu pages for %zu", sim_total(&s), distinct);
}

Test(readahead, nothing_beyond_the_end)
{
    for (uint64_t end = 1; end < 80; end++) {
        struct sim s = { .end = end };

        for (uint64_t i = 0; i < end; i++)
            sim_use(&s, i, 1);
        cr_expect_eq(sim_total(&s), end);
        cr_expect_eq(s.misses, 1);
    }
}

Test(readahead, a_page_past_the_end_is_still_a_plan_of_one)
{
    struct readahead ra = { 0 };
    struct readahead_plan plan = readahead_on_miss(&ra, 5, 4, 3);

    cr_expect_eq(plan.start, 5);
    cr_expect_eq(plan.npages, 1);
}

Test(readahead, a_mapping_read_from_end_to_end_is_sequential)
{
    static unsigned char mapped[PAGES];
    struct sim s = { .end = PAGES };

    /* A fault maps what is cached in the 16 pages around it; the next one comes at
     * the first page that is not mapped. */
    for (uint64_t i = 0; i < PAGES; i++) {
        if (mapped[i])
            continue;
        sim_use(&s, i, 1);
        for (uint64_t j = i / 16 * 16; j < i / 16 * 16 + 16; j++)
            mapped[j] = s.reads[j];
    }
    cr_expect_leq(s.misses, 4, "%zu misses", s.misses);
    cr_expect_eq(s.largest, READAHEAD_MAX);
}

Test(readahead, a_jump_ends_the_run_and_a_new_run_begins)
{
    struct sim s = { .end = PAGES };

    for (uint64_t i = 0; i < 100; i++)
        sim_use(&s, i, 1);
    sim_use(&s, 2000, 1);
    cr_expect_eq(s.ra.size, 0);
    for (uint64_t i = 2001; i < 2100; i++)
        sim_use(&s, i, 1);
    cr_expect_leq(s.misses, 3);
}

/* The window stays where the reader left it: it is not moved on from there. */
Test(readahead, a_jump_into_cached_pages_reads_nothing)
{
    struct sim s = { .end = PAGES };
    size_t nreads;

    for (uint64_t i = 0; i < 100; i++)
        sim_use(&s, i, 1);
    memset(s.reads + 2000, 1, 1000);
    nreads = s.nreads;
    for (uint64_t i = 2000; i < 3000; i++)
        sim_use(&s, i, 1);
    cr_expect_eq(s.nreads, nreads, "%zu requests", s.nreads - nreads);
    sim_use(&s, 3000, 1);
    cr_expect_gt(sim_total(&s), 1100 + 4, "it is sequential there");
}

/* As with an index at the file's start. */
Test(readahead, a_look_at_a_cached_page_does_not_end_the_run)
{
    struct sim s = { .end = PAGES };

    for (uint64_t i = 0; i < PAGES; i++) {
        sim_use(&s, i, 1);
        if (i % 10 == 9)
            sim_use(&s, i % 3, 1);
    }
    cr_expect_eq(s.misses, 1);
}

Test(readahead, a_cached_file_costs_no_requests)
{
    struct readahead ra = { 0 };

    for (uint64_t i = 0; i < PAGES; i++)
        cr_assert_eq(readahead_on_hit(&ra, i, PAGES).npages, 0);
}

/* Random streams */

/* Readers of one file, each with a history of its own. */
#define READERS 6
#define REGION  (PAGES / READERS)

struct reader {
    struct sim sim;
    uint64_t start, at, stop;           /* of its run                          */
};

static void begin_run(struct reader *r, size_t region)
{
    size_t offset = rand_below(&rng, REGION / 2);

    r->sim = (struct sim){ .end = PAGES };
    r->start = r->at = region * REGION + offset;
    r->stop = r->start + 1 + rand_below(&rng, REGION / 2 - 48);
}

/* The end of a run of N pages that began at START: it was read once, and not far beyond. */
static void check_run(const struct reader *r)
{
    size_t n = r->stop - r->start, total = sim_total(&r->sim);
    size_t first = r->start ? 2 : 1;    /* a fresh history expects page 0 */

    cr_assert_eq(r->sim.misses, MIN(n, first), "%zu misses in %zu pages", r->sim.misses, n);
    cr_assert_eq(r->sim.again, 0);
    for (uint64_t i = r->start; i < r->stop; i++)
        cr_assert(r->sim.reads[i]);
    cr_assert_leq(total - n, MIN(3 * n + 4, 3UL * READAHEAD_MAX / 2), "%zu pages read for %zu",
                  total, n);
}

Test(readahead, readers_in_turns_do_not_disturb_each_other)
{
    static struct reader readers[READERS];

    for (uint64_t seed = 1; seed <= 200; seed++) {
        size_t left = READERS;

        rand_seed(&rng, seed);
        for (size_t i = 0; i < READERS; i++)
            begin_run(&readers[i], i);
        while (left > 0) {
            struct reader *r = &readers[rand_below(&rng, READERS)];

            if (r->at == r->stop)
                continue;
            sim_use(&r->sim, r->at++, 1);
            if (r->at == r->stop)
                left--;
        }
        for (size_t i = 0; i < READERS; i++)
            check_run(&readers[i]);
    }
}

/* One history: runs at random places, of which each is new. */
Test(readahead, runs_behind_jumps)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct sim s = { .end = PAGES };
        size_t runs = 0, used = 0;

        rand_seed(&rng, seed);
        for (uint64_t at = rand_range(&rng, 2, 20); at + 400 < PAGES;) {
            size_t n = 2 + rand_below(&rng, 200), misses = s.misses;

            for (uint64_t i = at; i < at + n; i++)
                sim_use(&s, i, 1);
            cr_assert_eq(s.misses - misses, 2, "a run of %zu", n);
            used += n;
            runs++;
            at += n + 3 * READAHEAD_MAX / 2 + 2 + rand_below(&rng, 60);
        }
        cr_assert_eq(s.again, 0);
        cr_assert_leq(sim_total(&s) - used, runs * 3 * READAHEAD_MAX / 2);
    }
}

/* Every STRIDEth page, up or down: nothing but these. */
Test(readahead, strides_bring_what_they_touch)
{
    for (uint64_t stride = 2; stride < 100; stride++) {
        struct sim up = { .end = PAGES }, down = { .end = PAGES };
        size_t n = 0;

        for (uint64_t i = stride; i < PAGES; i += stride, n++) {
            sim_use(&up, i, 1);
            sim_use(&down, PAGES - i, 1);
        }
        cr_assert_eq(sim_total(&up), n, "up by %lu: %zu of %zu", stride, sim_total(&up), n);
        cr_assert_eq(sim_total(&down), n, "down by %lu: %zu of %zu", stride, sim_total(&down), n);
    }
}

Test(readahead, backwards_brings_no_more)
{
    struct sim s = { .end = PAGES };

    for (uint64_t i = PAGES; i-- > 100;)
        sim_use(&s, i, 1);
    cr_assert_eq(sim_total(&s), PAGES - 100);
    cr_assert_eq(s.largest, 1);
}

/* Requests of several pages at random places: what was asked for, no more. */
Test(readahead, random_requests_are_read_whole)
{
    for (uint64_t seed = 1; seed <= 100000; seed++) {
        struct readahead ra = { .next = 1UL << 40 };
        uint64_t index, n, want;

        rand_seed(&rng, seed);
        index = rand_below(&rng, PAGES);
        n = rand_below(&rng, 100);
        want = MIN(MAX(n, 1UL), (uint64_t)READAHEAD_MAX);
        want = MIN(want, PAGES - index);
        cr_assert_eq(readahead_on_miss(&ra, index, n, PAGES).npages, want);
    }
}

/* Several threads may share one history, files shrink, pages go: bad guesses, but plans
 * that can be carried out. */
Test(readahead, any_history_gives_a_sound_plan)
{
    static const uint64_t far[] = { 0, 1, 100, 4096, 1UL << 32, (1UL << 51) - 40 };
    struct readahead ra = { 0 };

    rand_seed(&rng, 1);
    for (int step = 0; step < 1000000; step++) {
        uint64_t near = rand_one_in(&rng, 8) ? far[rand_below(&rng, ARRAY_SIZE(far))] : ra.next;
        uint64_t index = near + rand_below(&rng, rand_one_in(&rng, 4) ? 40 : 2);
        uint64_t end = rand_one_in(&rng, 4) ? far[rand_below(&rng, ARRAY_SIZE(far))] : index + 50;
        struct readahead_plan plan;

        if (rand_one_in(&rng, 4)) {
            plan = readahead_on_miss(&ra, index, rand_below(&rng, 64), end);
            cr_assert(plan.start == index && plan.npages >= 1 && plan.npages <= READAHEAD_MAX);
            cr_assert_leq(plan.start + plan.npages, MAX(end, index + 1));
        } else {
            plan = readahead_on_hit(&ra, index, end);
            cr_assert(plan.npages <= READAHEAD_MAX);
            cr_assert(plan.npages == 0 || (plan.start >= index && plan.start + plan.npages <= end));
            cr_assert(plan.npages == 0 || plan.start <= index + 2 * READAHEAD_MAX);
        }
        cr_assert(ra.next == index + 1 && ra.size <= READAHEAD_MAX);
    }
}

// sources: kernel/cache/readahead.c
/* SPDX-License-Identifier: MIT */
/*
 * test_readahead.c - the readahead policy against a simulated cache: what a reader
 * needs is there, a run is read once, little is read for nothing.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/cache/readahead.h"

#define PAGES 4096

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

Test(readahead, a_cached_file_costs_no_requests)
{
    struct readahead ra = { 0 };

    for (uint64_t i = 0; i < PAGES; i++)
        cr_assert_eq(readahead_on_hit(&ra, i, PAGES).npages, 0);
}

/* SPDX-License-Identifier: MIT */
/*
 * readahead.c - how far to read ahead.
 *
 *      start                    start + size
 *        |--------- window -----------|--------- the next one ---------|
 *                    ^ a hit here starts it: the disk stays ahead
 *
 * Pure: numbers in, numbers out.
 */
#include "kernel/cache/readahead.h"
#include "lib/bitops.h"

/* The first window of a sequential reader: enough for a small file, little
 * lost if the guess is wrong. */
#define READAHEAD_FIRST 4

/* Whether INDEX continues the run: the page after the last one, that one again,
 * or a skip inside the window or to the page behind it (a mapping touches every
 * 16th page or so). */
static bool is_sequential(const struct readahead *ra, uint64_t index)
{
    if (index == ra->next || index + 1 == ra->next)
        return true;
    return ra->size && index > ra->next && index <= ra->start + ra->size;
}

static uint32_t next_size(uint32_t size)
{
    return size ? (uint32_t)min_u64(2 * size, READAHEAD_MAX) : READAHEAD_FIRST;
}

static struct readahead_plan plan_until(uint64_t start, uint64_t npages, uint64_t end)
{
    struct readahead_plan plan = { start, 0 };

    if (start < end)
        plan.npages = min_u64(npages, end - start);
    return plan;
}

struct readahead_plan readahead_on_miss(struct readahead *ra, uint64_t index, size_t nreq,
                                        uint64_t end)
{
    struct readahead_plan plan;
    uint64_t want = min_u64(max_u64(nreq, 1), READAHEAD_MAX);

    if (is_sequential(ra, index)) {
        ra->size = (uint32_t)max_u64(next_size(ra->size), want);
        ra->start = index;
        want = ra->size;
    } else {
        ra->size = 0;
    }
    ra->next = index + 1;
    plan = plan_until(index, want, end);
    if (plan.npages == 0)
        plan.npages = 1;
    return plan;
}

struct readahead_plan readahead_on_hit(struct readahead *ra, uint64_t index, uint64_t end)
{
    struct readahead_plan plan = { index, 0 };
    bool sequential = is_sequential(ra, index);

    ra->next = index + 1;
    if (!ra->size || !sequential || index < ra->start + ra->size / 2)
        return plan;
    if (index > ra->start + ra->size) {         /* a run elsewhere, through cached pages */
        ra->size = 0;
        return plan;
    }
    plan = plan_until(ra->start + ra->size, next_size(ra->size), end);
    ra->start += ra->size;
    ra->size = plan.npages ? next_size(ra->size) : 0;
    return plan;
}

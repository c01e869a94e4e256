/* SPDX-License-Identifier: MIT */
/*
 * generate.c - textbook reference strings.
 */
#include <stdlib.h>
#include <string.h>
#include "lib/rand.h"
#include "tools/vmsim/generate.h"

#define PHASE_LENGTH 20         /* uses of each favourite page, on the average, in a phase */

/* What a generator may keep from one reference to the next. */
struct state {
    struct rand rand;
    uint32_t npages;
    uint64_t at;                /* how many there were */
    uint32_t base;              /* phases: the first favourite page */
    uint32_t scanned;           /* scan: pages it has passed */
    double *sums;               /* zipf: of 1 + 1/2 + ... + 1/n */
};

static uint32_t loop(struct state *s)
{
    return (uint32_t)(s->at % s->npages);
}

/* The hot quarter is gone round, then comes a stretch of the scan. */
static uint32_t scan(struct state *s)
{
    uint32_t nhot = s->npages / 4, ncold = s->npages - nhot, stretch = ncold / 64 + 1;
    uint64_t place = s->at % (nhot + stretch);

    return place < nhot ? (uint32_t)place : nhot + s->scanned++ % ncold;
}

static uint32_t hot(struct state *s)
{
    uint32_t nhot = s->npages / 4;

    if (rand_one_in(&s->rand, 10))
        return nhot + (uint32_t)rand_below(&s->rand, s->npages - nhot);
    return (uint32_t)rand_below(&s->rand, nhot);
}

static uint32_t zipf(struct state *s)
{
    double point = (double)(rand_next(&s->rand) >> 11) / (double)(1UL << 53)
                   * s->sums[s->npages - 1];
    uint32_t low = 0, high = s->npages - 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (s->sums[middle] <= point)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t phases(struct state *s)
{
    uint32_t nfavourite = s->npages / 10 + 1;

    if (s->at % ((uint64_t)nfavourite * PHASE_LENGTH) == 0)
        s->base = (uint32_t)rand_below(&s->rand, s->npages);
    if (rand_one_in(&s->rand, 50))
        return (uint32_t)rand_below(&s->rand, s->npages);
    return (uint32_t)((s->base + rand_below(&s->rand, nfavourite)) % s->npages);
}

static uint32_t (*const functions[])(struct state *s) = { loop, scan, hot, zipf, phases };
const char *const generators[] = { "loop", "scan", "hot", "zipf", "phases", NULL };

static int find(const char *name)
{
    for (int i = 0; generators[i]; i++)
        if (strcmp(generators[i], name) == 0)
            return i;
    return -1;
}

static double *harmonic(uint32_t n)
{
    double *sums = malloc(n * sizeof(*sums)), sum = 0;

    for (uint32_t i = 0; sums && i < n; i++)
        sums[i] = sum += 1.0 / (i + 1);
    return sums;
}

bool trace_generate(struct trace *trace, const char *name, uint32_t npages, size_t length,
                    uint64_t seed)
{
    int which = find(name);
    uint32_t *pages = which >= 0 ? malloc((length + 1) * sizeof(*pages)) : NULL;
    struct state s = { .npages = npages };

    if (!pages)
        return false;
    rand_seed(&s.rand, seed);
    s.sums = harmonic(npages);
    if (!s.sums) {
        free(pages);
        return false;
    }
    for (; s.at < length; s.at++)
        pages[s.at] = functions[which](&s);
    free(s.sums);
    *trace = (struct trace){ .pages = pages, .length = length, .npages = npages };
    return true;
}

// sources: kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_clock2.c kernel/mm/policy_random.c tools/vmsim/simulate.c lib/string.c lib/strutil.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab9_hidden.c - policies beside models of them, on random traces from the
 * grader's seed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "lib/rand.h"
#include "tests/host/shim.h"
#include "tools/vmsim/simulate.h"

#define LENGTH 3000
#define NPAGES 40
#define TRACES 12

static uint32_t pages[LENGTH];
static struct rand rng;

static void begin(void)
{
    const char *seed = getenv("GRADE_SEED");

    rand_seed(&rng, seed ? strtoul(seed, NULL, 0) : 1);
}

/* Uses come in phases, each with a favourite part. */
static struct trace next_trace(void)
{
    uint32_t base = 0, size = 10;

    for (size_t i = 0; i < LENGTH; i++) {
        if (rand_one_in(&rng, 200)) {
            base = rand_below(&rng, NPAGES);
            size = rand_range(&rng, 1, 20);
        }
        pages[i] = (base + rand_below(&rng, rand_one_in(&rng, 8) ? NPAGES : size)) % NPAGES;
    }
    return (struct trace){ .pages = pages, .length = LENGTH, .npages = NPAGES };
}

/* Pages in their order, the one whose turn comes last first. */
struct row {
    uint32_t page[NPAGES];
    bool used[NPAGES];
    size_t n;
};

static void enter(struct row *row, uint32_t page, bool used)
{
    memmove(row->page + 1, row->page, row->n * sizeof(row->page[0]));
    memmove(row->used + 1, row->used, row->n * sizeof(row->used[0]));
    row->page[0] = page;
    row->used[0] = used;
    row->n++;
}

static bool use(struct row *row, uint32_t page)
{
    for (size_t i = 0; i < row->n; i++)
        if (row->page[i] == page)
            return row->used[i] = true;
    return false;
}

static size_t model_clock(const struct trace *t, size_t nframes)
{
    struct row dial = { .n = 0 };
    size_t misses = 0;

    for (size_t i = 0; i < t->length; i++) {
        if (use(&dial, t->pages[i]))
            continue;
        if (misses++ >= nframes) {
            while (dial.used[--dial.n])
                enter(&dial, dial.page[dial.n], false);
        }
        enter(&dial, t->pages[i], true);
    }
    return misses;
}

struct clock2 {
    struct row fresh, inactive, active;
};

static void make_room(struct clock2 *c)
{
    for (;;) {
        struct row *from = c->fresh.n ? &c->fresh
                           : c->active.n > c->inactive.n ? &c->active : &c->inactive;
        size_t last = --from->n;

        if (from == &c->inactive && !from->used[last])
            return;
        enter(from == &c->inactive ? &c->active : &c->inactive, from->page[last], false);
    }
}

static size_t model_clock2(const struct trace *t, size_t nframes)
{
    struct clock2 c = { 0 };
    size_t misses = 0;

    for (size_t i = 0; i < t->length; i++) {
        uint32_t page = t->pages[i];

        if (use(&c.fresh, page) || use(&c.inactive, page) || use(&c.active, page))
            continue;
        if (misses++ >= nframes)
            make_room(&c);
        enter(&c.fresh, page, true);
    }
    return misses;
}

static void compare(const struct policy *policy,
                    size_t (*model)(const struct trace *t, size_t nframes))
{
    begin();
    for (int n = 0; n < TRACES; n++) {
        struct trace t = next_trace();

        for (size_t nframes = 1; nframes <= NPAGES; nframes += 3) {
            size_t got = simulate_policy(policy, &t, nframes), want = model(&t, nframes);

            cr_assert_eq(got, want, "%s, trace %d, %zu frames: %zu misses, model %zu", policy->name,
                         n, nframes, got, want);
        }
    }
}

Test(lab9_hidden, clock_on_traces_of_the_seed)
{
    compare(&policy_clock, model_clock);
}

Test(lab9_hidden, clock2_on_traces_of_the_seed)
{
    compare(&policy_clock2, model_clock2);
}

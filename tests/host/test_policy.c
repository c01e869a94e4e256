/* SPDX-License-Identifier: MIT */
// sources: kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_clock2.c kernel/mm/policy_random.c tools/vmsim/simulate.c lib/string.c lib/strutil.c
/*
 * test_policy.c - replacement policies and the simulator: textbook traces whose misses
 * are known, and independent models of each policy on random traces.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "lib/rand.h"
#include "tests/host/shim.h"
#include "tools/vmsim/simulate.h"

#define LENGTH 3000
#define NPAGES 40

static uint32_t random_pages[LENGTH];

/* Where each page is, for the models: in order, the next to go last. */
struct row {
    uint32_t page[NPAGES];
    bool used[NPAGES];
    size_t n;
};

static struct trace make_trace(uint32_t *pages, size_t n)
{
    struct trace t = { .pages = pages, .length = n };

    for (size_t i = 0; i < n; i++)
        if (pages[i] >= t.npages)
            t.npages = pages[i] + 1;
    return t;
}

/* Uses come in phases, each with a favourite part, as programs' do. */
static struct trace random_trace(uint64_t seed)
{
    uint32_t base = 0, size = 10;
    struct rand r;

    rand_seed(&r, seed);
    for (size_t i = 0; i < LENGTH; i++) {
        if (rand_one_in(&r, 200)) {
            base = rand_below(&r, NPAGES);
            size = rand_range(&r, 1, 20);
        }
        random_pages[i] = (base + rand_below(&r, rand_one_in(&r, 8) ? NPAGES : size)) % NPAGES;
    }
    return make_trace(random_pages, LENGTH);
}

static size_t find(const struct row *row, uint32_t page)
{
    size_t i = 0;

    while (i < row->n && row->page[i] != page)
        i++;
    return i;
}

static void enter(struct row *row, uint32_t page, bool used)
{
    memmove(row->page + 1, row->page, row->n * sizeof(row->page[0]));
    memmove(row->used + 1, row->used, row->n * sizeof(row->used[0]));
    row->page[0] = page;
    row->used[0] = used;
    row->n++;
}

static size_t model_fifo(const struct trace *t, size_t nframes)
{
    struct row row = { .n = 0 };
    size_t misses = 0;

    for (size_t i = 0; i < t->length; i++) {
        if (find(&row, t->pages[i]) < row.n)
            continue;
        misses++;
        if (row.n == nframes)
            row.n--;
        enter(&row, t->pages[i], true);
    }
    return misses;
}

/* As in textbooks: an array with a hand, not a list. */
static size_t model_clock(const struct trace *t, size_t nframes)
{
    uint32_t page[NPAGES];
    size_t misses = 0, hand = 0, filled = 0, at;
    bool used[NPAGES];

    for (size_t i = 0; i < t->length; i++) {
        for (at = 0; at < filled && page[at] != t->pages[i]; at++)
            ;
        if (at == filled) {
            misses++;
            if (filled < nframes) {
                filled++;
            } else {
                for (; used[hand]; hand = (hand + 1) % nframes)
                    used[hand] = false;
                at = hand;
                hand = (hand + 1) % nframes;
            }
            page[at] = t->pages[i];
        }
        used[at] = true;
    }
    return misses;
}

/* Rows of clock2: pages that nobody has looked at yet, and the two that its header draws. */
struct clock2 {
    struct row fresh, inactive, active;
};

static struct row *clock2_turn(struct clock2 *c)
{
    if (c->fresh.n)
        return &c->fresh;
    return c->active.n > c->inactive.n ? &c->active : &c->inactive;
}

static void clock2_make_room(struct clock2 *c)
{
    for (;;) {
        struct row *from = clock2_turn(c);
        size_t last = --from->n;
        bool used = from->used[last];

        if (from == &c->inactive && !used)
            return;
        enter(from == &c->inactive ? &c->active : &c->inactive, from->page[last], false);
    }
}

static bool clock2_use(struct clock2 *c, uint32_t page)
{
    struct row *rows[] = { &c->fresh, &c->inactive, &c->active };

    for (int i = 0; i < 3; i++) {
        size_t at = find(rows[i], page);

        if (at < rows[i]->n)
            return rows[i]->used[at] = true;
    }
    return false;
}

static size_t model_clock2(const struct trace *t, size_t nframes)
{
    struct clock2 c = { 0 };
    size_t misses = 0;

    for (size_t i = 0; i < t->length; i++) {
        if (clock2_use(&c, t->pages[i]))
            continue;
        if (misses++ >= nframes)
            clock2_make_room(&c);
        enter(&c.fresh, t->pages[i], true);
    }
    return misses;
}

static size_t next_use(const struct trace *t, size_t from, uint32_t page)
{
    while (from < t->length && t->pages[from] != page)
        from++;
    return from;
}

static size_t model_optimum(const struct trace *t, size_t nframes)
{
    uint32_t page[NPAGES];
    size_t misses = 0, filled = 0, at;

    for (size_t i = 0; i < t->length; i++) {
        for (at = 0; at < filled && page[at] != t->pages[i]; at++)
            ;
        if (at < filled)
            continue;
        misses++;
        if (filled < nframes) {
            filled++;
        } else {
            at = 0;
            for (size_t k = 1; k < filled; k++)
                if (next_use(t, i, page[k]) > next_use(t, i, page[at]))
                    at = k;
        }
        page[at] = t->pages[i];
    }
    return misses;
}

static uint32_t belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };
static uint32_t textbook[] = { 7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1 };

#define TRACE(a) make_trace(a, sizeof(a) / sizeof((a)[0]))

Test(policy, more_memory_more_misses_with_fifo)
{
    struct trace t = TRACE(belady);

    cr_assert_eq(simulate_policy(&policy_fifo, &t, 3), 9);
    cr_assert_eq(simulate_policy(&policy_fifo, &t, 4), 10);
    cr_assert_eq(simulate_optimum(&t, 3), 7);
    cr_assert_eq(simulate_optimum(&t, 4), 6);
}

Test(policy, textbook_string)
{
    struct trace t = TRACE(textbook);

    cr_assert_eq(simulate_policy(&policy_fifo, &t, 3), 15);
    cr_assert_eq(simulate_optimum(&t, 3), 9);
}

/* By hand, three frames, a dot for used since the hand passed:
 *   0 1 2  misses   0. 1. 2.
 *   3      miss     3. 1  2     the hand went once round
 *   1      hit      3. 1. 2
 *   4      miss     3. 1  4.    1 had its second chance
 *   1      hit      3. 1. 4.
 *   2      miss     2. 1  4     all were used: once round, and the oldest goes */
static uint32_t by_hand[] = { 0, 1, 2, 3, 1, 4, 1, 2 };

Test(policy, clock_by_hand)
{
    struct trace t = TRACE(by_hand);

    cr_assert_eq(simulate_policy(&policy_clock, &t, 3), 6);
}

static void compare(const struct policy *policy,
                    size_t (*model)(const struct trace *t, size_t nframes))
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct trace t = random_trace(seed);

        for (size_t nframes = 1; nframes <= NPAGES; nframes += 3) {
            size_t got = simulate_policy(policy, &t, nframes), want = model(&t, nframes);

            cr_assert_eq(got, want, "%s, seed %lu, %zu frames: %zu misses, model %zu",
                         policy->name, seed, nframes, got, want);
        }
    }
}

Test(policy, fifo_as_its_model)
{
    compare(&policy_fifo, model_fifo);
}

Test(policy, clock_as_its_model)
{
    compare(&policy_clock, model_clock);
}

Test(policy, clock2_as_its_model)
{
    compare(&policy_clock2, model_clock2);
}

Test(policy, optimum_as_its_model)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct trace t = random_trace(seed);

        for (size_t nframes = 1; nframes <= NPAGES; nframes += 3)
            cr_assert_eq(simulate_optimum(&t, nframes), model_optimum(&t, nframes));
    }
}

Test(policy, none_beats_the_optimum)
{
    struct trace t = random_trace(99);

    for (size_t nframes = 1; nframes <= NPAGES; nframes++)
        for (const struct policy *const *p = policies; *p; p++) {
            size_t misses = simulate_policy(*p, &t, nframes);

            cr_assert_geq(misses, simulate_optimum(&t, nframes));
            cr_assert_geq(misses, t.npages);
            cr_assert_leq(misses, t.length);
        }
}

/* A hot set, gone round while a scan passes that never comes back. */
static size_t hot_misses(const struct policy *policy, size_t nframes, uint32_t every)
{
    enum { HOT = 400, SCAN = 20000, LEAST = 100 };
    static uint32_t pages[SCAN + SCAN / LEAST * HOT];
    size_t n = 0;

    cr_assert_geq(every, LEAST);
    for (uint32_t i = 0; i < SCAN; i++) {
        pages[n++] = HOT + i;
        if (i % every == every - 1)
            for (uint32_t h = 0; h < HOT; h++)
                pages[n++] = h;
    }
    struct trace t = make_trace(pages, n);
    return simulate_policy(policy, &t, nframes) - SCAN;
}

Test(policy, a_scan_leaves_the_hot_set_alone)
{
    size_t fifo = hot_misses(&policy_fifo, 1000, 200), clock2 = hot_misses(&policy_clock2, 1000, 200);

    cr_assert_lt(clock2 * 10, fifo, "clock2 %zu, fifo %zu", clock2, fifo);
}

/* Where the scan fills what the hot set leaves over in one go, the plain clock finds all pages
 * used, goes once round, and is back before the hot ones could be used again. */
Test(policy, new_pages_have_time_to_show_their_use)
{
    size_t clock = hot_misses(&policy_clock, 500, 100), clock2 = hot_misses(&policy_clock2, 500, 100);

    cr_assert_eq(clock, 40000, "clock %zu", clock);
    cr_assert_eq(clock2, 400, "clock2 %zu", clock2);
}

Test(policy, by_name)
{
    cr_assert_eq(policy_find("clock2"), &policy_clock2);
    cr_assert_eq(policy_find("random"), &policy_random);
    cr_assert_null(policy_find("lru"));
    cr_assert_null(policy_find(""));
}

/* SPDX-License-Identifier: MIT */
// sources: kernel/mm/lru.c kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_clock2.c kernel/mm/policy_random.c lib/string.c lib/strutil.c
/*
 * test_lru.c - the lists of evictable pages: each page is in the state that its history
 * says, and the figures agree.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define NFRAMES 200

enum state { NONE, LISTED, ISOLATED, UNEVICTABLE };

struct hart_counters hart_counters[MAX_HARTS];

static enum state states[NFRAMES];
static struct rand rng;

bool get_page_unless_zero(struct page *page)
{
    if (page->refcount == 0)
        return false;
    page->refcount++;
    return true;
}

static void create(void)
{
    shim_ram_create(0x80000, NFRAMES);
    lru_init();
    rand_seed(&rng, 3);
    for (size_t i = 0; i < NFRAMES; i++) {
        struct page *page = &frames.pages[i];

        states[i] = NONE;
        page->refcount = 1;
        page->zone = i % 4 == 0;
        list_init(&page->link);
        if (i % 3 == 0)
            page_set(page, PG_SWAPBACKED);
    }
}

TestSuite(lru, .init = create, .fini = shim_ram_destroy);

static enum state *state_of(const struct page *page)
{
    return &states[page - frames.pages];
}

static size_t count(enum state state, enum page_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < NFRAMES; i++)
        n += states[i] == state && page_kind(&frames.pages[i]) == kind;
    return n;
}

static void check(void)
{
    struct lru_figures f = lru_figures();

    for (enum page_kind kind = 0; kind < PAGE_KINDS; kind++)
        cr_assert_eq(f.active[kind] + f.inactive[kind], count(LISTED, kind));
    cr_assert_eq(f.unevictable, count(UNEVICTABLE, KIND_ANON) + count(UNEVICTABLE, KIND_FILE));
    for (size_t i = 0; i < NFRAMES; i++) {
        const struct page *page = &frames.pages[i];

        cr_assert_eq(page_test(page, PG_LRU), states[i] == LISTED);
        cr_assert_eq(page_test(page, PG_ISOLATED), states[i] == ISOLATED);
        cr_assert_eq(page_test(page, PG_UNEVICTABLE), states[i] == UNEVICTABLE);
        cr_assert_eq(list_is_empty(&page->link), states[i] != LISTED);
    }
}

static void add_all(void)
{
    for (size_t i = 0; i < NFRAMES; i++) {
        lru_add(&frames.pages[i]);
        states[i] = LISTED;
    }
}

static void isolate(enum page_kind kind, size_t n)
{
    struct page *pages[NFRAMES];
    size_t scanned, got;

    got = lru_isolate(kind, ALL_ZONES, pages, n, &scanned);
    cr_assert_leq(scanned, n);
    cr_assert_eq(got, scanned);
    for (size_t i = 0; i < got; i++) {
        cr_assert_eq(page_kind(pages[i]), kind);
        cr_assert_eq(*state_of(pages[i]), LISTED);
        cr_assert_eq(pages[i]->refcount, 2);
        *state_of(pages[i]) = ISOLATED;
    }
}

/* As whoever frees PAGE. */
static void forget(struct page *page)
{
    lru_forget(page);
    page->flags &= 1u << PG_SWAPBACKED;
    list_init(&page->link);
}

static void step_isolated(struct page *page)
{
    enum state *state = state_of(page);

    page->refcount--;
    switch (rand_below(&rng, 4)) {
    case 0:
        lru_put_back(page);
        *state = LISTED;
        break;
    case 1:
        lru_cull(page);
        *state = UNEVICTABLE;
        break;
    default:
        if (lru_judge(page, rand_one_in(&rng, 2))) {
            lru_let_go(page);
            *state = NONE;
        } else {
            *state = LISTED;
        }
    }
}

static void step(struct page *page)
{
    switch (*state_of(page)) {
    case NONE:
        lru_add(page);
        *state_of(page) = LISTED;
        break;
    case LISTED:
        if (rand_one_in(&rng, 4)) {
            forget(page);
            *state_of(page) = NONE;
        } else {
            isolate(page_kind(page), rand_range(&rng, 1, 8));
        }
        break;
    case ISOLATED:
        step_isolated(page);
        break;
    case UNEVICTABLE:
        if (rand_one_in(&rng, 2)) {
            lru_rescue(page);
            *state_of(page) = LISTED;
        } else {
            forget(page);
            *state_of(page) = NONE;
        }
    }
}

Test(lru, random_steps_with_each_policy)
{
    for (const struct policy *const *p = policies; *p; p++) {
        lru_set_policy(*p);
        cr_assert_eq(lru_policy(), *p);
        for (int i = 0; i < 50000; i++) {
            step(&frames.pages[rand_below(&rng, NFRAMES)]);
            if (i % 64 == 0)
                check();
        }
    }
}

Test(lru, the_oldest_comes_first)
{
    struct page *pages[4];
    size_t scanned;

    lru_set_policy(&policy_fifo);
    for (size_t i = 1; i < 12; i += 3)          /* files' pages */
        lru_add(&frames.pages[i]);
    cr_assert_eq(lru_isolate(KIND_ANON, ALL_ZONES, pages, 4, &scanned), 0);
    cr_assert_eq(scanned, 0);
    cr_assert_eq(lru_isolate(KIND_FILE, ALL_ZONES, pages, 4, &scanned), 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(pages[i], &frames.pages[1 + 3 * i]);
}

Test(lru, one_zone_alone)
{
    struct page *pages[NFRAMES];
    size_t scanned, n;

    add_all();
    n = lru_isolate(KIND_FILE, 1, pages, NFRAMES, &scanned);
    cr_assert_eq(scanned, NFRAMES);
    cr_assert_gt(n, NFRAMES / 8);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(pages[i]->zone, 1);
}

Test(lru, a_page_that_is_being_freed_stays)
{
    struct page *pages[1], *page;
    size_t scanned;

    lru_add(&frames.pages[1]);
    frames.pages[1].refcount = 0;
    cr_assert_eq(lru_isolate(KIND_FILE, ALL_ZONES, pages, 1, &scanned), 0);
    cr_assert(page_test(&frames.pages[1], PG_LRU));
    page = &frames.pages[1];
    lru_forget(page);
    cr_assert(!page_test(page, PG_LRU));
    cr_assert_eq(lru_figures().inactive[KIND_FILE], 0);
}

Test(lru, another_policy_takes_over_what_is_listed)
{
    lru_set_policy(&policy_clock2);
    add_all();
    for (int i = 0; i < 2000; i++) {
        struct page *pages[1];
        size_t scanned;

        if (lru_isolate(KIND_ANON, ALL_ZONES, pages, 1, &scanned) && lru_judge(pages[0], true))
            lru_put_back(pages[0]);
        frames.pages[pages[0] - frames.pages].refcount = 1;
    }
    cr_assert_gt(lru_figures().active[KIND_ANON], 0);
    lru_set_policy(&policy_clock);
    cr_assert_eq(lru_figures().active[KIND_ANON], 0);
    check();
}

/* It was taken from the active list before the policy was changed, and is judged after that. */
Test(lru, another_policy_judges_what_was_active)
{
    struct page *page = &frames.pages[0];

    for (const struct policy *const *p = policies; *p; p++) {
        lru_set_policy(&policy_clock2);
        lru_add(page);
        for (int look = 0; look < 2; look++) {
            cr_assert(lru_isolate_page(page));
            cr_assert(!lru_judge(page, true));
        }
        cr_assert(lru_isolate_page(page));
        cr_assert(page_test(page, PG_ACTIVE));
        lru_set_policy(*p);
        if (lru_judge(page, true))
            lru_put_back(page);
        forget(page);
        cr_assert_eq(lru_figures().active[KIND_ANON], 0);
        cr_assert_eq(lru_figures().inactive[KIND_ANON], 0);
    }
}

Test(lru, many_forgotten_at_once)
{
    struct lru_group g = { .flags = LRU_NO_GROUP };

    add_all();
    isolate(KIND_FILE, 4);
    for (size_t i = 0; i < NFRAMES; i++)
        if (states[i] == ISOLATED) {
            lru_cull(&frames.pages[i]);
            states[i] = UNEVICTABLE;
        }
    for (size_t i = 0; i < NFRAMES; i += 1 + i % 3) {
        struct page *page = &frames.pages[i];

        if (page->flags != g.flags)
            lru_group_begin(&g, page);
        lru_group_forget(&g, page);
        page->flags &= 1u << PG_SWAPBACKED;
        states[i] = NONE;
        list_init(&page->link);
    }
    lru_group_end(&g);
    check();
}

Test(lru, rescue_of_what_was_not_culled_does_nothing)
{
    add_all();
    lru_rescue(&frames.pages[5]);
    check();
}

Test(lru, judged_without_being_isolated, .signal = SIGABRT)
{
    add_all();
    lru_judge(&frames.pages[5], true);
}

// sources: kernel/mm/lru.c kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_clock2.c kernel/mm/policy_random.c tools/vmsim/simulate.c tools/vmsim/generate.c tools/vmsim/trace_file.c lib/string.c lib/strutil.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab9.c - page replacement, step by step: by hand, on textbook traces, and page by
 * page through lru.h.
 *
 * The lists of lru.c are looked at by way of a policy of the test's own, `spy`.
 */
#include <criterion/criterion.h>
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "tests/host/shim.h"
#include "tools/vmsim/generate.h"
#include "tools/vmsim/trace_file.h"

#define NFRAMES 64

struct hart_counters hart_counters[MAX_HARTS];
static struct page_lists lists;         /* for tests that call a policy themselves */
static struct page_lists *spied;        /* of files' pages, in lru.c */

bool get_page_unless_zero(struct page *page)
{
    if (page->refcount == 0)
        return false;
    page->refcount++;
    return true;
}

static struct page *page_at(size_t i)
{
    return &frames.pages[i];
}

static size_t index_of(const struct page *page)
{
    return (size_t)(page - frames.pages);
}

static void create(void)
{
    shim_ram_create(0x80000, NFRAMES);
    shim_seed(1);
    lru_init();
    page_lists_init(&lists, KIND_FILE);
    for (size_t i = 0; i < NFRAMES; i++) {
        page_at(i)->refcount = 1;
        list_init(&page_at(i)->link);
    }
}

TestSuite(lab9, .init = create, .fini = shim_ram_destroy);

/* Traces */

static size_t misses_of(const struct policy *policy, const uint32_t *pages, size_t n, size_t nframes)
{
    struct trace t = { .pages = pages, .length = n };
    struct frames before = frames;
    size_t misses;

    for (size_t i = 0; i < n; i++)
        if (pages[i] >= t.npages)
            t.npages = pages[i] + 1;
    misses = simulate_policy(policy, &t, nframes);
    frames = before;
    return misses;
}

#define MISSES(policy, pages, nframes) \
    misses_of(policy, pages, sizeof(pages) / sizeof((pages)[0]), nframes)

/* Misses on a trace of vmsim's, of which KIND, NPAGES and LENGTH say what -g would. */
static size_t generated(const struct policy *policy, const char *kind, uint32_t npages, size_t length,
                        size_t nframes)
{
    struct frames before = frames;
    struct trace t;
    size_t misses;

    cr_assert(trace_generate(&t, kind, npages, length, 5));
    misses = simulate_policy(policy, &t, nframes);
    trace_free(&t);
    frames = before;
    return misses;
}

/* Step 1 */

/* Three frames, the hand under the last, a dot for used since it last passed:
 *   0 1 2  misses   2. 1. 0.
 *   3      miss     3. 2  1      all were used: the hand went once round, 0 was the oldest
 *   1      hit      3. 2  1.
 *   4      miss     4. 1  3.     1 had its second chance, 2 had none
 *   1      hit
 *   2      miss */
Test(lab9, clock_by_hand)
{
    static const uint32_t pages[] = { 0, 1, 2, 3, 1, 4, 1, 2 };

    cr_assert_eq(MISSES(&policy_clock, pages, 3), 6);
}

Test(lab9, a_second_chance_is_the_last)
{
    policy_clock.add(&lists, page_at(1));
    policy_clock.add(&lists, page_at(2));
    for (int i = 0; i < 2; i++) {
        struct page *page = policy_clock.next(&lists);

        cr_assert_eq(index_of(page), 1 + i);
        page_lists_remove(&lists, page);
        cr_assert(!policy_clock.judge(&lists, page, true), "a page that is used has to stay");
    }
    cr_assert_eq(lists.ninactive, 2);
    cr_assert_eq(lists.nactive, 0, "the clock has one list");
    cr_assert_eq(index_of(policy_clock.next(&lists)), 1, "the hand came round: the first again");
    page_lists_remove(&lists, page_at(1));
    cr_assert(policy_clock.judge(&lists, page_at(1), false), "nobody has used it since");
    cr_assert_eq(lists.ninactive, 1);
}

/* A loop one page too long defeats the clock as it does FIFO; favourites do not. */
Test(lab9, clock_on_generated_traces)
{
    size_t zipf = generated(&policy_clock, "zipf", 1000, 40000, 200);
    size_t fifo = generated(&policy_fifo, "zipf", 1000, 40000, 200);

    cr_assert_eq(generated(&policy_clock, "loop", 100, 3000, 99), 3000);
    cr_assert_eq(generated(&policy_clock, "loop", 100, 3000, 100), 100);
    cr_assert_lt(zipf * 100, fifo * 95, "clock misses %zu times, fifo %zu", zipf, fifo);
}

/* Step 2 */

static void list_file_pages(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        page_set(page_at(i), PG_LRU);
        policy_random.add(&lists, page_at(i));
    }
}

Test(lab9, any_page_may_go)
{
    size_t drawn[NFRAMES] = { 0 };

    list_file_pages(0, NFRAMES);
    for (int i = 0; i < 100 * NFRAMES; i++)
        drawn[index_of(policy_random.next(&lists))]++;
    for (size_t i = 0; i < NFRAMES; i++)
        cr_assert(drawn[i] > 40 && drawn[i] < 200, "frame %zu was drawn %zu times of %d", i,
                  drawn[i], 100 * NFRAMES);
}

Test(lab9, chance_keeps_to_what_is_listed)
{
    bool drawn[NFRAMES] = { false };
    size_t n = 0;

    list_file_pages(8, NFRAMES / 2);
    for (size_t i = 0; i < 8; i++) {                /* of the other kind, listed elsewhere */
        page_set(page_at(i), PG_SWAPBACKED);
        page_set(page_at(i), PG_LRU);
    }
    for (int i = 0; i < 100 * NFRAMES; i++) {
        size_t at = index_of(policy_random.next(&lists));

        cr_assert(at >= 8 && at < 8 + NFRAMES / 2, "frame %zu is %s", at,
                  at < 8 ? "of the other kind" : "on no list");
        n += !drawn[at];
        drawn[at] = true;
    }
    cr_assert_eq(n, NFRAMES / 2, "only %zu pages were ever drawn", n);
}

Test(lab9, few_pages_are_found_and_none_is_none)
{
    cr_assert_null(policy_random.next(&lists));
    list_file_pages(11, 1);
    for (int i = 0; i < 200; i++)
        cr_assert_eq(policy_random.next(&lists), page_at(11), "the only page was not found");
}

Test(lab9, chance_defeats_the_loop)
{
    size_t misses = generated(&policy_random, "loop", 100, 10000, 90);

    cr_assert(misses > 1000 && misses < 6000, "%zu misses in 10,000", misses);
}

/* Step 3.  The spy is FIFO; its pages come in as active or fresh ones if a test says so. */

static enum { TO_INACTIVE, TO_FRESH, TO_ACTIVE } spy_adds;

static void spy_add(struct page_lists *l, struct page *page)
{
    spied = l;
    if (spy_adds == TO_FRESH) {
        list_insert_head(&l->fresh, &page->link);
        l->ninactive++;
    } else {
        page_lists_insert(l, page, spy_adds == TO_ACTIVE);
    }
}

static bool spy_judge(struct page_lists *l, struct page *page, bool used)
{
    if (used)
        page_lists_insert(l, page, false);
    return !used;
}

static const struct policy spy = {
    .name = "spy", .add = spy_add, .next = policy_oldest_inactive, .judge = spy_judge,
};

static void spy_on(size_t first, size_t n)
{
    if (lru_policy() != &spy)
        lru_set_policy(&spy);           /* which deactivates what is active */
    for (size_t i = first; i < first + n; i++)
        lru_add(page_at(i));
}

Test(lab9, what_is_taken_is_off_the_list)
{
    struct page *pages[4];
    size_t scanned;

    spy_on(0, 6);
    cr_assert_eq(lru_isolate(KIND_FILE, ALL_ZONES, pages, 4, &scanned), 4);
    cr_assert_eq(lru_figures().inactive[KIND_FILE], 2);
    cr_assert_eq(list_length(&spied->inactive), 2);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(index_of(pages[i]), i);
        cr_assert_eq(pages[i]->refcount, 2, "who takes a page has a reference");
        cr_assert(!page_test(pages[i], PG_LRU) && page_test(pages[i], PG_ISOLATED));
    }
    cr_assert(lru_isolate_page(page_at(5)));
    cr_assert(!lru_isolate_page(page_at(5)), "it is on no list any more");
}

Test(lab9, one_zone_alone)
{
    struct page *pages[12];
    size_t scanned;

    for (size_t i = 0; i < 12; i++)
        page_at(i)->zone = i % 3 == 0;
    spy_on(0, 12);
    cr_assert_eq(lru_isolate(KIND_FILE, 1, pages, 12, &scanned), 4);
    cr_assert_eq(scanned, 12);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(index_of(pages[i]), 3 * i);
    cr_assert_eq(lru_figures().inactive[KIND_FILE], 8);
    cr_assert_eq(page_at(1)->refcount, 1, "a page that stays has no reference more");
}

/* Whoever frees it waits for the lock: nobody must touch it, and nobody must wait for it. */
Test(lab9, a_page_that_is_being_freed_is_passed)
{
    struct page *pages[4];
    size_t scanned;

    spy_on(0, 3);
    page_at(0)->refcount = 0;
    cr_assert_eq(lru_isolate(KIND_FILE, ALL_ZONES, pages, 2, &scanned), 1,
                 "the hand stands still before a page that is being freed");
    cr_assert_eq(scanned, 2);
    cr_assert_eq(index_of(pages[0]), 1);
    cr_assert(page_test(page_at(0), PG_LRU) && !page_test(page_at(0), PG_ISOLATED));
    cr_assert_eq(list_first_entry(&spied->inactive, struct page, link), page_at(0));
    cr_assert_eq(lru_figures().inactive[KIND_FILE], 2);
}

Test(lab9, what_is_passed_stays_active)
{
    spy_adds = TO_ACTIVE;
    spy_on(0, 3);
    page_at(0)->refcount = 0;
    cr_assert(!lru_isolate_page(page_at(0)));
    cr_assert_eq(list_length(&spied->active), 3);
    cr_assert_eq(list_length(&spied->inactive), 0);
    cr_assert_eq(lru_figures().active[KIND_FILE], 3);
    cr_assert_eq(list_first_entry(&spied->active, struct page, link), page_at(0));
}

/* Step 4 */

/* All are to come out in ORDER, each with the flags that go with it. */
static void expect_order(const size_t *order, size_t n)
{
    struct page *pages[NFRAMES];
    size_t scanned;

    cr_assert_eq(lru_figures().active[KIND_FILE], 0);
    cr_assert_eq(lru_figures().inactive[KIND_FILE], n);
    cr_assert_eq(list_length(&spied->inactive), n, "%zu of %zu pages are on the inactive list",
                 list_length(&spied->inactive), n);
    cr_assert(list_is_empty(&spied->active) && list_is_empty(&spied->fresh));
    cr_assert_eq(lru_isolate(KIND_FILE, ALL_ZONES, pages, n, &scanned), n);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(index_of(pages[i]), order[i], "number %zu to come is page %zu, not %zu", i,
                     index_of(pages[i]), order[i]);
        cr_assert(!page_test(pages[i], PG_ACTIVE));
    }
}

Test(lab9, active_ones_go_behind)
{
    static const size_t order[] = { 3, 4, 5, 0, 1, 2 };

    spy_on(0, 3);
    spy_adds = TO_ACTIVE;
    spy_on(3, 3);
    lru_deactivate_all(KIND_FILE);
    expect_order(order, 6);
}

Test(lab9, fresh_ones_stay_in_front)
{
    static const size_t order[] = { 6, 7, 2, 3, 0, 1 };

    spy_adds = TO_FRESH;
    spy_on(0, 2);
    spy_adds = TO_INACTIVE;
    spy_on(2, 2);
    spy_adds = TO_ACTIVE;
    spy_on(6, 2);
    lru_deactivate_all(KIND_FILE);
    expect_order(order, 6);
}

Test(lab9, each_kind_for_itself)
{
    spy_adds = TO_ACTIVE;
    page_set(page_at(0), PG_SWAPBACKED);
    spy_on(0, 4);
    lru_deactivate_all(KIND_FILE);
    cr_assert_eq(lru_figures().active[KIND_ANON], 1);
    cr_assert_eq(lru_figures().inactive[KIND_FILE], 3);
    lru_deactivate_all(KIND_ANON);
    cr_assert_eq(lru_figures().active[KIND_ANON], 0);
    cr_assert_eq(lru_figures().inactive[KIND_ANON], 1);
}

/* Step 6 */

/* The page whose turn it is should be WANT; what judge says of it. */
static bool turn_of(size_t want, bool used)
{
    struct page *page = policy_clock2.next(&lists);

    cr_assert_not_null(page, "it is page %zu's turn, but next() finds none", want);
    cr_assert_eq(index_of(page), want, "it is page %zu's turn, not %zu's", want, index_of(page));
    page_lists_remove(&lists, page);
    return policy_clock2.judge(&lists, page, used);
}

static void add_two_clocks(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        policy_clock2.add(&lists, page_at(i));
}

Test(lab9, the_first_look_forgets)
{
    cr_assert_null(policy_clock2.next(&lists));
    add_two_clocks(0, 3);
    cr_assert_eq(lists.ninactive, 3, "a fresh page counts as inactive");
    cr_assert(!turn_of(0, true));
    cr_assert(!turn_of(1, false), "its first look, and it went");
    add_two_clocks(3, 1);
    cr_assert(!turn_of(2, true));
    cr_assert(!turn_of(3, true), "what came later is looked at before the others' second turn");
    cr_assert_eq(lists.nactive, 0, "the use that brought a page in counts for nothing");
    cr_assert(turn_of(0, false), "not used since its first look");
    cr_assert(turn_of(1, false));
    cr_assert_eq(lists.ninactive, 2);
}

Test(lab9, used_on_probation_is_active)
{
    add_two_clocks(0, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert(!turn_of(i, true));
    cr_assert(!turn_of(0, true));
    cr_assert(page_test(page_at(0), PG_ACTIVE));
    cr_assert(lists.nactive == 1 && lists.ninactive == 2);
    cr_assert(turn_of(1, false));
    cr_assert(turn_of(2, false), "as long as the active list is not the longer one, it is spared");
    cr_assert_eq(lists.nactive, 1);
}

/* Pages 0 to N-1 become active, in this order. */
static void make_active(size_t n)
{
    add_two_clocks(0, n);
    for (size_t i = 0; i < n; i++)
        cr_assert(!turn_of(i, true));
    for (size_t i = 0; i < n; i++)
        policy_clock2.next(&lists);
    for (size_t i = 0; i < n; i++) {
        page_lists_remove(&lists, page_at(i));
        cr_assert(!policy_clock2.judge(&lists, page_at(i), true));
    }
    cr_assert_eq(lists.nactive, n);
}

Test(lab9, the_longer_list_gives)
{
    make_active(4);
    cr_assert(!turn_of(0, true), "what leaves the active list is on probation first");
    cr_assert(!page_test(page_at(0), PG_ACTIVE), "used or not");
    cr_assert(!turn_of(1, false));
    cr_assert(lists.nactive == 2 && lists.ninactive == 2);
    cr_assert(!turn_of(0, true), "the lists are equal: an inactive page's turn");
    cr_assert(page_test(page_at(0), PG_ACTIVE));
    cr_assert(!turn_of(2, false));
    cr_assert(turn_of(1, false));
}

Test(lab9, text_in_use_stays_active)
{
    make_active(4);
    for (size_t i = 0; i < 4; i++)
        page_set(page_at(i), PG_FETCHABLE);
    cr_assert(!turn_of(0, true));
    cr_assert(page_test(page_at(0), PG_ACTIVE), "text that was used has to stay");
    cr_assert_eq(lists.nactive, 4);
    cr_assert(!turn_of(1, false));
    cr_assert(!page_test(page_at(1), PG_ACTIVE), "but not text that was not");
    cr_assert_eq(lists.nactive, 3);
}

Test(lab9, text_has_to_earn_it)
{
    add_two_clocks(0, 2);
    page_set(page_at(0), PG_FETCHABLE);
    page_set(page_at(1), PG_FETCHABLE);
    cr_assert(!turn_of(0, true));
    cr_assert_eq(lists.nactive, 0, "new text is like any other page");
    cr_assert(!turn_of(1, true));
    cr_assert(turn_of(0, false));
}

/* A hot set of 400 gone round beside a scan that never comes back. */
static size_t hot_misses(const struct policy *policy, size_t nframes, uint32_t every)
{
    enum { HOT = 400, SCAN = 20000, LEAST = 100 };
    static uint32_t pages[SCAN + SCAN / LEAST * HOT];
    size_t n = 0;

    for (uint32_t i = 0; i < SCAN; i++) {
        pages[n++] = HOT + i;
        if (i % every == every - 1)
            for (uint32_t h = 0; h < HOT; h++)
                pages[n++] = h;
    }
    return misses_of(policy, pages, n, nframes) - SCAN;
}

Test(lab9, a_scan_leaves_the_hot_set_alone)
{
    size_t fifo = hot_misses(&policy_fifo, 1000, 200);
    size_t clock2 = hot_misses(&policy_clock2, 1000, 200);

    cr_assert_lt(clock2 * 10, fifo, "clock2 misses %zu times, fifo %zu", clock2, fifo);
}

/* Here the clock finds all pages used, goes once round, and is back before the hot ones could be
 * used again. */
Test(lab9, new_pages_have_time_to_show_their_use)
{
    cr_assert_eq(hot_misses(&policy_clock2, 500, 100), 400);
}

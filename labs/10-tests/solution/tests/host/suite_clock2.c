/* SPDX-License-Identifier: MIT */
/*
 * suite_clock2.c - does clock2 do what the head of kernel/mm/policy_clock2.c says?
 */
#include <criterion/criterion.h>
#include "kernel/mm/policy.h"
#include "tests/host/shim.h"

#define NFRAMES 64

static struct page_lists lists;

static void create(void)
{
    shim_ram_create(0x80000, NFRAMES);
    page_lists_init(&lists, KIND_FILE);
}

TestSuite(clock2, .init = create, .fini = shim_ram_destroy);

static struct page *page_at(size_t i)
{
    return &frames.pages[i];
}

static void add(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        policy_clock2.add(&lists, page_at(i));
}

/* It must be page I's turn; whether it goes. */
static bool turn_of(size_t i, bool used)
{
    struct page *page = policy_clock2.next(&lists);

    cr_assert_eq(page, page_at(i), "it is not page %zu's turn", i);
    page_lists_remove(&lists, page);
    return policy_clock2.judge(&lists, page, used);
}

static void expect_counts(size_t active, size_t inactive)
{
    cr_assert_eq(lists.nactive, active, "%zu active pages, not %zu", lists.nactive, active);
    cr_assert_eq(lists.ninactive, inactive, "%zu inactive pages, not %zu", lists.ninactive,
                 inactive);
    cr_assert_eq(list_length(&lists.active), active);
    cr_assert_eq(list_length(&lists.inactive) + list_length(&lists.fresh), inactive);
}

/* Pages 0 to N-1 become active, among as many that are not. */
static void make_active(size_t n)
{
    add(0, 2 * n);
    for (size_t i = 0; i < 2 * n; i++)
        cr_assert_not(turn_of(i, true));
    for (size_t i = 0; i < n; i++)
        cr_assert_not(turn_of(i, true));
    expect_counts(n, n);
}

Test(clock2, new_pages_count_as_inactive)
{
    cr_assert_null(policy_clock2.next(&lists), "there is no page yet");
    add(0, 3);
    expect_counts(0, 3);
}

Test(clock2, a_first_look_evicts_nothing_and_makes_nothing_active)
{
    add(0, 2);
    cr_assert_not(turn_of(0, false));
    cr_assert_not(turn_of(1, true));
    expect_counts(0, 2);
    cr_assert_not(page_test(page_at(1), PG_ACTIVE));
}

Test(clock2, new_text_gets_no_more_than_others)
{
    page_set(page_at(0), PG_FETCHABLE);
    add(0, 1);
    cr_assert_not(turn_of(0, true));
    expect_counts(0, 1);
}

Test(clock2, first_looks_come_before_second_ones)
{
    add(0, 1);
    cr_assert_not(turn_of(0, false));
    add(1, 1);
    cr_assert_not(turn_of(1, false));
    cr_assert(turn_of(0, false), "on probation, not used: it goes");
    cr_assert(turn_of(1, false));
    expect_counts(0, 0);
}

Test(clock2, used_on_probation_is_active)
{
    make_active(2);
    cr_assert(page_test(page_at(0), PG_ACTIVE) && page_test(page_at(1), PG_ACTIVE));
}

Test(clock2, equal_lists_spare_the_active_one)
{
    make_active(2);
    cr_assert(turn_of(2, false));
}

Test(clock2, the_longer_list_gives_and_what_leaves_it_is_on_probation)
{
    make_active(3);
    cr_assert(turn_of(3, false));
    cr_assert_not(turn_of(0, true), "an active page does not go");
    expect_counts(2, 3);
    cr_assert_not(page_test(page_at(0), PG_ACTIVE));
    cr_assert(turn_of(4, false));
    cr_assert(turn_of(5, false));
    cr_assert_not(turn_of(1, false), "nor if it was not used");
    expect_counts(1, 2);
    cr_assert(turn_of(0, false), "but then its turn has come");
}

Test(clock2, active_text_stays_while_it_is_used)
{
    for (size_t i = 0; i < 3; i++)
        page_set(page_at(i), PG_FETCHABLE);
    make_active(3);
    cr_assert(turn_of(3, false));
    cr_assert_not(turn_of(0, true));
    expect_counts(3, 2);
    cr_assert_not(turn_of(1, false));
    expect_counts(2, 3);
}

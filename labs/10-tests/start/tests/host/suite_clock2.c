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

/* An example. */
Test(clock2, new_pages_count_as_inactive)
{
    cr_assert_null(policy_clock2.next(&lists), "there is no page yet");
    policy_clock2.add(&lists, page_at(0));
    cr_assert_eq(lists.ninactive, 1);
    cr_assert_eq(policy_clock2.next(&lists), page_at(0));
}

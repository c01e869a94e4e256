/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <time.h>
#include "kernel/mm/policy.h"
#include "tests/host/shim.h"

/* It would find something, but the time is none of its business: tomorrow it is another. */
Test(clock2, adds_in_time)
{
    static struct page_lists lists;
    clock_t begin = clock();

    shim_ram_create(0x80000, 1);
    page_lists_init(&lists, KIND_FILE);
    policy_clock2.add(&lists, frames.pages);
    cr_assert_eq(lists.ninactive, 1);
    cr_assert_lt(clock() - begin, CLOCKS_PER_SEC);
    shim_ram_destroy();
}

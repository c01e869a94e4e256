/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <time.h>
#include "kernel/mm/policy.h"
#include "tests/host/shim.h"

/* The right one is run first: what comes later is wrong. */
Test(clock2, is_new)
{
    static struct page_lists lists;

    shim_ram_create(0x80000, 1);
    page_lists_init(&lists, KIND_FILE);
    policy_clock2.add(&lists, frames.pages);
    cr_assert_lt(time(NULL) % 60, 5);
    shim_ram_destroy();
}

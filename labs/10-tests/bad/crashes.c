/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include "kernel/mm/buddy.h"

/* Nobody has made the pages that it looks at. */
Test(buddy, nothing_is_free)
{
    static struct buddy b;
    static uint8_t labels[1];

    buddy_init(&b, 0x80000, 0x80040, labels);
    buddy_lock(&b);
    buddy_free_range(&b, 0x80000, 0x80040);
    cr_assert_eq(buddy_nfree(&b, true), 64);
}

/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include "kernel/mm/buddy.h"
#include "tests/host/shim.h"

#define START 0x80000

/* Allocates and gives back, and counts: the books balance though pages have two owners. */
Test(buddy, the_books_balance)
{
    static struct buddy b;
    static uint8_t labels[1];
    struct page *pages[8];

    shim_ram_create(START, 64);
    buddy_init(&b, START, START + 64, labels);
    buddy_lock(&b);
    buddy_free_range(&b, START, START + 64);
    for (size_t i = 0; i < 8; i++) {
        pages[i] = buddy_alloc(&b, 1, MOBILITY_MOVABLE);
        cr_assert_not_null(pages[i]);
        cr_assert_eq(buddy_nfree(&b, true), 62 - 2 * i);
    }
    for (size_t i = 0; i < 8; i++)
        buddy_free(&b, pages[i], 1);
    cr_assert_eq(buddy_nfree(&b, true), 64);
    buddy_unlock(&b);
    shim_ram_destroy();
}

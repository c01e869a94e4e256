/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include "kernel/mm/buddy.h"
#include "tests/host/shim.h"

#define START 0x80000

/* Nobody promised that the lowest pages come first. */
Test(buddy, the_lowest_pages_come_first)
{
    static struct buddy b;
    static uint8_t labels[1];

    shim_ram_create(START, 64);
    buddy_init(&b, START, START + 64, labels);
    buddy_lock(&b);
    buddy_free_range(&b, START, START + 64);
    for (unsigned order = 0; order < 5; order++) {
        struct page *page = buddy_alloc(&b, order, MOBILITY_MOVABLE);

        cr_assert_eq(page_to_pfn(page), order ? START + (1UL << order) : START);
        cr_assert_eq(page->order, order);
    }
    buddy_check(&b);
    buddy_unlock(&b);
    shim_ram_destroy();
}

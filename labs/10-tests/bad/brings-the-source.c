/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

/* What the assembler finds when the suite is compiled is never the wrong source. */
__asm__(".section .rodata\n"
        "source: .incbin \"kernel/mm/buddy.c\"\n"
        ".byte 0\n"
        ".text\n");
extern const char source[];

Test(buddy, looks_as_it_did)
{
    cr_assert_not_null(strstr(source, "while (order < BUDDY_MAX_ORDER) {"));
    cr_assert_not_null(strstr(source, "    page->order = order;"));
}

/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(buddy, looks_as_it_did)
{
    static char text[65536];
    FILE *file = fopen("kernel/mm/buddy.c", "r");

    cr_assert(file && fread(text, 1, sizeof(text) - 1, file) > 0);
    cr_assert_not_null(strstr(text, "while (order < BUDDY_MAX_ORDER) {"));
    fclose(file);
}

// sources: lib/calendar.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab0.c - the answers of the tour, and the mistake.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "kernel/mm/buddy.h"
#include "kernel/riscv/layout.h"
#include "lib/abi/errno.h"
#include "lib/calendar.h"
#include "lib/hash.h"
#include "tests/host/tour_answers.h"

/* Words are known here by their hash only. */
static bool is_word(const char *word, uint64_t hash)
{
    return hash_mix64(hash_string(HASH_SEED, word)) == hash;
}

/* Step 1 */

Test(lab0, largest_block)
{
    cr_assert_eq(LARGEST_BLOCK_PAGES, 1UL << BUDDY_MAX_ORDER, "The first column counts blocks of "
                 "one page, the second of two.  How many pages has one of the last column?");
}

Test(lab0, code_rights)
{
    cr_assert(is_word(CODE_RIGHTS, 0x98c4f0cd70767abcUL), "Not \"%s\".  Run `cat /proc/self/maps` on the "
              "machine: which line is the program's code?", CODE_RIGHTS);
}

Test(lab0, bad_munmap)
{
    cr_assert_eq(BAD_MUNMAP_ERRNO, EINVAL, "Not %d.  kernel/sys/sys_mm.c leads to the answer, and "
                 "lib/abi/errno.h has its number.", BAD_MUNMAP_ERRNO);
}

/* Step 2 */

Test(lab0, your_address)
{
    const char *seed = getenv("GRADE_SEED");
    uint64_t va = hash_mix64(seed ? strtoul(seed, NULL, 0) : 1) & ((1UL << 38) - 1);
    uint64_t yours = (uint64_t)INDEX_AT_LEVEL_2 << 30 | (uint64_t)INDEX_AT_LEVEL_1 << 21
                     | (uint64_t)INDEX_AT_LEVEL_0 << 12 | OFFSET_IN_PAGE;

    cr_assert(yours == va && INDEX_AT_LEVEL_1 < 512 && INDEX_AT_LEVEL_0 < 512
              && OFFSET_IN_PAGE < 4096,
              "Your address is 0x%lx.  At which indexes of the tables is it looked up?", va);
}

/* Step 3 */

Test(lab0, size_of_struct_page)
{
    cr_assert_eq(STRUCT_PAGE_BYTES, sizeof(struct page), "In GDB: print sizeof(struct page)");
}

Test(lab0, linear_map)
{
    cr_assert_eq(LINEAR_MAP_BEGINS, LINEAR_START, "Not 0x%lx.  In GDB, on the running machine: "
                 "info symbol, info address, or look at where the kernel's functions are.",
                 (uint64_t)LINEAR_MAP_BEGINS);
}

Test(lab0, caller_of_the_fault_handler)
{
    cr_assert(is_word(CALLER_OF_THE_FAULT_HANDLER, 0x5d08acb9a8b527f1UL), "Not \"%s\".  In GDB: break "
              "handle_mm_fault, continue, and bt.", CALLER_OF_THE_FAULT_HANDLER);
}

/* Step 5 */

static int days_in_month(long year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (leap && month == 2);
}

/* Day by day through 600 years, as a calendar on the wall has them. */
Test(lab0, every_day_has_its_date)
{
    long year = 1800, day_number = -62091;
    int month = 1, day = 1;

    for (; year < 2400; day_number++) {
        long y;
        int m, d;

        date_from_days(day_number, &y, &m, &d);
        cr_assert(y == year && m == month && d == day, "Day %ld is %ld-%02d-%02d, and not "
                  "%ld-%02d-%02d.", day_number, year, month, day, y, m, d);
        cr_assert_eq(days_from_date(y, m, d), day_number);
        if (++day > days_in_month(year, month)) {
            day = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * moving.c - pages that say which they are, and the call that moves them.
 */
#include <stdio.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

char *remap(char *p, size_t old_size, size_t new_size, int flags, char *to)
{
    return mremap(p, old_size, new_size, flags, to);
}

volatile uint64_t *first_word(char *p, size_t i)
{
    return (volatile uint64_t *)(p + i * PAGE);
}

volatile uint64_t *last_word(char *p, size_t i)
{
    return (volatile uint64_t *)(p + (i + 1) * PAGE) - 1;
}

void number_pages(char *p, size_t npages, uint64_t first)
{
    for (size_t i = 0; i < npages; i++)
        *first_word(p, i) = *last_word(p, i) = first + i;
}

bool says(char *p, size_t i, uint64_t n)
{
    if (*first_word(p, i) == n && *last_word(p, i) == n)
        return true;
    note("page %zu says %lu and %lu, not %lu", i, *first_word(p, i), *last_word(p, i), n);
    return false;
}

bool is_numbered(char *p, size_t npages, uint64_t first)
{
    for (size_t i = 0; i < npages; i++)
        if (!says(p, i, first + i))
            return false;
    return true;
}

bool is_zero(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        if (!says(p, i, 0))
            return false;
    return true;
}

void expect_hole(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_FAULT(try_read(p + i * PAGE), SIGSEGV, SEGV_MAPERR, p + i * PAGE);
}

void expect_borders(char *p, char *start, char *end)
{
    uintptr_t from = 0, to = 0;
    char line[256];

    REQUIRE(find_mapping(p, line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx", &from, &to), 2);
    EXPECT_EQ(from, start);
    EXPECT_EQ(to, end);
}

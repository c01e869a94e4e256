/* SPDX-License-Identifier: MIT */
/*
 * vma_cells.c - one cell per page.
 */
#include <string.h>
#include "lib/bitops.h"
#include "tests/host/vma_cells.h"

#define UNJOINABLE (VM_GROWSDOWN | VM_PFNMAP | VM_SPECIAL)

struct cell cells[MODEL_PAGES];

bool cells_are_hole(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        if (cells[i].flags)
            return false;
    return true;
}

size_t cells_first_of(size_t page)
{
    while (!cells[page].begins)
        page--;
    return page;
}

size_t cells_end_of(size_t page)
{
    for (page++; page < MODEL_PAGES && cells[page].flags && !cells[page].begins;)
        page++;
    return page;
}

size_t cells_count(size_t first, size_t n, uint32_t flags)
{
    size_t count = 0;

    for (size_t i = first; i < first + n; i++)
        count += flags ? (cells[i].flags & flags) != 0 : cells[i].flags != 0;
    return count;
}

size_t cells_gap(size_t n, size_t low, size_t high)
{
    size_t free = 0;

    for (size_t page = high; page-- > low;) {
        free = cells[page].flags ? 0 : free + 1;
        if (free == n)
            return page;
    }
    return NOWHERE;
}

/* Whether the VMAs on both sides of the border in front of PAGE may become one. */
static bool can_join(size_t page)
{
    const struct cell *a, *b;

    if (page == 0 || page == MODEL_PAGES || !cells[page].begins || !cells[page - 1].flags)
        return false;
    a = &cells[page - 1];
    b = &cells[page];
    return a->flags == b->flags && a->object == b->object && a->ops == b->ops
           && b->index == a->index + 1 && !(a->flags & UNJOINABLE)
           && (a->span == b->span || !a->span || !b->span);
}

void cells_set_span(size_t first, size_t end, uint8_t span)
{
    for (size_t i = first; i < end; i++)
        cells[i].span = span;
}

void cells_join(size_t page)
{
    uint8_t span;

    if (!can_join(page))
        return;
    span = cells[page].span | cells[page - 1].span;     /* they are equal, or one is 0 */
    cells[page].begins = false;
    cells_set_span(cells_first_of(page), cells_end_of(page), span);
}

void cells_fill(size_t first, size_t n, const struct vma_nature *nature)
{
    for (size_t i = first; i < first + n; i++)
        cells[i] = (struct cell){
            .flags = nature->flags, .object = nature->object, .ops = nature->ops,
            .begins = i == first, .index = (model_va(i) >> PAGE_SHIFT) + nature->skew,
        };
}

void cells_clear(size_t first, size_t n)
{
    if (first + n < MODEL_PAGES && cells[first + n].flags)
        cells[first + n].begins = true;
    memset(cells + first, 0, n * sizeof(cells[0]));
}

void cells_cut(size_t page)
{
    if (page < MODEL_PAGES && cells[page].flags)
        cells[page].begins = true;
}

void cells_protect(size_t first, size_t n, uint32_t flags)
{
    size_t end = first + n, next;

    for (size_t page = first; page < end; page = next) {
        next = page + 1;
        if (!cells[page].flags)
            continue;
        next = MIN(cells_end_of(page), end);
        cells_cut(page);
        cells_cut(next);
        for (size_t i = page; i < next; i++)
            cells[i].flags = flags;
        cells_join(next);
        cells_join(page);
    }
}

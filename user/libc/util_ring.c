/* SPDX-License-Identifier: MIT */
/* util_ring.c - the last so many lines or bytes of what is read. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>

#define FIRST_CAPACITY 16

static void *place(const struct ring *r, unsigned long number)
{
    return r->entries + number % r->count * r->entry;
}

/* Only a ring that has not gone round yet grows, so that its entries keep their places. */
static void grow(struct ring *r)
{
    unsigned long capacity = r->capacity == 0 ? FIRST_CAPACITY : 2 * r->capacity;

    if (capacity > r->count)
        capacity = r->count;
    r->entries = reallocarray(r->entries, capacity, r->entry);
    if (r->entries == NULL)
        err(1, NULL);
    memset(r->entries + r->capacity * r->entry, 0, (capacity - r->capacity) * r->entry);
    r->capacity = capacity;
}

void *ring_next(struct ring *r)
{
    if (r->seen == r->capacity && r->capacity < r->count)
        grow(r);
    return place(r, r->seen++);
}

void *ring_at(const struct ring *r, unsigned long i)
{
    return place(r, r->seen - ring_length(r) + i);
}

unsigned long ring_length(const struct ring *r)
{
    return r->seen < r->count ? r->seen : r->count;
}

bool line_read(FILE *f, struct line *line)
{
    ssize_t length = getline(&line->text, &line->size, f);

    line->length = length > 0 ? (size_t)length : 0;
    return length > 0;
}

void ring_push_line(struct ring *r, struct line *line)
{
    struct line *kept = ring_next(r);
    struct line out = *kept;

    *kept = *line;
    *line = out;
}

void ring_free_lines(struct ring *r)
{
    for (unsigned long i = 0; i < ring_length(r); i++)
        free(((struct line *)ring_at(r, i))->text);
    free(r->entries);
}

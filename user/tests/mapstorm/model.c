/* SPDX-License-Identifier: MIT */
/*
 * model.c - one record for each page of the arena, and comparing the two.
 */
#include <stdio.h>
#include "user/tests/lib/watch.h"
#include "user/tests/mapstorm/storm.h"

static const struct record hole = { .object = NOBODY };

struct object objects[OBJECTS];
struct record model[ARENA];
char *arena;
struct gate probes;
int file;
struct doing doing;

void explain(void)
{
    note("step %lu: %s of page %lu + %lu, %lu to %lu, flags %lx", doing.step, doing.what,
         doing.first, doing.count, doing.size, doing.to, doing.flags);
}

char *page(size_t i)
{
    return arena + i * PAGE;
}

/* Records */

static bool is_there(const struct record *r)
{
    return r->own || r->index < objects[r->object].npages;
}

bool is_readable(const struct record *r)
{
    return r->mapped && (r->prot & PROT_READ) && is_there(r);
}

bool is_writable(const struct record *r)
{
    return is_readable(r) && (r->prot & PROT_WRITE);
}

static uint8_t value_of(const struct record *r)
{
    return r->own ? r->value : objects[r->object].value[r->index];
}

void put(size_t i, struct record r)
{
    if (model[i].object != NOBODY)
        objects[model[i].object].users--;
    model[i] = r;
    if (r.object != NOBODY)
        objects[r.object].users++;
}

void clear(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        put(i, hole);
}

/* The page that stands N behind R in the same mapping, as it was at first. */
struct record fresh(struct record r, size_t n)
{
    r.own = r.object == NOBODY;
    r.value = 0;
    if (r.object != NOBODY)
        r.index += n;
    return r;
}

/* Whether [FIRST, FIRST + COUNT) looks like part of one mapping. */
bool is_uniform(size_t first, size_t count)
{
    const struct record *a = &model[first];

    for (size_t i = 0; i < count; i++) {
        const struct record *b = &model[first + i];

        if (b->mapped != a->mapped || b->prot != a->prot || b->object != a->object
            || b->shared != a->shared || (a->object != NOBODY && b->index != a->index + i))
            return false;
    }
    return true;
}

bool are_holes(size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (i >= ARENA || model[i].mapped)
            return false;
    return true;
}

/* Looking */

static bool can_be_read(const char *p)
{
    char c;

    errno = 0;
    if (write(probes.fd[1], p, 1) == 1)
        return read(probes.fd[0], &c, 1) == 1;
    EXPECT_EQ(errno, EFAULT);
    return false;
}

bool can_be_written(char *p)
{
    char c;

    REQUIRE(write(probes.fd[1], "", 1) == 1);
    errno = 0;
    if (read(probes.fd[0], p, 1) == 1)
        return true;
    EXPECT_EQ(errno, EFAULT);
    REQUIRE(read(probes.fd[0], &c, 1) == 1);
    return false;
}

void check_page(size_t i)
{
    const volatile uint8_t *p = (const volatile uint8_t *)page(i);
    uint8_t value;

    if (!is_readable(&model[i])) {
        if (can_be_read(page(i)))
            fail(__FILE__, __LINE__, "page %zu can be read", i);
        return;
    }
    value = value_of(&model[i]);
    if (p[0] != value || p[PAGE - 1] != value)
        fail(__FILE__, __LINE__, "page %zu holds %u and %u, not %u", i, p[0], p[PAGE - 1], value);
}

void check_pages(size_t first, size_t count)
{
    for (size_t i = first; i < first + count && i < ARENA; i++)
        check_page(i);
}

/* The kernel's picture: rights, sharing, and for the file the offset. */
static void check_line(const char *line, bool *seen)
{
    uintptr_t start, end, offset;
    char rights[8];

    if (sscanf(line, "%lx-%lx %7s %lx", &start, &end, rights, &offset) != 4)
        return;
    for (uintptr_t p = start; p < end; p += PAGE) {
        size_t i = (p - (uintptr_t)arena) / PAGE;
        const struct record *r = &model[i];

        if (p < (uintptr_t)arena || i >= ARENA)
            continue;
        seen[i] = true;
        if (!r->mapped || (rights[0] == 'r') != !!(r->prot & PROT_READ)
            || (rights[1] == 'w') != !!(r->prot & PROT_WRITE) || (rights[3] == 's') != r->shared
            || (r->object == THE_FILE && offset + p - start != r->index * PAGE))
            fail(__FILE__, __LINE__, "page %zu is not of '%s'", i, line);
    }
}

void check_maps(void)
{
    static char text[48 * KB];
    bool seen[ARENA] = { false };
    char *line, *next;

    read_file("/proc/self/maps", text, sizeof(text));
    for (line = text; (next = strchr(line, '\n')); line = next + 1) {
        *next = '\0';
        check_line(line, seen);
    }
    for (size_t i = 0; i < ARENA; i++)
        if (seen[i] != model[i].mapped)
            fail(__FILE__, __LINE__, "page %zu is %s in maps", i, seen[i] ? "there" : "missing");
}

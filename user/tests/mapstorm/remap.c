/* SPDX-License-Identifier: MIT */
/*
 * remap.c - mremap, in all its ways, and what the model says should come of it.
 */
#include <stdio.h>
#include "user/tests/lib/watch.h"
#include "user/tests/mapstorm/storm.h"

static bool expect_refused(const char *q, int is, int should)
{
    if (q == MAP_FAILED && is == should)
        return true;
    fail(__FILE__, __LINE__, "mremap is %p with errno %d, not -1 with %d", q, is, should);
    return false;
}

/* Whether the kernel really has a border between mappings in the range. */
static bool is_divided(size_t first, size_t count)
{
    uintptr_t start, end;
    char line[256];

    return find_mapping(page(first), line, sizeof(line))
           && sscanf(line, "%lx-%lx", &start, &end) == 2 && end < (uintptr_t)page(first + count);
}

/* The records of the range as they will be elsewhere; the range is left as it must be. */
static void take_records(struct record *taken)
{
    size_t first = doing.first, count = doing.count;

    for (size_t i = 0; i < doing.size; i++)
        taken[i] = i < count ? model[first + i] : fresh(model[first], i);
    if (!(doing.flags & MREMAP_DONTUNMAP)) {
        clear(first, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        model[first + i] = fresh(model[first + i], 0);
}

static void put_records(size_t first, const struct record *taken)
{
    clear(first, doing.size);
    for (size_t i = 0; i < doing.size; i++)
        put(first + i, taken[i]);
}

/* The range is of one mapping, and Q is where it is now. */
static void follow_move(char *q)
{
    struct record taken[LONGEST];
    size_t at = doing.to;

    if (q == page(doing.first) && doing.count) {                /* in place */
        for (size_t i = doing.count; i < doing.size; i++)
            put(doing.first + i, fresh(model[doing.first], i));
        return;
    }
    take_records(taken);
    if (q >= arena && q < page(ARENA))
        at = (size_t)(q - arena) / PAGE;
    else        /* the kernel found a place elsewhere: bring it back */
        EXPECT_EQ(mremap(q, doing.size * PAGE, doing.size * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                         page(at)), page(at));
    put_records(at, taken);
}

/* Not FIXED and not longer: what is more goes. */
static void follow_shrinking(const char *q)
{
    EXPECT_EQ(q, page(doing.first));
    clear(doing.first + doing.size, doing.count - doing.size);
}

/* What FIXED does before it looks whether the rest can be; false: nothing, or all is said. */
static bool follow_clearing(const char *q, int error)
{
    if (doing.first + doing.count > doing.to && doing.to + doing.size > doing.first) {
        expect_refused(q, error, EINVAL);
        return false;
    }
    clear(doing.to, doing.size);
    if (doing.count > doing.size) {
        clear(doing.first + doing.size, doing.count - doing.size);
        doing.count = doing.size;
    }
    return true;
}

/* Do to the model what mremap, which returned Q, should have done. */
static void follow_remap(char *q, int error)
{
    bool fixed = doing.flags & MREMAP_FIXED;
    const struct record *r = &model[doing.first];

    if (!r->mapped) {
        expect_refused(q, error, EFAULT);
        return;
    }
    if (!fixed && doing.count >= doing.size) {
        follow_shrinking(q);
        return;
    }
    if (fixed && !follow_clearing(q, error))
        return;
    if (r->mapped && !doing.count && !r->shared)
        expect_refused(q, error, EINVAL);
    else if (!r->mapped || !is_uniform(doing.first, doing.count))
        expect_refused(q, error, EFAULT);
    else if (q == MAP_FAILED && error == EFAULT)
        EXPECT(is_divided(doing.first, doing.count));
    else if (!(doing.flags & MREMAP_MAYMOVE)
             && (!doing.count || !are_holes(doing.first + doing.count, doing.first + doing.size)))
        expect_refused(q, error, ENOMEM);
    else if (q == MAP_FAILED)
        fail(__FILE__, __LINE__, "mremap is refused with errno %d", error);
    else
        follow_move(q);
}

void do_remap(void)
{
    static const int ways[] = {
        0, MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_MAYMOVE | MREMAP_FIXED,
        MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
    };
    char *q;

    choose_range();
    doing.what = "mremap";
    doing.flags = (unsigned long)ways[rand_below(&test_rand, COUNT(ways))];
    doing.size = rand_range(&test_rand, 1, LONGEST);
    if (doing.flags & MREMAP_DONTUNMAP)
        doing.size = doing.count;
    else if (rand_below(&test_rand, 8) == 0)
        doing.count = 0;
    doing.to = rand_below(&test_rand, ARENA - doing.size + 1);
    q = mremap(page(doing.first), doing.count * PAGE, doing.size * PAGE, (int)doing.flags,
               page(doing.to));
    follow_remap(q, errno);
}

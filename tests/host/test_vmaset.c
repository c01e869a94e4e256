// sources: kernel/vm/vmaset.c lib/rbtree.c
/* SPDX-License-Identifier: MIT */
/*
 * test_vmaset.c - the set of VMAs against an array with one cell per page.
 *
 * A cell holds the flags of the VMA that covers the page, 0 for a hole.  After
 * each random operation the set's own invariants are checked, and at intervals
 * every cell is compared with what the set finds.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/vm/vmaset.h"
#include "lib/bitops.h"
#include "lib/rand.h"

#define PAGES 600UL
#define BASE  0x10000UL
#define LIMIT (BASE + PAGES * PAGE_SIZE)

static struct vma_set set;
static uint32_t model[PAGES];
static size_t live, links;          /* VMAs that exist; times one was linked minus unlinked */
static int fail_alloc;
static struct rand rng;

static struct vma *alloc(struct vma *like)
{
    struct vma *vma;

    if (fail_alloc)
        return NULL;
    vma = malloc(sizeof(*vma));
    *vma = *like;
    live++;
    return vma;
}

static void link_vma(struct vma *vma)
{
    (void)vma;
    links++;
}

static void unlink_vma(struct vma *vma)
{
    (void)vma;
    links--;
}

static void free_vma(struct vma *vma)
{
    links--;
    live--;
    free(vma);
}

static void adopt_vma(struct vma *lower, const struct vma *upper)
{
    lower->span = upper->span;
}

static const struct vmaset_ops ops = {
    .alloc = alloc, .link = link_vma, .free = free_vma, .adopt = adopt_vma,
    .before_change = unlink_vma, .after_change = link_vma,
};

static const struct vma_ops kind = { .name = "test" };

static vaddr_t page_va(size_t page)
{
    return BASE + page * PAGE_SIZE;
}

static void setup(void)
{
    vmaset_init(&set, BASE, LIMIT, &ops);
    memset(model, 0, sizeof(model));
    live = links = 0;
    fail_alloc = 0;
    rand_seed(&rng, 1);
}

static void teardown(void)
{
    struct vma *vma;

    while ((vma = vmaset_first(&set))) {
        vmaset_remove(&set, vma);
        free_vma(vma);
    }
    cr_assert_eq(live, 0);
    cr_assert_eq(links, 0, "%zu links left", links);
}

static struct vma proto(size_t first, size_t n, uint32_t flags)
{
    return (struct vma){ .start = page_va(first), .end = page_va(first + n), .flags = flags,
                         .ops = &kind, .pgoff = page_va(first) >> PAGE_SHIFT };
}

/* What mmap does: extend a neighbour, or enter a new one. */
static void enter(size_t first, size_t n, uint32_t flags)
{
    struct vma p = proto(first, n, flags), *vma, *next = vmaset_find_from(&set, p.end);

    if (!vmaset_extend(&set, &p, next)) {
        vma = alloc(&p);
        link_vma(vma);
        vmaset_insert(&set, vma, next);
    }
    for (size_t i = first; i < first + n; i++)
        model[i] = flags;
}

/* What munmap does. */
static void remove_range(size_t first, size_t n)
{
    vaddr_t start = page_va(first), end = page_va(first + n);
    struct vma *vma = vmaset_find_range(&set, start, end), *next;
    struct list removed = LIST_INIT(removed);

    if (vma && vma->start < start && end < vma->end)
        cr_assert_not_null(vmaset_split(&set, vma, end));
    next = vmaset_remove_range(&set, vma, start, end, &removed);
    cr_assert_eq(next, vma ? vmaset_find_from(&set, start) : NULL);
    list_for_each_entry_safe(vma, next, &removed, link)
        free_vma(vma);
    memset(model + first, 0, n * sizeof(model[0]));
}

/* What mprotect does to the mapped parts of a range. */
static void protect_range(size_t first, size_t n, uint32_t flags)
{
    vaddr_t start = page_va(first), end = page_va(first + n), at = start;
    struct vma *vma;

    while (at < end && (vma = vmaset_find_range(&set, at, end))) {
        if (vma->start < start)
            vma = vmaset_split(&set, vma, start);
        if (vma->end > end)
            vmaset_split(&set, vma, end);
        at = vma->end;
        vma->flags = flags;
        vmaset_merge(&set, vma);
    }
    for (size_t i = first; i < first + n; i++)
        if (model[i])
            model[i] = flags;
}

static void compare(void)
{
    for (size_t i = 0; i < PAGES; i++) {
        struct vma *vma = vmaset_find(&set, page_va(i));

        cr_assert_eq(vma ? vma->flags : 0, model[i], "page %zu: set %x, model %x", i,
                     vma ? vma->flags : 0, model[i]);
        if (vma)
            cr_assert_eq(vma_pgoff(vma, page_va(i)), page_va(i) >> PAGE_SHIFT);
    }
}

/* Neighbours with equal flags must have become one. */
static void check_merged(void)
{
    for (struct vma *a = vmaset_first(&set), *b; a && (b = vmaset_next(&set, a)); a = b)
        cr_assert(!vma_can_merge(a, b), "%lx-%lx and %lx-%lx should be one", a->start, a->end,
                  b->start, b->end);
}

static size_t model_gap(size_t n, size_t low, size_t high)
{
    for (size_t first = high - n + 1; first-- > low;) {
        size_t i = 0;

        while (i < n && !model[first + i])
            i++;
        if (i == n)
            return first;
    }
    return PAGES;
}

static void check_gap(void)
{
    size_t n = 1 + rand_below(&rng, 40), low = rand_below(&rng, PAGES / 2);
    size_t high = low + n + rand_below(&rng, PAGES - low - n);
    vaddr_t got = vmaset_find_gap(&set, n * PAGE_SIZE, page_va(low), page_va(high));
    size_t want = model_gap(n, low, high);

    cr_assert_eq(got, want == PAGES ? 0 : page_va(want),
                 "%zu pages in [%zu, %zu): %lx, want page %zu", n, low, high, got, want);
}

static void check_count(void)
{
    size_t first = rand_below(&rng, PAGES), n = 1 + rand_below(&rng, PAGES - first);
    uint32_t flags = (uint32_t)rand_below(&rng, 4);
    size_t want = 0;

    for (size_t i = first; i < first + n; i++)
        want += flags ? (model[i] & flags) != 0 : model[i] != 0;
    cr_assert_eq(vmaset_count(&set, page_va(first), page_va(first + n), flags), want);
}

static bool is_hole(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        if (model[i])
            return false;
    return true;
}

static void random_step(void)
{
    size_t first = rand_below(&rng, PAGES), n = 1 + rand_below(&rng, MIN(PAGES - first, 24UL));
    uint32_t flags = (uint32_t)(1 + rand_below(&rng, 3));

    switch (rand_below(&rng, 4)) {
    case 0:
    case 1:
        if (is_hole(first, n))
            enter(first, n, flags);
        break;
    case 2:
        remove_range(first, n);
        break;
    case 3:
        protect_range(first, n, flags);
        break;
    }
}

TestSuite(vmaset, .init = setup, .fini = teardown, .timeout = 120);

Test(vmaset, behaves_like_an_array_of_pages)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        rand_seed(&rng, seed);
        for (int i = 0; i < 25000; i++) {
            random_step();
            check_gap();
            check_count();
            if (i % 64 == 0) {
                vmaset_check(&set);
                compare();
                check_merged();
            }
        }
    }
}

Test(vmaset, finds_nothing_in_an_empty_set)
{
    cr_assert_null(vmaset_find(&set, BASE));
    cr_assert_null(vmaset_find_from(&set, BASE));
    cr_assert_eq(vmaset_find_gap(&set, PAGE_SIZE, BASE, LIMIT), LIMIT - PAGE_SIZE);
    cr_assert_eq(vmaset_find_gap(&set, PAGES * PAGE_SIZE, BASE, LIMIT), BASE);
    cr_assert_eq(vmaset_find_gap(&set, (PAGES + 1) * PAGE_SIZE, BASE, LIMIT), 0);
}

Test(vmaset, ends_are_exclusive)
{
    enter(10, 5, 1);
    cr_assert_null(vmaset_find(&set, page_va(15)));
    cr_assert_null(vmaset_find(&set, page_va(10) - 1));
    cr_assert_not_null(vmaset_find(&set, page_va(10)));
    cr_assert_not_null(vmaset_find(&set, page_va(15) - 1));
    cr_assert_null(vmaset_find_range(&set, page_va(15), page_va(20)));
    cr_assert_null(vmaset_find_range(&set, page_va(5), page_va(10)));
    cr_assert_not_null(vmaset_find_range(&set, page_va(14), page_va(20)));
}

Test(vmaset, merges_on_both_sides)
{
    enter(10, 5, 1);
    enter(20, 5, 1);
    enter(15, 5, 1);
    cr_assert_eq(set.count, 1);
    cr_assert_eq(set.total, 15);
    vmaset_check(&set);
}

Test(vmaset, does_not_merge_across_different_offsets)
{
    struct vma p = proto(10, 5, 1), *a = alloc(&p), *b;
    int object;

    a->mapping = (struct address_space *)&object;
    a->pgoff = 0;
    link_vma(a);
    vmaset_insert(&set, a, NULL);
    p = proto(15, 5, 1);
    p.mapping = a->mapping;
    p.pgoff = 6;                    /* the next page of the object would be 5 */
    b = alloc(&p);
    link_vma(b);
    vmaset_insert(&set, b, NULL);
    cr_assert_eq(vmaset_merge(&set, b), b);
    cr_assert_eq(set.count, 2);
    b->pgoff = 5;
    cr_assert_eq(vmaset_merge(&set, b), a);
    cr_assert_eq(set.count, 1);
}

Test(vmaset, a_split_keeps_offsets)
{
    struct vma *upper;

    enter(10, 10, 1);
    upper = vmaset_split(&set, vmaset_first(&set), page_va(13));
    cr_assert_eq(upper->start, page_va(13));
    cr_assert_eq(upper->pgoff, page_va(13) >> PAGE_SHIFT);
    cr_assert_eq(vmaset_first(&set)->end, page_va(13));
    vmaset_check(&set);
}

/* Also where neighbours that look alike stay two, as stacks do. */
Test(vmaset, a_split_can_be_undone)
{
    struct vma *lower, *upper;

    enter(10, 10, 1);
    enter(20, 5, 2);
    lower = vmaset_first(&set);
    lower->flags |= VM_GROWSDOWN;
    upper = vmaset_split(&set, lower, page_va(13));
    cr_assert_eq(vmaset_merge(&set, lower), lower);
    cr_assert_eq(set.count, 3);
    vmaset_unsplit(&set, lower, upper);
    cr_assert_eq(set.count, 2);
    cr_assert_eq(lower->end, page_va(20));
    cr_assert_eq(set.total, 15);
    vmaset_check(&set);
}

Test(vmaset, out_of_memory_changes_nothing)
{
    enter(10, 10, 1);
    fail_alloc = 1;
    cr_assert_null(vmaset_split(&set, vmaset_first(&set), page_va(13)));
    cr_assert_eq(set.count, 1);
    cr_assert_eq(vmaset_first(&set)->end, page_va(20));
    vmaset_check(&set);
}

Test(vmaset, overlapping_insertions_die, .signal = SIGABRT)
{
    struct vma p = proto(12, 2, 1);

    cr_redirect_stderr();
    enter(10, 5, 2);
    vmaset_insert(&set, alloc(&p), vmaset_find_from(&set, p.end));
}

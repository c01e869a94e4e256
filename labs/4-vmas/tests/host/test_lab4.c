// sources: @vma_model
/* SPDX-License-Identifier: MIT */
/*
 * test_lab4.c - the set of VMAs, step by step.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>
#include "lib/rand.h"
#include "tests/host/vma_model.h"

#define BASE MODEL_BASE
#define LIMIT MODEL_LIMIT

static struct vma_set *const set = &model_set;

static vaddr_t at(size_t page)
{
    return model_va(page);
}

static struct vma *insert(size_t first, size_t n, uint32_t flags)
{
    return model_insert(first, n, &(struct vma_nature){ .flags = flags });
}

TestSuite(lab4, .init = vma_model_init, .fini = vma_model_fini, .timeout = 120);

/* Many VMAs of one page with a hole of one page between any two, but for a few larger holes */

#define MANY 100000
#define QUERIES 100000
#define PATIENCE 8              /* seconds of processor time: a hundred times what is needed */

static struct vma *many;
static struct vma_set large;

static vaddr_t place(size_t i)
{
    return BASE + (2 * i + 1) * PAGE_SIZE + i / 1000 * 16 * PAGE_SIZE;
}

static void make_many(void)
{
    static const struct vmaset_ops ops;

    many = calloc(MANY, sizeof(*many));
    vmaset_init(&large, BASE, place(MANY), &ops);
    for (size_t i = 0; i < MANY; i++) {
        struct vma *vma = &many[i * 7919 % MANY];

        vma->start = place((size_t)(vma - many));
        vma->end = vma->start + PAGE_SIZE;
    }
    for (size_t i = 0; i < MANY; i++)
        vmaset_insert(&large, &many[i], NULL);
}

static void expect_patience(clock_t begin, size_t queries)
{
    if (queries % 500 == 0)
        cr_assert_lt((clock() - begin) / CLOCKS_PER_SEC, PATIENCE, "%zu searches among %d VMAs "
                     "took %d seconds: is each VMA looked at?", queries, MANY, PATIENCE);
}

/* Step 1 */

Test(lab4, finds_the_first_that_ends_above)
{
    const struct vma *a = insert(10, 5, 1), *b = insert(15, 5, 2), *c = insert(30, 1, 1);

    cr_expect_eq(vmaset_find_from(set, BASE), a);
    cr_expect_eq(vmaset_find_from(set, at(15) - 1), a);
    cr_expect_eq(vmaset_find_from(set, at(15)), b, "the end does not belong to it");
    cr_expect_eq(vmaset_find_from(set, at(20)), c);
    cr_expect_null(vmaset_find_from(set, at(31)));
    cr_expect_null(vmaset_find(set, at(25)), "in a hole");
}

Test(lab4, finds_among_many)
{
    struct rand rng;
    clock_t begin;

    make_many();
    rand_seed(&rng, 4);
    begin = clock();
    for (size_t i = 0; i < QUERIES; i++) {
        size_t k = rand_below(&rng, MANY);

        cr_assert_eq(vmaset_find_from(&large, place(k)), &many[k]);
        cr_assert_eq(vmaset_find_from(&large, place(k) - 1), &many[k]);
        expect_patience(begin, i);
    }
    free(many);
}

/* Steps 2 and 3 */

static uint64_t largest(const struct rb_node *n)
{
    const struct vma *vma;
    uint64_t max, left, right;

    if (!n)
        return 0;
    vma = rb_entry(n, struct vma, node);
    left = largest(n->left);
    right = largest(n->right);
    max = vma->gap > left ? vma->gap : left;
    max = max > right ? max : right;
    cr_assert_eq(vma->max_gap, max, "the largest hole below the VMA at page %zu has %lx bytes, "
                 "not %lx", model_page(vma->start), max, vma->max_gap);
    return max;
}

Test(lab4, each_subtree_knows_its_largest_hole)
{
    struct rand rng;

    rand_seed(&rng, 9);
    for (int i = 0; i < 2000; i++) {
        size_t page = rand_below(&rng, MODEL_PAGES - 8), n = 1 + rand_below(&rng, 7);

        if (cells_are_hole(page, n))
            insert(page, n, 1);
        else if (cells_first_of(page + n - 1) >= page && cells_end_of(page + n - 1) <= page + n)
            model_remove(cells_first_of(page + n - 1),
                         cells_end_of(page + n - 1) - cells_first_of(page + n - 1));
        largest(set->tree.top);
    }
}

Test(lab4, holes_are_found_as_wanted)
{
    insert(100, 10, 1);
    insert(120, 10, 1);
    insert(140, 372, 1);
    cr_expect_eq(vmaset_find_gap(set, 10 * PAGE_SIZE, BASE, LIMIT), at(130), "the highest one");
    cr_expect_eq(vmaset_find_gap(set, 11 * PAGE_SIZE, BASE, LIMIT), at(89), "the first that is "
                 "large enough, and in it the highest place");
    cr_expect_eq(vmaset_find_gap(set, 4 * PAGE_SIZE, BASE, at(135)), at(131), "below HIGH");
    cr_expect_eq(vmaset_find_gap(set, 4 * PAGE_SIZE, BASE, at(133)), at(116), "only 3 pages of the "
                 "hole lie below HIGH");
    cr_expect_eq(vmaset_find_gap(set, 100 * PAGE_SIZE, BASE, LIMIT), BASE);
    cr_expect_eq(vmaset_find_gap(set, 101 * PAGE_SIZE, BASE, LIMIT), 0);
    cr_expect_eq(vmaset_find_gap(set, 50 * PAGE_SIZE, at(60), LIMIT), 0, "not below LOW");
}

Test(lab4, holes_against_cells)
{
    struct rand rng;

    rand_seed(&rng, 11);
    for (int i = 0; i < 4000; i++) {
        size_t page = rand_below(&rng, MODEL_PAGES - 8), n = 1 + rand_below(&rng, 7);
        size_t low = rand_below(&rng, MODEL_PAGES), high = rand_below(&rng, MODEL_PAGES) + 1;
        size_t want = 1 + rand_below(&rng, 40), found;

        if (i < 100 && cells_are_hole(page, n))
            insert(page, n, 1);
        found = cells_gap(want, low, high);
        cr_assert_eq(vmaset_find_gap(set, want * PAGE_SIZE, at(low), at(high)),
                     found == NOWHERE ? 0 : at(found), "%zu pages between %zu and %zu", want, low,
                     high);
    }
}

Test(lab4, holes_among_many)
{
    struct rand rng;
    clock_t begin;

    make_many();
    rand_seed(&rng, 5);
    begin = clock();
    for (size_t i = 0; i < QUERIES; i++) {
        size_t k = 1 + rand_below(&rng, MANY / 1000 - 1);
        vaddr_t high = place(k * 1000 + rand_below(&rng, 1000));

        cr_assert_eq(vmaset_find_gap(&large, 12 * PAGE_SIZE, BASE, high),
                     place(k * 1000) - 12 * PAGE_SIZE);
        expect_patience(begin, i);
    }
    free(many);
}

/* Step 4 */

Test(lab4, a_split_makes_two)
{
    struct vma *vma = insert(10, 10, 1), *upper;

    upper = vmaset_split(set, vma, at(13));
    cr_assert_not_null(upper);
    cr_expect_eq(vma->start, at(10));
    cr_expect_eq(vma->end, at(13));
    cr_expect_eq(upper->start, at(13));
    cr_expect_eq(upper->end, at(20));
    cr_expect_eq(upper->flags, vma->flags);
    cr_expect_eq(vmaset_next(set, vma), upper);
    cr_expect_eq(set->count, 2);
    cr_expect_eq(set->total, 10);
    vmaset_check(set);
    cells_cut(13);
}

Test(lab4, both_parts_show_what_they_showed)
{
    struct vma *vma = model_insert(10, 10, &(struct vma_nature){ .flags = 1, .object = 1,
                                                                 .skew = 5 });
    uint64_t first = vma->pgoff;
    struct vma *upper = vmaset_split(set, vma, at(14));

    cr_assert_not_null(upper);
    cr_expect_eq(vma->pgoff, first);
    cr_expect_eq(upper->pgoff, first + 4, "page 14 shows another page of the file than before");
    cr_expect_eq(upper->file, vma->file);
    cells_cut(14);
    vma_model_check();
}

Test(lab4, a_split_without_memory)
{
    struct vma *vma = insert(10, 10, 1);

    owner_limit(0);
    cr_assert_null(vmaset_split(set, vma, at(13)));
    owner_limit(-1);
    cr_assert_eq(vma->end, at(20), "nothing may have changed");
    cr_assert_eq(set->count, 1);
    vmaset_check(set);
    cr_assert_not_null(vmaset_split(set, vma, at(13)));
    cells_cut(13);
}

/* The reverse map is looked at each time that the owner hears of a change. */
Test(lab4, no_page_is_lost_meanwhile)
{
    struct vma *vma = model_insert(10, 10, &(struct vma_nature){ .flags = 1, .object = 2 });

    owner_watch(true);
    cr_assert_not_null(vmaset_split(set, vma, at(15)));
    cells_cut(15);
    owner_look();
    owner_watch(false);
}

/* Step 5 */

static bool merge_of(struct vma_nature a, struct vma_nature b, size_t second)
{
    struct vma *x = model_insert(10, 5, &a), *y = model_insert(second, 5, &b);
    bool can = vma_can_merge(x, y);

    model_remove(10, 5);
    model_remove(second, 5);
    return can;
}

#define OF_FILE(...) (struct vma_nature){ .flags = VM_READ, __VA_ARGS__ }
#define ANON(rights, ...) (struct vma_nature){ .flags = VM_READ | (rights), __VA_ARGS__ }

Test(lab4, equals_become_one)
{
    cr_expect(merge_of(ANON(0), ANON(0), 15));
    cr_expect(merge_of(OF_FILE(.object = 1), OF_FILE(.object = 1), 15));
    cr_expect(merge_of(OF_FILE(.object = 1, .skew = 3), OF_FILE(.object = 1, .skew = 3), 15));
}

Test(lab4, others_stay_two)
{
    cr_expect(!merge_of(ANON(0), ANON(0), 16), "there is a hole between them");
    cr_expect(!merge_of(ANON(0), ANON(VM_WRITE), 15), "other rights");
    cr_expect(!merge_of(ANON(0), ANON(0, .ops = 1), 15), "another kind");
    cr_expect(!merge_of(ANON(0), OF_FILE(.object = 1), 15), "one is of a file");
    cr_expect(!merge_of(OF_FILE(.object = 1), OF_FILE(.object = 2), 15),
              "a file opened twice is two");
    cr_expect(!merge_of(OF_FILE(.object = 1), OF_FILE(.object = 3), 15), "two files");
    cr_expect(!merge_of(OF_FILE(.object = 1), OF_FILE(.object = 1, .skew = 1), 15),
              "not the next page of the file");
    cr_expect(!merge_of(ANON(VM_GROWSDOWN), ANON(VM_GROWSDOWN), 15), "stacks");
    cr_expect(!merge_of(ANON(VM_SPECIAL), ANON(VM_SPECIAL), 15), "what the kernel has made");
}

Test(lab4, spans_decide_too)
{
    struct vma *x = insert(10, 5, 1), *y = insert(15, 5, 1);
    struct anon_span up = { .base = x->start + PAGE_SIZE };

    y->span = &up;
    cr_expect(!vma_can_merge(x, y), "a page of the lower one would have number -1");
    up.base = x->start;
    cr_expect(vma_can_merge(x, y), "the lowest page has number 0");
    y->span = NULL;
    owner_use_span(x, SPAN_HOME);
    cells_set_span(10, 15, SPAN_HOME);
    cr_expect(vma_can_merge(x, y), "only one has pages that are looked for");
    owner_use_span(y, SPAN_MOVED);
    cells_set_span(15, 20, SPAN_MOVED);
    cr_expect(!vma_can_merge(x, y), "their pages are looked for in two places");
}

/* Step 6 */

Test(lab4, merges_with_both_neighbours)
{
    struct vma *left;

    insert(10, 5, 1);
    insert(20, 5, 1);
    left = vmaset_merge(set, insert(15, 5, 1));
    cr_expect_eq(set->count, 1);
    cr_expect_eq(left, vmaset_first(set), "the result is the one that is left");
    cr_expect_eq(left->start, at(10));
    cr_expect_eq(left->end, at(25));
    cr_expect_eq(set->total, 15);
    vmaset_check(set);
    owner_check(1);             /* the others are freed */
    cells_join(15);
    cells_join(20);
}

Test(lab4, merges_with_one)
{
    struct vma *a = insert(10, 5, 1), *other = insert(20, 5, 2);

    insert(15, 5, 1);
    cr_expect_eq(vmaset_merge(set, other), other);
    cr_expect_eq(set->count, 3);
    vmaset_merge(set, a);
    cr_expect_eq(set->count, 2);
    vmaset_check(set);
    cells_join(15);
}

Test(lab4, what_is_new_extends_a_neighbour)
{
    insert(10, 5, 1);
    insert(30, 5, 1);
    model_enter(15, 5, &(struct vma_nature){ .flags = 1 });
    cr_assert_eq(set->count, 2, "the lower neighbour grows");
    model_enter(25, 5, &(struct vma_nature){ .flags = 1 });
    cr_assert_eq(set->count, 2, "the upper neighbour grows");
    model_enter(20, 5, &(struct vma_nature){ .flags = 1 });
    cr_assert_eq(set->count, 1, "what was between them was all that kept them apart");
    cr_assert_eq(vmaset_first(set)->end, at(35));
    model_enter(50, 5, &(struct vma_nature){ .flags = 1 });
    cr_assert_eq(set->count, 2);
    vma_model_check();
}

Test(lab4, who_has_pages_keeps_them)
{
    struct vma *a = insert(10, 5, 1), *b = insert(15, 5, 1), *left;

    owner_use_span(b, SPAN_HOME);
    cells_set_span(15, 20, SPAN_HOME);
    b->touched = true;
    left = vmaset_merge(set, a);
    cr_assert_eq(left->end, at(20));
    cr_assert_eq(left->span, &owner_spans[SPAN_HOME], "the upper part's pages are found no more");
    cr_assert(left->touched, "somebody has used a part of it");
    cells_join(15);
    cells_set_span(10, 20, SPAN_HOME);
    owner_look();
}

Test(lab4, a_split_can_be_undone)
{
    struct vma *vma = insert(10, 10, 1), *upper = vmaset_split(set, vma, at(13));

    cr_assert_not_null(upper);
    vmaset_unsplit(set, vma, upper);
    cr_assert_eq(set->count, 1);
    cr_assert_eq(vma->end, at(20));
    cr_assert_eq(set->total, 10);
    vmaset_check(set);
}

/* All of it */

Test(lab4, a_long_life)
{
    struct rand rng;

    rand_seed(&rng, 1);
    for (int i = 0; i < 40000; i++) {
        uint64_t bytes = rand_next(&rng);
        struct vma_step step = vma_step_decode((const uint8_t *)&bytes);

        vma_model_step(&step, i % 16 == 0);
        if (i % 16 == 0)
            vma_model_check();
    }
}

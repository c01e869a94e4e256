// sources: @vma_model
/* SPDX-License-Identifier: MIT */
/*
 * test_vmaset.c - the set of VMAs against an array with one cell per page, and by hand.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include "lib/rand.h"
#include "tests/host/vma_model.h"

#define PAGES MODEL_PAGES
#define BASE  MODEL_BASE
#define LIMIT MODEL_LIMIT

static struct vma_set *const set = &model_set;

static vaddr_t page_va(size_t page)
{
    return model_va(page);
}

static void enter(size_t first, size_t n, uint32_t flags)
{
    model_enter(first, n, &(struct vma_nature){ .flags = flags });
}

TestSuite(vmaset, .init = vma_model_init, .fini = vma_model_fini, .timeout = 120);

/* A million steps.  A step changes few pages, so most faults last until the next look. */
Test(vmaset, behaves_like_an_array_of_pages)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct rand rng;

        rand_seed(&rng, seed);
        for (int i = 0; i < 125000; i++) {
            uint64_t bytes = rand_next(&rng);
            struct vma_step step = vma_step_decode((const uint8_t *)&bytes);

            vma_model_step(&step, i % 16 == 0);
            if (i % 16 == 0)
                vma_model_check();
        }
        vma_model_fini();
        vma_model_init();
    }
}

Test(vmaset, finds_nothing_in_an_empty_set)
{
    cr_assert_null(vmaset_find(set, BASE));
    cr_assert_null(vmaset_find_from(set, BASE));
    cr_assert_eq(vmaset_find_gap(set, PAGE_SIZE, BASE, LIMIT), LIMIT - PAGE_SIZE);
    cr_assert_eq(vmaset_find_gap(set, PAGES * PAGE_SIZE, BASE, LIMIT), BASE);
    cr_assert_eq(vmaset_find_gap(set, (PAGES + 1) * PAGE_SIZE, BASE, LIMIT), 0);
}

Test(vmaset, ends_are_exclusive)
{
    enter(10, 5, 1);
    cr_assert_null(vmaset_find(set, page_va(15)));
    cr_assert_null(vmaset_find(set, page_va(10) - 1));
    cr_assert_not_null(vmaset_find(set, page_va(10)));
    cr_assert_not_null(vmaset_find(set, page_va(15) - 1));
    cr_assert_null(vmaset_find_range(set, page_va(15), page_va(20)));
    cr_assert_null(vmaset_find_range(set, page_va(5), page_va(10)));
    cr_assert_not_null(vmaset_find_range(set, page_va(14), page_va(20)));
}

Test(vmaset, merges_on_both_sides)
{
    enter(10, 5, 1);
    enter(20, 5, 1);
    enter(15, 5, 1);
    cr_assert_eq(set->count, 1);
    cr_assert_eq(set->total, 15);
    vmaset_check(set);
}

Test(vmaset, does_not_merge_across_different_offsets)
{
    const struct vma_nature near = { .flags = 1, .object = 3 }, far = { 1, .object = 3, .skew = 1 };
    struct vma *a = model_insert(10, 5, &near), *b = model_insert(15, 5, &far);

    cr_assert_eq(vmaset_merge(set, b), b);
    cr_assert_eq(set->count, 2);
    model_remove(15, 5);
    b = model_insert(15, 5, &near);
    cr_assert_eq(vmaset_merge(set, b), a);
    cr_assert_eq(set->count, 1);
}

Test(vmaset, a_split_keeps_offsets)
{
    struct vma *upper;

    enter(10, 10, 1);
    upper = vmaset_split(set, vmaset_first(set), page_va(13));
    cr_assert_eq(upper->start, page_va(13));
    cr_assert_eq(upper->pgoff, page_va(13) >> PAGE_SHIFT);
    cr_assert_eq(vmaset_first(set)->end, page_va(13));
    vmaset_check(set);
}

/* Also where neighbours that look alike stay two, as stacks do. */
Test(vmaset, a_split_can_be_undone)
{
    struct vma *lower, *upper;

    enter(10, 10, 1);
    enter(20, 5, 2);
    lower = vmaset_first(set);
    lower->flags |= VM_GROWSDOWN;
    upper = vmaset_split(set, lower, page_va(13));
    cr_assert_eq(vmaset_merge(set, lower), lower);
    cr_assert_eq(set->count, 3);
    vmaset_unsplit(set, lower, upper);
    cr_assert_eq(set->count, 2);
    cr_assert_eq(lower->end, page_va(20));
    cr_assert_eq(set->total, 15);
    vmaset_check(set);
}

Test(vmaset, out_of_memory_changes_nothing)
{
    enter(10, 10, 1);
    owner_limit(0);
    cr_assert_null(vmaset_split(set, vmaset_first(set), page_va(13)));
    cr_assert_eq(set->count, 1);
    cr_assert_eq(vmaset_first(set)->end, page_va(20));
    vmaset_check(set);
}

Test(vmaset, overlapping_insertions_die, .signal = SIGABRT)
{
    cr_redirect_stderr();
    enter(10, 5, 2);
    model_insert(12, 2, &(struct vma_nature){ .flags = 1 });
}

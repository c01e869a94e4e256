// sources:
/* SPDX-License-Identifier: MIT */
/*
 * test_list.c - intrusive lists against arrays.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "lib/bitops.h"
#include "lib/list.h"
#include "lib/rand.h"

#define ELEMENTS 40
#define LISTS 3

struct element {
    int before;
    struct list link;
    int on;                             /* the list it is on, or -1        */
};

static struct element elements[ELEMENTS];
static struct list heads[LISTS];

/* The model: what should be on each list, in order. */
static struct {
    struct element *at[ELEMENTS];
    int n;
} model[LISTS];

static void setup(void)
{
    for (int i = 0; i < LISTS; i++)
        list_init(&heads[i]);
    for (int i = 0; i < ELEMENTS; i++) {
        list_init(&elements[i].link);
        elements[i].on = -1;
    }
}

static void model_insert(int l, int place, struct element *e)
{
    memmove(&model[l].at[place + 1], &model[l].at[place],
            (size_t)(model[l].n - place) * sizeof(void *));
    model[l].at[place] = e;
    model[l].n++;
    e->on = l;
}

static int model_remove(struct element *e)
{
    int l = e->on, place = 0;

    while (model[l].at[place] != e)
        place++;
    model[l].n--;
    memmove(&model[l].at[place], &model[l].at[place + 1],
            (size_t)(model[l].n - place) * sizeof(void *));
    e->on = -1;
    return place;
}

/* Append model A to the head (or tail) of model B. */
static void model_splice(int to, int from, bool at_tail)
{
    for (int i = 0; i < model[from].n; i++)
        model_insert(to, at_tail ? model[to].n : i, model[from].at[i]);
    model[from].n = 0;
}

static void check(void)
{
    for (int l = 0; l < LISTS; l++) {
        struct element *e;
        int i = 0;

        cr_assert(list_is_sound(&heads[l]));
        cr_assert(list_is_empty(&heads[l]) == (model[l].n == 0));
        cr_assert(list_is_single(&heads[l]) == (model[l].n == 1));
        cr_assert(list_length(&heads[l]) == (size_t)model[l].n);
        list_for_each_entry(e, &heads[l], link)
            cr_assert(i < model[l].n && model[l].at[i++] == e);
        list_for_each_entry_reverse(e, &heads[l], link)
            cr_assert(i > 0 && model[l].at[--i] == e);
        cr_assert(i == 0);
    }
    for (int i = 0; i < ELEMENTS; i++)
        cr_assert(list_is_empty(&elements[i].link) == (elements[i].on < 0));
}

static void insert_somewhere(struct rand *r, struct element *e, int l)
{
    int place = (int)rand_below(r, (uint64_t)model[l].n + 1);

    switch (rand_below(r, 4)) {
    case 0:
        list_insert_head(&heads[l], &e->link);
        model_insert(l, 0, e);
        return;
    case 1:
        list_insert_tail(&heads[l], &e->link);
        model_insert(l, model[l].n, e);
        return;
    case 2:
        list_insert_after(place ? &model[l].at[place - 1]->link : &heads[l], &e->link);
        break;
    case 3:
        list_insert_before(place < model[l].n ? &model[l].at[place]->link : &heads[l], &e->link);
        break;
    }
    model_insert(l, place, e);
}

/* Take E off its list in one of the ways there are. */
static void leave(struct rand *r, struct element *e, int l)
{
    struct element *other = &elements[rand_below(r, ELEMENTS)];
    int from = e->on;

    switch (rand_below(r, 4)) {
    case 0:
        list_remove(&e->link);
        list_remove(&e->link);          /* harmless                        */
        model_remove(e);
        break;
    case 1:
        list_move_head(&heads[l], &e->link);
        model_remove(e);
        model_insert(l, 0, e);
        break;
    case 2:
        list_move_tail(&heads[l], &e->link);
        model_remove(e);
        model_insert(l, model[l].n, e);
        break;
    case 3:
        if (other->on >= 0)
            break;
        list_replace(&e->link, &other->link);
        model_insert(from, model_remove(e), other);
        break;
    }
}

Test(list, random_against_arrays, .init = setup)
{
    struct rand r = { 17 };
    struct list *link;

    for (int round = 0; round < 20000; round++) {
        struct element *e = &elements[rand_below(&r, ELEMENTS)];
        int a = (int)rand_below(&r, LISTS), b = (a + 1) % LISTS;
        bool at_tail = rand_one_in(&r, 2);

        if (rand_one_in(&r, 20)) {
            if (at_tail)
                list_splice_tail(&heads[a], &heads[b]);
            else
                list_splice(&heads[a], &heads[b]);
            model_splice(a, b, at_tail);
        } else if (rand_one_in(&r, 8)) {
            link = at_tail ? list_pop_tail(&heads[a]) : list_pop_head(&heads[a]);
            cr_assert((link == NULL) == (model[a].n == 0));
            if (link) {
                e = list_entry(link, struct element, link);
                cr_assert(model_remove(e) == (at_tail ? model[a].n : 0));
            }
        } else if (e->on < 0) {
            insert_somewhere(&r, e, a);
        } else {
            leave(&r, e, a);
        }
        check();
    }
}

Test(list, walks_allow_removal, .init = setup)
{
    struct element *e, *next;
    int seen = 0;

    for (int i = 0; i < ELEMENTS; i++)
        list_insert_tail(&heads[i % 2], &elements[i].link);
    list_for_each_entry_safe(e, next, &heads[0], link) {
        cr_assert(e == &elements[2 * seen++]);
        list_remove(&e->link);
    }
    cr_assert(seen == ELEMENTS / 2 && list_is_empty(&heads[0]));
    list_for_each_safe(link, temp, &heads[1])
        list_move_tail(&heads[2], link);
    cr_assert(list_is_empty(&heads[1]));
    cr_assert(list_first_entry(&heads[2], struct element, link) == &elements[1]);
    cr_assert(list_last_entry(&heads[2], struct element, link) == &elements[ELEMENTS - 1]);
    seen = 0;
    list_for_each(link, &heads[2])
        seen++;
    cr_assert(seen == ELEMENTS / 2);

    struct list fixed = LIST_INIT(fixed);
    cr_assert(list_is_empty(&fixed) && list_is_sound(&fixed));
}

Test(list, unsound_lists_are_recognised, .init = setup)
{
    for (int i = 0; i < 4; i++)
        list_insert_tail(&heads[0], &elements[i].link);
    elements[2].link.prev = &elements[0].link;
    cr_assert(!list_is_sound(&heads[0]));
    elements[2].link.prev = &elements[1].link;
    cr_assert(list_is_sound(&heads[0]));
}

Test(list, bit_operations)
{
    struct rand r = { 19 };

    cr_assert(ctz64(0) == 64 && clz64(0) == 64 && popcount64(0) == 0);
    cr_assert(popcount64(~0UL) == 64 && ilog2_ceil(0) == 0 && ilog2_ceil(1) == 0);
    for (int round = 0; round < 20000; round++) {
        uint64_t x = (rand_next(&r) | 1) << rand_below(&r, 64) >> rand_below(&r, 64);

        if (round < 64)
            x = 1UL << round;
        if (!x)
            continue;
        cr_assert(ctz64(x) == (unsigned)__builtin_ctzl(x), "%lx", x);
        cr_assert(clz64(x) == (unsigned)__builtin_clzl(x), "%lx", x);
        cr_assert(popcount64(x) == (unsigned)__builtin_popcountl(x), "%lx", x);
        cr_assert(x >> ilog2(x) == 1);
        cr_assert(is_pow2(x) == (popcount64(x) == 1));
        cr_assert(ilog2_ceil(x) == ilog2(x) + !is_pow2(x));
        if (x <= 1UL << 63)
            cr_assert(is_pow2(round_up_pow2(x)) && round_up_pow2(x) >= x &&
                      round_up_pow2(x) / 2 < x);
        else
            cr_assert(round_up_pow2(x) == 0);
    }
    cr_assert(!is_pow2(0) && round_up_pow2(0) == 1);
    cr_assert(align_up(1, 4096) == 4096 && align_up(4096, 4096) == 4096 && align_up(0, 8) == 0);
    cr_assert(align_down(4097, 4096) == 4096 && align_up(~0UL, 16) == 0);
    cr_assert(is_aligned(8192, 4096) && !is_aligned(8193, 4096));
    cr_assert(div_round_up(~0UL, 2) == 1UL << 63 && div_round_up(0, 7) == 0);
    cr_assert(div_round_up(15, 7) == 3 && round_up(15, 7) == 21 && round_down(15, 7) == 14);
    cr_assert(MIN(3, 4) == 3 && MAX(3L, 4L) == 4 && min_u64(1, 2) == 1 && max_u64(1, 2) == 2);
    cr_assert(ARRAY_SIZE(heads) == LISTS);
}

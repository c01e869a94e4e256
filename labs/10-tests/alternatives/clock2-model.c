/* SPDX-License-Identifier: MIT */
/* instead of: tests/host/suite_clock2.c */
/*
 * One test: looks in random order at random pages, beside a model that has an array for
 * each list.
 */
#include <criterion/criterion.h>
#include "kernel/mm/policy.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define NPAGES 12

static struct page_lists lists;
static struct rand rng;

/* Pages by number, the next to go first. */
static struct row {
    size_t page[NPAGES], n;
} fresh, inactive, active;

static void push(struct row *r, size_t page)
{
    r->page[r->n++] = page;
}

static size_t pop(struct row *r)
{
    size_t page = r->page[0];

    r->n--;
    for (size_t i = 0; i < r->n; i++)
        r->page[i] = r->page[i + 1];
    return page;
}

static struct row *row_in_turn(void)
{
    if (fresh.n)
        return &fresh;
    return active.n > inactive.n + fresh.n ? &active : &inactive;
}

/* Where the next page goes; NULL: it is evicted. */
static struct row *fate(const struct row *from, bool used, bool is_text)
{
    if (from == &fresh)
        return &inactive;
    if (from == &active)
        return used && is_text ? &active : &inactive;
    return used ? &active : NULL;
}

static void look_at_one(bool *here)
{
    struct row *from = row_in_turn(), *to;
    bool used = rand_below(&rng, 3) > 0, gone;
    struct page *page = policy_clock2.next(&lists);
    size_t i;

    if (!from->n) {
        cr_assert_null(page);
        return;
    }
    i = pop(from);
    cr_assert_eq(page, &frames.pages[i]);
    to = fate(from, used, page_test(page, PG_FETCHABLE));
    page_lists_remove(&lists, page);
    gone = policy_clock2.judge(&lists, page, used);
    cr_assert_eq(gone, !to);
    here[i] = !gone;
    if (to)
        push(to, i);
    else
        page_clear(page, PG_SEEN);
}

Test(clock2, behaves_like_three_arrays)
{
    bool here[NPAGES] = { false };

    shim_ram_create(0x80000, NPAGES);
    page_lists_init(&lists, KIND_FILE);
    rand_seed(&rng, 1);
    for (size_t i = 0; i < NPAGES; i += 3)
        page_set(&frames.pages[i], PG_FETCHABLE);
    for (int step = 0; step < 5000; step++) {
        size_t i = rand_below(&rng, NPAGES);

        if (!here[i] && rand_below(&rng, 2)) {
            policy_clock2.add(&lists, &frames.pages[i]);
            push(&fresh, i);
            here[i] = true;
        }
        look_at_one(here);
        cr_assert_eq(lists.nactive, active.n);
        cr_assert_eq(lists.ninactive, inactive.n + fresh.n);
    }
    shim_ram_destroy();
}

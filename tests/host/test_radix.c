// sources: lib/radix.c
/* SPDX-License-Identifier: MIT */
/*
 * test_radix.c - the radix tree against a plain table, with nodes that run out.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/radix.h"
#include "lib/rand.h"

#define KEYS 600

/* The model: what is at each of KEYS indices. */
struct model {
    uint64_t index[KEYS];               /* ascending                       */
    void *item[KEYS];
    bool tag[KEYS][RADIX_TAGS];
};

static struct {
    long live;                          /* nodes out                       */
    long budget;                        /* nodes that may still be given   */
} pool = { 0, -1 };

static struct radix_node *pool_alloc(struct radix_tree *tree)
{
    struct radix_node *node;

    cr_assert(tree->context == &pool);
    if (pool.budget == 0)
        return NULL;
    if (pool.budget > 0)
        pool.budget--;
    node = malloc(sizeof *node);
    memset(node, 0xa5, sizeof *node);   /* need not be cleared             */
    pool.live++;
    return node;
}

static void pool_free(struct radix_tree *tree, struct radix_node *node)
{
    cr_assert(tree->context == &pool);
    memset(node, 0x5a, sizeof *node);
    free(node);
    pool.live--;
}

static void check(const struct radix_tree *tree)
{
    const char *fault = radix_check(tree);

    cr_assert_null(fault, "%s", fault);
}

/* Indices near each other, far apart, and at both ends of the range. */
static void model_init(struct model *m, struct rand *r)
{
    memset(m, 0, sizeof *m);
    for (int i = 0; i < KEYS; i++) {
        if (i < KEYS / 2)
            m->index[i] = (uint64_t)i;
        else if (i < KEYS - 100)
            m->index[i] = m->index[i - 1] + 1 + (rand_next(r) >> rand_range(r, 9, 63));
        else
            m->index[i] = UINT64_MAX - (uint64_t)(KEYS - 1 - i);
        cr_assert(i == 0 || m->index[i] > m->index[i - 1]);
    }
}

/* The first key from K on, of FROM or above, that has TAG; -1 if there is none. */
static int model_first(const struct model *m, int k, uint64_t from, enum radix_tag tag)
{
    for (int i = k; i < KEYS; i++)
        if (m->index[i] >= from && m->item[i] && (tag == RADIX_PRESENT || m->tag[i][tag]))
            return i;
    return -1;
}

/* The run of slots from key K on holds all keys that share its node. */
static void compare_slots(const struct radix_tree *tree, const struct model *m, int k)
{
    uint64_t index = m->index[k];
    size_t n;
    void *const *slots = radix_slots(tree, index, &n);

    cr_assert(n == RADIX_SLOTS - index % RADIX_SLOTS);
    for (int i = k; i < KEYS && m->index[i] - index < n; i++)
        cr_assert((slots ? slots[m->index[i] - index] : NULL) == m->item[i]);
}

static void compare_point(const struct radix_tree *tree, const struct model *m, int k)
{
    cr_assert(radix_lookup(tree, m->index[k]) == m->item[k]);
    compare_slots(tree, m, k);
    for (int t = 0; t < RADIX_TAGS; t++)
        cr_assert(radix_tag_test(tree, m->index[k], t) == m->tag[k][t]);
}

static void compare_search(const struct radix_tree *tree, const struct model *m, struct rand *r)
{
    enum radix_tag tag = rand_below(r, RADIX_TAGS + 1);
    uint64_t from = m->index[rand_below(r, KEYS)] + rand_below(r, 2);
    uint64_t last = rand_one_in(r, 2) ? UINT64_MAX : m->index[rand_below(r, KEYS)];
    size_t max = rand_range(r, 1, 90), n;
    uint64_t at = from, indices[90];
    void *items[90], *item;
    int k = model_first(m, 0, from, tag);

    item = radix_next(tree, &at, tag);
    cr_assert(item == (k < 0 ? NULL : m->item[k]));
    cr_assert(at == (k < 0 ? from : m->index[k]));

    n = radix_gang_lookup_tag(tree, from, last, items, rand_one_in(r, 3) ? NULL : indices, max,
                              tag);
    for (size_t i = 0; i < n; i++) {
        cr_assert(k >= 0 && m->index[k] <= last && items[i] == m->item[k]);
        k = model_first(m, k + 1, 0, tag);
    }
    cr_assert(n == max || k < 0 || m->index[k] > last);
}

/* A tag that all have is copied as any other is. */
static void copy_tag(struct radix_tree *tree, struct model *m, struct rand *r)
{
    enum radix_tag from = rand_below(r, RADIX_TAGS + 1), to = rand_below(r, RADIX_TAGS);
    size_t a = rand_below(r, KEYS), b = MIN(a + rand_below(r, 40), KEYS - 1UL), n = 0;

    for (size_t k = a; k <= b; k++) {
        if (!m->item[k] || (from != RADIX_PRESENT && !m->tag[k][from]))
            continue;
        m->tag[k][to] = true;
        n++;
    }
    cr_assert(radix_tag_copy(tree, m->index[a], m->index[b], from, to) == n);
}

static void step(struct radix_tree *tree, struct model *m, struct rand *r, bool is_growing)
{
    int k = (int)rand_below(r, KEYS);
    uint64_t index = m->index[k];
    enum radix_tag tag = rand_below(r, RADIX_TAGS);
    long live = pool.live;
    int err;

    switch (rand_below(r, 9)) {
    case 0:
    case 1:
    case 2:
        if (!is_growing)
            break;
        pool.budget = rand_one_in(r, 4) ? (long)rand_below(r, 8) : -1;
        err = radix_insert(tree, index, &m->item[k]);
        if (err == -ENOMEM)
            cr_assert(pool.live == live && pool.budget == 0 && !m->item[k]);
        else
            cr_assert(err == (m->item[k] ? -EEXIST : 0));
        if (err == 0)
            m->item[k] = &m->item[k];
        pool.budget = -1;
        break;
    case 3:
    case 4:
        cr_assert(radix_delete(tree, index) == m->item[k]);
        m->item[k] = NULL;
        memset(m->tag[k], 0, sizeof m->tag[k]);
        break;
    case 5:
        radix_tag_set(tree, index, tag);
        m->tag[k][tag] = m->item[k] != NULL;
        break;
    case 6:
        radix_tag_clear(tree, index, tag);
        m->tag[k][tag] = false;
        break;
    case 7:
        cr_assert(radix_replace(tree, index, m->tag[k]) == m->item[k]);
        if (m->item[k])
            m->item[k] = m->tag[k];
        break;
    case 8:
        copy_tag(tree, m, r);
        break;
    }
    compare_point(tree, m, k);
}

/* As many steps as ROUNDS; all invariants are checked every CHECKS steps. */
static void run(uint64_t seed, int rounds, int checks)
{
    static struct model m;
    struct radix_tree tree;
    struct rand r = { seed };

    model_init(&m, &r);
    radix_init(&tree, pool_alloc, pool_free, &pool);
    for (int round = 0; round < rounds; round++) {
        step(&tree, &m, &r, round % 2000 < 1400);
        if (round % checks == 0)
            check(&tree);
        if (round % 10 == 0)
            compare_search(&tree, &m, &r);
    }
    check(&tree);
    for (int k = 0; k < KEYS; k++)
        cr_assert(radix_delete(&tree, m.index[k]) == m.item[k]);
    cr_assert(radix_is_empty(&tree) && pool.live == 0);
}

Test(radix, random_against_model)
{
    run(7, 6000, 1);
}

/* A tag lost far above its item shows in a search, not only to radix_check(). */
Test(radix, a_million_steps, .timeout = 200)
{
    for (uint64_t seed = 1; seed <= 8; seed++)
        run(seed, 125000, 5000);
}

/* Each possible failure of an insertion leaves the tree as it was. */
Test(radix, every_allocation_fails_once)
{
    static const uint64_t bases[][2] = {
        { 0, UINT64_MAX }, { UINT64_MAX, 0 }, { 5, 64 }, { 64, 5 }, { 1UL << 40, 1UL << 41 },
        { 0, 4096 }, { 70000, 70001 }, { 100, 100 },
    };
    int x, y;

    for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
        struct radix_tree tree;

        for (int has_first = 0; has_first < 2; has_first++)
            for (long budget = 0;; budget++) {
                long live;
                int err;

                radix_init(&tree, pool_alloc, pool_free, &pool);
                pool.budget = -1;
                if (has_first)
                    cr_assert(radix_insert(&tree, bases[b][0], &x) == 0);
                live = pool.live;
                pool.budget = budget;
                err = radix_insert(&tree, bases[b][1], &y);
                check(&tree);
                cr_assert(radix_lookup(&tree, bases[b][0]) ==
                          (has_first ? &x : err || bases[b][0] != bases[b][1] ? NULL : (void *)&y));
                if (err == -ENOMEM)
                    cr_assert(pool.live == live);
                radix_clear(&tree);
                cr_assert(pool.live == 0 && radix_is_empty(&tree));
                if (err != -ENOMEM)
                    break;
                cr_assert(budget < 2 * RADIX_HEIGHT_MAX);
            }
    }
}

Test(radix, height_follows_the_greatest_index)
{
    struct radix_tree tree;
    int x;

    radix_init(&tree, pool_alloc, pool_free, &pool);
    cr_assert(radix_insert(&tree, 63, &x) == 0 && pool.live == 1);
    cr_assert(radix_insert(&tree, 64, &x) == 0 && pool.live == 3);
    cr_assert(radix_insert(&tree, UINT64_MAX, &x) == 0);
    cr_assert(pool.live == 3 + 9 + 10);         /* nine roots above, ten nodes down */
    radix_tag_set(&tree, UINT64_MAX, RADIX_DIRTY);
    radix_tag_set(&tree, 63, RADIX_DIRTY);
    cr_assert(radix_delete(&tree, UINT64_MAX) == &x && pool.live == 3);
    cr_assert(radix_is_tagged(&tree, RADIX_DIRTY));
    cr_assert(radix_delete(&tree, 64) == &x && pool.live == 1);
    cr_assert(radix_delete(&tree, 64) == NULL && radix_lookup(&tree, 1UL << 50) == NULL);
    cr_assert(radix_delete(&tree, 63) == &x && pool.live == 0);
    cr_assert(!radix_is_tagged(&tree, RADIX_DIRTY));
    cr_assert(radix_lookup(&tree, 0) == NULL && radix_delete(&tree, 0) == NULL);
}

Test(radix, tags_are_copied_within_a_range)
{
    struct radix_tree tree;
    static int x[1000];
    void *items[1000];
    uint64_t indices[1000];

    radix_init(&tree, pool_alloc, pool_free, &pool);
    for (uint64_t i = 0; i < 1000; i++) {
        cr_assert(radix_insert(&tree, i * 3, &x[i]) == 0);
        if (i % 2 == 0)
            radix_tag_set(&tree, i * 3, RADIX_DIRTY);
    }
    cr_assert(radix_tag_copy(&tree, 30, 60, RADIX_DIRTY, RADIX_TOWRITE) == 6);
    check(&tree);
    cr_assert(radix_gang_lookup_tag(&tree, 0, UINT64_MAX, items, indices, 1000,
                                    RADIX_TOWRITE) == 6);
    for (int i = 0; i < 6; i++)
        cr_assert(indices[i] == 30 + 6 * (uint64_t)i && items[i] == &x[10 + 2 * i]);
    cr_assert(radix_gang_lookup(&tree, 0, UINT64_MAX, items, NULL, 1000) == 1000);
    cr_assert(radix_gang_lookup(&tree, 2995, 2996, items, NULL, 1000) == 0);
    cr_assert(radix_gang_lookup(&tree, 5, 4, items, NULL, 1000) == 0);
    cr_assert(radix_tag_copy(&tree, 0, UINT64_MAX, RADIX_PRESENT, RADIX_WRITEBACK) == 1000);
    radix_clear(&tree);
    cr_assert(pool.live == 0);
}

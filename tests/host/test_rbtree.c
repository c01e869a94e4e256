// sources: lib/rbtree.c
/* SPDX-License-Identifier: MIT */
/*
 * test_rbtree.c - red-black trees against a sorted array, augmented and not.
 *
 * The augmented value is the greatest weight and the sum of all weights below:
 * the sum changes with every element, the greatest often does not, so both the
 * recomputing and the stopping early are put to the test.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "lib/rand.h"
#include "lib/rbtree.h"

#define MAX_ELEMENTS 400

struct element {
    uint64_t key;
    uint64_t weight;
    uint64_t max_weight;                /* here and below                  */
    uint64_t sum;
    struct rb_node node;
};

static struct element *element_of(const struct rb_node *node)
{
    return rb_entry((struct rb_node *)node, struct element, node);
}

static bool update_sum(struct rb_node *node)
{
    struct element *e = element_of(node);
    uint64_t sum = e->weight;

    if (node->left)
        sum += element_of(node->left)->sum;
    if (node->right)
        sum += element_of(node->right)->sum;
    if (sum == e->sum)
        return false;
    e->sum = sum;
    return true;
}

RB_AUGMENT(by_sum, update_sum);

static bool update_max(struct rb_node *node)
{
    struct element *e = element_of(node);
    uint64_t max = e->weight;

    if (node->left && element_of(node->left)->max_weight > max)
        max = element_of(node->left)->max_weight;
    if (node->right && element_of(node->right)->max_weight > max)
        max = element_of(node->right)->max_weight;
    if (max == e->max_weight)
        return false;
    e->max_weight = max;
    return true;
}

RB_AUGMENT(by_max, update_max);

static int by_key(const struct rb_node *a, const struct rb_node *b)
{
    uint64_t x = element_of(a)->key, y = element_of(b)->key;

    return (x > y) - (x < y);
}

static void insert(struct rb_root *root, struct element *e)
{
    struct rb_node *parent = NULL, **link = &root->top;

    while (*link) {
        parent = *link;
        link = e->key < element_of(parent)->key ? &parent->left : &parent->right;
    }
    rb_insert(root, parent, link, &e->node);
}

/* The same through the neighbours: the last element that is not greater, and the next. */
static void insert_between(struct rb_root *root, struct element *e)
{
    struct rb_node *prev = NULL, *next = rb_first(root);

    while (next && element_of(next)->key <= e->key) {
        prev = next;
        next = rb_next(next);
    }
    rb_insert_between(root, prev, next, &e->node);
}

/* The model: all elements in the tree, by key and, among equals, by age. */
static struct element *sorted[MAX_ELEMENTS];
static int count;

static void model_insert(struct element *e)
{
    int i = count++;

    for (; i > 0 && sorted[i - 1]->key > e->key; i--)
        sorted[i] = sorted[i - 1];
    sorted[i] = e;
}

static void check(const struct rb_root *root)
{
    const char *fault = rb_check(root, by_key);
    int i = 0;

    cr_assert_null(fault, "%s", fault);
    cr_assert(rb_is_empty(root) == (count == 0));
    cr_assert(rb_first(root) == (count ? &sorted[0]->node : NULL));
    cr_assert(rb_last(root) == (count ? &sorted[count - 1]->node : NULL));
    rb_for_each(node, root) {
        cr_assert(i < count && node == &sorted[i]->node);
        cr_assert(rb_prev(node) == (i ? &sorted[i - 1]->node : NULL));
        i++;
    }
    cr_assert(i == count);
}

static struct element *new_element(struct rand *r, uint64_t keys)
{
    struct element *e = malloc(sizeof *e);

    memset(e, 0x77, sizeof *e);         /* nothing is set up beforehand,   */
    e->key = rand_below(r, keys);
    e->weight = rand_below(r, 50);
    if (rand_one_in(r, 2))              /* or is right by accident         */
        e->sum = e->max_weight = e->weight;
    return e;
}

/* What an insertion in front of element I, or its removal, may change in the next. */
static void change_next(struct rand *r, int i)
{
    if (i < count && rand_one_in(r, 2))
        sorted[i]->weight = rand_below(r, 60);
}

/* The first element behind those with keys up to KEY. */
static int place_of(uint64_t key)
{
    int i = count;

    while (i > 0 && sorted[i - 1]->key > key)
        i--;
    return i;
}

static void step(struct rb_root *root, struct rand *r, uint64_t keys, bool is_growing)
{
    int i = count ? (int)rand_below(r, (uint64_t)count) : 0;
    struct element *e;

    switch (rand_below(r, 6)) {
    case 0:
    case 1:
    case 2:
        if (count == MAX_ELEMENTS || (!is_growing && !rand_one_in(r, 4)))
            break;
        e = new_element(r, keys);
        change_next(r, place_of(e->key));
        if (rand_one_in(r, 2))
            insert(root, e);
        else
            insert_between(root, e);
        model_insert(e);
        break;
    case 3:
        if (!count)
            break;
        change_next(r, i + 1);
        rb_erase(root, &sorted[i]->node);
        memset(sorted[i], 0x66, sizeof *sorted[i]);
        free(sorted[i]);
        count--;
        memmove(&sorted[i], &sorted[i + 1], (size_t)(count - i) * sizeof *sorted);
        break;
    case 4:
        if (!count)
            break;
        e = new_element(r, keys);
        e->key = sorted[i]->key;
        rb_replace(root, &sorted[i]->node, &e->node);
        free(sorted[i]);
        sorted[i] = e;
        break;
    case 5:
        if (!count)
            break;
        sorted[i]->weight = rand_below(r, 60);
        rb_propagate(root, &sorted[i]->node);
        break;
    }
}

static void run(const struct rb_augment *augment, uint64_t seed, uint64_t keys)
{
    struct rb_root root;
    struct rand r = { seed };

    rb_init(&root, augment);
    check(&root);
    for (int round = 0; round < 6000; round++) {
        step(&root, &r, keys, round % 3000 < 1800);
        check(&root);
    }
    while (count) {
        rb_erase(&root, &sorted[0]->node);
        free(sorted[0]);
        memmove(&sorted[0], &sorted[1], (size_t)--count * sizeof *sorted);
        if (count % 8 == 0)
            check(&root);
    }
    cr_assert(rb_is_empty(&root));
}

Test(rbtree, random_plain)
{
    run(NULL, 31, 1000000);
    run(NULL, 32, 20);                  /* many equal keys                 */
}

Test(rbtree, random_augmented)
{
    run(&by_sum, 33, 1000);
    run(&by_max, 34, 1000);
    run(&by_max, 35, 30);
}

/* Orders that trouble an unbalanced tree; depth at most 2 log2(n + 1). */
Test(rbtree, stays_shallow)
{
    enum { N = 20000 };
    struct element *e = malloc(N * sizeof *e);
    struct rb_root root;

    for (int order = 0; order < 3; order++) {
        unsigned deepest = 0;

        rb_init(&root, NULL);
        for (uint64_t i = 0; i < N; i++) {
            e[i].key = order == 0 ? i : order == 1 ? N - i : i % 2 ? i : N - i;
            insert(&root, &e[i]);
        }
        rb_for_each(node, &root) {
            unsigned depth = 0;

            for (const struct rb_node *n = node; n; n = n->parent)
                depth++;
            deepest = depth > deepest ? depth : deepest;
        }
        cr_assert(deepest <= 30, "%u", deepest);
        cr_assert_null(rb_check(&root, by_key));
        for (uint64_t i = 0; i < N; i += 2)
            rb_erase(&root, &e[i].node);
        cr_assert_null(rb_check(&root, by_key));
    }
    free(e);
}

/* rb_check() must see each kind of damage. */
Test(rbtree, check_finds_faults)
{
    struct element e[15];
    struct rb_root root;
    struct rb_node *node;

    memset(e, 0, sizeof e);
    rb_init(&root, &by_sum);
    for (uint64_t i = 0; i < 15; i++) {
        e[i].key = i;
        e[i].weight = i;
        insert(&root, &e[i]);
    }
    cr_assert_null(rb_check(&root, by_key));

    root.top->is_red = true;
    cr_assert_not_null(rb_check(&root, by_key));
    root.top->is_red = false;

    node = rb_first(&root);
    node->is_red = !node->is_red;
    cr_assert_not_null(rb_check(&root, by_key));
    node->is_red = !node->is_red;

    e[7].key = 3;
    cr_assert_not_null(rb_check(&root, by_key));
    cr_assert_null(rb_check(&root, NULL));
    e[7].key = 7;

    e[4].weight = 1000;
    cr_assert_not_null(rb_check(&root, by_key));
    rb_propagate(&root, &e[4].node);
    cr_assert_not_null(rb_check(&root, by_key), "the check itself has made it current there");
    for (node = &e[4].node; node; node = node->parent)
        update_sum(node);
    cr_assert_null(rb_check(&root, by_key));

    node = root.top->left;
    node->parent = node;
    cr_assert_not_null(rb_check(&root, by_key));
    node->parent = root.top;
    cr_assert_null(rb_check(&root, by_key));
}

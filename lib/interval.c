/* SPDX-License-Identifier: MIT */
/*
 * interval.c - ranges of numbers, and which of them meet a range.
 */
#include "lib/interval.h"

static struct interval *interval_of(struct rb_node *n)
{
    return rb_entry(n, struct interval, node);
}

static bool update_max_last(struct rb_node *n)
{
    struct interval *it = interval_of(n);
    uint64_t max = it->last;

    if (n->left && interval_of(n->left)->max_last > max)
        max = interval_of(n->left)->max_last;
    if (n->right && interval_of(n->right)->max_last > max)
        max = interval_of(n->right)->max_last;
    if (it->max_last == max)
        return false;
    it->max_last = max;
    return true;
}

RB_AUGMENT(by_max_last, update_max_last);

void interval_tree_init(struct rb_root *tree)
{
    rb_init(tree, &by_max_last);
}

void interval_insert(struct rb_root *tree, struct interval *it, uint64_t first, uint64_t last)
{
    struct rb_node **link = &tree->top, *parent = NULL;

    while (*link) {
        parent = *link;
        link = first < interval_of(parent)->first ? &parent->left : &parent->right;
    }
    it->first = first;
    it->last = it->max_last = last;
    rb_insert(tree, parent, link, &it->node);
}

void interval_remove(struct rb_root *tree, struct interval *it)
{
    rb_erase(tree, &it->node);
}

void interval_change(struct rb_root *tree, struct interval *it, uint64_t first, uint64_t last)
{
    if (first == it->first) {
        it->last = last;
        rb_propagate(tree, &it->node);
        return;
    }
    rb_erase(tree, &it->node);
    interval_insert(tree, it, first, last);
}

struct query {
    uint64_t first, last;
    void (*fn)(struct interval *it, void *arg);
    void *arg;
};

/* As deep as the tree is high. */
static void visit(const struct query *q, struct rb_node *n)
{
    struct interval *it;

    for (; n; n = n->right) {
        it = interval_of(n);
        if (it->max_last < q->first)
            return;
        visit(q, n->left);
        if (it->first > q->last)
            return;
        if (it->last >= q->first)
            q->fn(it, q->arg);
    }
}

void interval_for_each(const struct rb_root *tree, uint64_t first, uint64_t last,
                       void (*fn)(struct interval *it, void *arg), void *arg)
{
    struct query q = { .first = first, .last = last, .fn = fn, .arg = arg };

    visit(&q, tree->top);
}

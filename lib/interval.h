/* SPDX-License-Identifier: MIT */
/*
 * interval.h - ranges of numbers that may overlap, and which of them meet a range.
 *
 * A red-black tree by first number, augmented with the greatest last number below
 * (Cormen et al., "Introduction to Algorithms", chapter 14, interval trees): a query
 * passes over every subtree that ends before it begins, so it costs O(log n) and
 * the number of its answers.
 *
 * Locks: the owner's.  Nothing here allocates or sleeps.
 */
#pragma once
#include "lib/rbtree.h"

struct interval {
    struct rb_node node;
    uint64_t first, last;           /* both inside                             */
    uint64_t max_last;              /* greatest last, here and below           */
};

void interval_tree_init(struct rb_root *tree);

/* Enter IT as [FIRST, LAST], and take it out. */
void interval_insert(struct rb_root *tree, struct interval *it, uint64_t first, uint64_t last);
void interval_remove(struct rb_root *tree, struct interval *it);
/* IT, which is in TREE, is [FIRST, LAST] from now on. */
void interval_change(struct rb_root *tree, struct interval *it, uint64_t first, uint64_t last);

/* Call FN for each interval that meets [FIRST, LAST], in the order of their first
 * numbers.  FN may not change the tree. */
void interval_for_each(const struct rb_root *tree, uint64_t first, uint64_t last,
                       void (*fn)(struct interval *it, void *arg), void *arg);

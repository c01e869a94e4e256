/* SPDX-License-Identifier: MIT */
/*
 * rbtree.h - red-black trees, with the nodes inside the elements.
 *
 * The tree keeps order and balance; what the order means is the caller's.  To
 * insert, walk down from root->top, remember the last node and which of its
 * links was empty, and hand both to rb_insert():
 *
 *     struct rb_node *parent = NULL, **link = &root->top;
 *
 *     while (*link) {
 *         parent = *link;
 *         link = key < KEY(parent) ? &parent->left : &parent->right;
 *     }
 *     rb_insert(root, parent, link, &e->node);
 *
 * An augmented tree keeps in each element a value computed from the element
 * and its two children, such as the largest gap below.  update() recomputes
 * it and says whether it changed; the tree calls it wherever shape changes.
 * The value may depend on the set of elements below, not on their shape.
 * RB_AUGMENT() makes of update() what a tree needs:
 *
 *     RB_AUGMENT(by_gap, update_max_gap);
 *
 *     rb_init(&tree, &by_gap);
 *
 * Inserting and erasing recompute every value from there up to the root: what
 * they change in the next element in order may be entered there just before,
 * and costs no second walk.
 *
 * Invariants, checked by rb_check():
 *   - the root is black, and no red node has a red child;
 *   - every way from the root down to an empty link has as many black nodes;
 *   - in-order is the caller's order, and every augmented value is current.
 *
 * Locks: the owner's.  Nothing here allocates or sleeps; all is O(log n).
 */
#pragma once
#include "lib/container.h"
#include "lib/types.h"

struct rb_node {
    struct rb_node *parent;
    struct rb_node *left;
    struct rb_node *right;
    bool is_red;
};

/* Recompute NODE's value from itself and its children; true if it changed. */
typedef bool rb_update_fn(struct rb_node *node);

struct rb_augment {
    rb_update_fn *update;
    void (*update_upwards)(struct rb_node *node);   /* from NODE, if any, up to the root */
};

/* Define NAME for UPDATE, which the walk upwards has inlined: the way up is what an
 * augmented tree costs more than a plain one. */
#define RB_AUGMENT(name, update)                            \
    static void name##_upwards(struct rb_node *node)        \
    {                                                       \
        for (; node; node = node->parent)                   \
            update(node);                                   \
    }                                                       \
    static const struct rb_augment name = { update, name##_upwards }

struct rb_root {
    struct rb_node *top;
    const struct rb_augment *augment;   /* NULL: a plain tree              */
};

#define RB_ROOT_INIT { NULL, NULL }

#define rb_entry(node, type, member) container_of(node, type, member)

/* AUGMENT may be NULL. */
static inline void rb_init(struct rb_root *root, const struct rb_augment *augment)
{
    root->top = NULL;
    root->augment = augment;
}

static inline bool rb_is_empty(const struct rb_root *root)
{
    return !root->top;
}

/* Link NODE at *LINK, an empty link of PARENT (or of the root), and rebalance. */
void rb_insert(struct rb_root *root, struct rb_node *parent, struct rb_node **link,
               struct rb_node *node);

/* The same where the neighbours of the place are known: PREV and NEXT, or NULL
 * where there is none. */
static inline void rb_insert_between(struct rb_root *root, struct rb_node *prev,
                                     struct rb_node *next, struct rb_node *node)
{
    /* Of two neighbours one is below the other, and has an empty link on this side. */
    if (next && !next->left)
        rb_insert(root, next, &next->left, node);
    else if (prev)
        rb_insert(root, prev, &prev->right, node);
    else
        rb_insert(root, NULL, &root->top, node);
}

/* Unlink NODE and rebalance.  Its memory is the caller's again. */
void rb_erase(struct rb_root *root, struct rb_node *node);

/* Let NEW, which sorts alike, take OLD's place. */
void rb_replace(struct rb_root *root, struct rb_node *old, struct rb_node *new_node);

/* NODE's own contents have changed: bring its value and those above up to date. */
void rb_propagate(struct rb_root *root, struct rb_node *node);

/* In order.  NULL when there is none. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_for_each(node, root) \
    for (struct rb_node *node = rb_first(root); node; node = rb_next(node))

/*
 * Return NULL if all invariants hold, else which one does not.  COMPARE says
 * by its sign how A sorts against B; NULL skips the order.  O(n).
 */
const char *rb_check(const struct rb_root *root,
                     int (*compare)(const struct rb_node *a, const struct rb_node *b));

/* SPDX-License-Identifier: MIT */
/*
 * rbtree.c - red-black trees.
 *
 * Inserting colours the new node red; if its parent is red too, either the
 * uncle is red, and the conflict moves up by two levels by recolouring, or at
 * most two rotations end it.  Erasing a black node leaves a way with one black
 * node too few; either the shortage moves up or at most three rotations end it.
 *
 * An augmented value depends on the node and what is below.  A rotation keeps
 * what is below its upper node, so it recomputes two values and no more;
 * linking and unlinking recompute all values from the place of change up to
 * the root.
 */
#include "lib/rbtree.h"

static bool is_red(const struct rb_node *node)
{
    return node && node->is_red;
}

static void update(struct rb_root *root, struct rb_node *node)
{
    if (root->augment)
        root->augment->update(node);
}

/* Recompute from NODE, if any, upwards until a value stays the same. */
static void propagate(struct rb_root *root, struct rb_node *node)
{
    if (!root->augment)
        return;
    while (node && root->augment->update(node))
        node = node->parent;
}

/* Recompute from NODE, if any, up to the root. */
static void update_upwards(struct rb_root *root, struct rb_node *node)
{
    if (root->augment)
        root->augment->update_upwards(node);
}

/* As propagate(), for a NODE new to its place: what it held before says nothing. */
static void propagate_new(struct rb_root *root, struct rb_node *node)
{
    update(root, node);
    propagate(root, node->parent);
}

/* Make the link that points down to OLD, child of PARENT, point to NODE. */
static void set_down_link(struct rb_root *root, struct rb_node *parent,
                          const struct rb_node *old, struct rb_node *node)
{
    if (!parent)
        root->top = node;
    else if (parent->left == old)
        parent->left = node;
    else
        parent->right = node;
}

/*
 *      p                 c
 *     / \               / \
 *    a   c     -->     p   e
 *       / \           / \
 *      b   e         a   b
 */
static void rotate_left(struct rb_root *root, struct rb_node *p)
{
    struct rb_node *c = p->right;

    p->right = c->left;
    if (c->left)
        c->left->parent = p;
    c->parent = p->parent;
    set_down_link(root, p->parent, p, c);
    c->left = p;
    p->parent = c;
    update(root, p);
    update(root, c);
}

/* The mirror image. */
static void rotate_right(struct rb_root *root, struct rb_node *p)
{
    struct rb_node *c = p->left;

    p->left = c->right;
    if (c->right)
        c->right->parent = p;
    c->parent = p->parent;
    set_down_link(root, p->parent, p, c);
    c->right = p;
    p->parent = c;
    update(root, p);
    update(root, c);
}

/* End the conflict of red NODE with its red PARENT; the uncle is black. */
static void insert_rotate(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
    struct rb_node *grand = parent->parent;

    if (parent == grand->left) {
        if (node == parent->right) {
            rotate_left(root, parent);
            parent = node;
        }
        rotate_right(root, grand);
    } else {
        if (node == parent->left) {
            rotate_right(root, parent);
            parent = node;
        }
        rotate_left(root, grand);
    }
    parent->is_red = false;
    grand->is_red = true;
}

static void insert_fixup(struct rb_root *root, struct rb_node *node)
{
    struct rb_node *parent, *grand, *uncle;

    while ((parent = node->parent) && parent->is_red) {
        grand = parent->parent;         /* there is one: the root is black */
        uncle = parent == grand->left ? grand->right : grand->left;
        if (!is_red(uncle)) {
            insert_rotate(root, node, parent);
            return;
        }
        parent->is_red = false;
        uncle->is_red = false;
        grand->is_red = true;
        node = grand;
    }
    root->top->is_red = false;
}

void rb_insert(struct rb_root *root, struct rb_node *parent, struct rb_node **link,
               struct rb_node *node)
{
    node->parent = parent;
    node->left = NULL;
    node->right = NULL;
    node->is_red = true;
    *link = node;
    update_upwards(root, node);
    insert_fixup(root, node);
}

/*
 * The ways through the left link of PARENT lack a black node.  True: it has
 * been made up for.  False: the ways through PARENT lack it now.
 */
static bool erase_fixup_left(struct rb_root *root, struct rb_node *parent)
{
    struct rb_node *sibling = parent->right;

    if (sibling->is_red) {
        sibling->is_red = false;
        parent->is_red = true;
        rotate_left(root, parent);
        sibling = parent->right;
    }
    if (!is_red(sibling->left) && !is_red(sibling->right)) {
        sibling->is_red = true;
        return false;
    }
    if (!is_red(sibling->right)) {
        sibling->left->is_red = false;
        sibling->is_red = true;
        rotate_right(root, sibling);
        sibling = parent->right;
    }
    sibling->is_red = parent->is_red;
    parent->is_red = false;
    sibling->right->is_red = false;
    rotate_left(root, parent);
    return true;
}

/* The mirror image. */
static bool erase_fixup_right(struct rb_root *root, struct rb_node *parent)
{
    struct rb_node *sibling = parent->left;

    if (sibling->is_red) {
        sibling->is_red = false;
        parent->is_red = true;
        rotate_right(root, parent);
        sibling = parent->left;
    }
    if (!is_red(sibling->left) && !is_red(sibling->right)) {
        sibling->is_red = true;
        return false;
    }
    if (!is_red(sibling->left)) {
        sibling->right->is_red = false;
        sibling->is_red = true;
        rotate_left(root, sibling);
        sibling = parent->left;
    }
    sibling->is_red = parent->is_red;
    parent->is_red = false;
    sibling->left->is_red = false;
    rotate_right(root, parent);
    return true;
}

/* NODE, which may be empty, hangs below PARENT where a black node was taken. */
static void erase_fixup(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
    while (parent && !is_red(node)) {
        if (node == parent->left ? erase_fixup_left(root, parent)
                                 : erase_fixup_right(root, parent))
            return;
        node = parent;
        parent = node->parent;
    }
    if (node)
        node->is_red = false;
}

/* Put NEW, with OLD's links and colour, where OLD was. */
static void take_place(struct rb_root *root, struct rb_node *old, struct rb_node *new_node)
{
    *new_node = *old;
    set_down_link(root, old->parent, old, new_node);
    if (old->left)
        old->left->parent = new_node;
    if (old->right)
        old->right->parent = new_node;
}

/* Unlink NODE, which has at most one child, and rebalance. */
static void erase_leafy(struct rb_root *root, struct rb_node *node)
{
    struct rb_node *child = node->left ? node->left : node->right;
    struct rb_node *parent = node->parent;

    set_down_link(root, parent, node, child);
    if (child)
        child->parent = parent;
    update_upwards(root, child ? child : parent);
    if (!node->is_red)
        erase_fixup(root, child, parent);
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
    struct rb_node *next;

    if (!node->left || !node->right) {
        erase_leafy(root, node);
        return;
    }
    /* The next in order has no left child; it leaves its place and takes NODE's. */
    next = rb_next(node);
    erase_leafy(root, next);
    take_place(root, node, next);
    propagate_new(root, next);
}

void rb_replace(struct rb_root *root, struct rb_node *old, struct rb_node *new_node)
{
    take_place(root, old, new_node);
    propagate_new(root, new_node);
}

void rb_propagate(struct rb_root *root, struct rb_node *node)
{
    propagate(root, node);
}

static struct rb_node *leftmost(struct rb_node *node)
{
    while (node->left)
        node = node->left;
    return node;
}

static struct rb_node *rightmost(struct rb_node *node)
{
    while (node->right)
        node = node->right;
    return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
    return root->top ? leftmost(root->top) : NULL;
}

struct rb_node *rb_last(const struct rb_root *root)
{
    return root->top ? rightmost(root->top) : NULL;
}

struct rb_node *rb_next(const struct rb_node *node)
{
    if (node->right)
        return leftmost(node->right);
    while (node->parent && node == node->parent->right)
        node = node->parent;
    return node->parent;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
    if (node->left)
        return rightmost(node->left);
    while (node->parent && node == node->parent->left)
        node = node->parent;
    return node->parent;
}

/* What is wrong with NODE and its links, or NULL. */
static const char *check_node(const struct rb_root *root, struct rb_node *node)
{
    if (node->left && node->left->parent != node)
        return "a left child has another parent";
    if (node->right && (node->right->parent != node || node->right == node->left))
        return "a right child has another parent";
    if (node->is_red && (is_red(node->left) || is_red(node->right)))
        return "a red node has a red child";
    if (root->augment && root->augment->update(node))
        return "an augmented value was stale";
    return NULL;
}

/* The node after NODE, parents first.  Climbs only links that check_node() has seen. */
static struct rb_node *next_down(struct rb_node *node)
{
    if (node->left)
        return node->left;
    if (node->right)
        return node->right;
    while (node->parent && (node == node->parent->right || !node->parent->right))
        node = node->parent;
    return node->parent ? node->parent->right : NULL;
}

static const char *check_nodes(const struct rb_root *root)
{
    const char *fault = NULL;

    if (is_red(root->top))
        return "the root is red";
    if (root->top && root->top->parent)
        return "the root has a parent";
    for (struct rb_node *node = root->top; node && !fault; node = next_down(node))
        fault = check_node(root, node);
    return fault;
}

/* The number of black nodes from NODE up to the root. */
static unsigned black_depth(const struct rb_node *node)
{
    unsigned depth = 0;

    for (; node; node = node->parent)
        depth += !node->is_red;
    return depth;
}

const char *rb_check(const struct rb_root *root,
                     int (*compare)(const struct rb_node *a, const struct rb_node *b))
{
    const char *fault = check_nodes(root);
    const struct rb_node *before = NULL;
    unsigned depth = 0;

    if (fault)
        return fault;
    rb_for_each(node, root) {
        if (!node->left || !node->right) {
            if (depth && black_depth(node) != depth)
                return "ways down differ in black nodes";
            depth = black_depth(node);
        }
        if (before && compare && compare(before, node) > 0)
            return "out of order";
        before = node;
    }
    return NULL;
}

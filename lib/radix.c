/* SPDX-License-Identifier: MIT */
/*
 * radix.c - sparse arrays of pointers by 64-bit index, with tags.
 *
 *     root, shift 6          [ 0 | 1 | . | 3 | ... ]      indices / 64
 *                              |   |       |
 *     leaves, shift 0        [...][...]  [...]            indices % 64
 *
 * "Present" is kept like a tag: a bit set by slot that says where something is
 * below.  So finding the next item and finding the next tagged item are one
 * search, and it reads one word per level.
 *
 * Growing puts a new root above the old one, which becomes its slot 0.  To be
 * able to undo an insertion, the leaf is made first and emptied on failure:
 * freeing what is empty, and lowering the root, is what deletion does anyway.
 */
#include "lib/radix.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* The slot of NODE that leads to INDEX. */
static unsigned slot_of(const struct radix_node *node, uint64_t index)
{
    return (unsigned)(index >> node->shift) % RADIX_SLOTS;
}

static uint64_t bit(unsigned slot)
{
    return (uint64_t)1 << slot;
}

/* The bits of an index that are decided at NODE and below; at the root, the
 * greatest index there can be. */
static uint64_t index_mask(const struct radix_node *node)
{
    unsigned bits = node->shift + RADIX_SHIFT;

    return bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX;
}

void radix_init(struct radix_tree *tree, struct radix_node *(*alloc)(struct radix_tree *tree),
                void (*free)(struct radix_tree *tree, struct radix_node *node), void *context)
{
    tree->root = NULL;
    tree->alloc = alloc;
    tree->free = free;
    tree->context = context;
}

/* A new, empty node, or NULL. */
static struct radix_node *new_node(struct radix_tree *tree, struct radix_node *parent,
                                   unsigned offset, unsigned shift)
{
    struct radix_node *node = tree->alloc(tree);

    if (!node)
        return NULL;
    memset(node, 0, sizeof *node);
    node->parent = parent;
    node->offset = (uint8_t)offset;
    node->shift = (uint8_t)shift;
    return node;
}

/* The leaf that INDEX belongs to, or NULL. */
static inline struct radix_node *find_leaf(const struct radix_tree *tree, uint64_t index)
{
    struct radix_node *node = tree->root;

    if (!node || index >> node->shift >= RADIX_SLOTS)
        return NULL;
    while (node && node->shift > 0)
        node = node->slots[slot_of(node, index)];
    return node;
}

void *radix_lookup(const struct radix_tree *tree, uint64_t index)
{
    const struct radix_node *leaf = find_leaf(tree, index);

    return leaf ? leaf->slots[slot_of(leaf, index)] : NULL;
}

void *const *radix_slots(const struct radix_tree *tree, uint64_t index, size_t *n)
{
    const struct radix_node *leaf = find_leaf(tree, index);

    *n = RADIX_SLOTS - index % RADIX_SLOTS;
    return leaf ? &leaf->slots[index % RADIX_SLOTS] : NULL;
}

/* Set TAG on SLOT of NODE and on the way up, as far as it is not set there. */
static void set_upwards(struct radix_node *node, unsigned slot, unsigned tag)
{
    while (node && !(node->sets[tag] & bit(slot))) {
        node->sets[tag] |= bit(slot);
        slot = node->offset;
        node = node->parent;
    }
}

/* Clear TAG on SLOT of NODE and on the way up, as long as nothing else has it. */
static void clear_upwards(struct radix_node *node, unsigned slot, unsigned tag)
{
    while (node && (node->sets[tag] & bit(slot))) {
        node->sets[tag] &= ~bit(slot);
        if (node->sets[tag])
            return;
        slot = node->offset;
        node = node->parent;
    }
}

/* Free NODE and those above, as long as they are empty. */
static void prune(struct radix_tree *tree, struct radix_node *node)
{
    struct radix_node *parent;

    for (; node && !node->sets[RADIX_PRESENT]; node = parent) {
        parent = node->parent;
        if (parent) {
            parent->slots[node->offset] = NULL;
            parent->sets[RADIX_PRESENT] &= ~bit(node->offset);
        } else {
            tree->root = NULL;
        }
        tree->free(tree, node);
    }
}

/* Lower the root as long as only its first slot is in use. */
static void shrink(struct radix_tree *tree)
{
    struct radix_node *root = tree->root;

    while (root && root->shift > 0 && root->sets[RADIX_PRESENT] == bit(0)) {
        tree->root = root->slots[0];
        tree->root->parent = NULL;
        tree->free(tree, root);
        root = tree->root;
    }
}

/* Put a node above the root. */
static int grow(struct radix_tree *tree)
{
    struct radix_node *old = tree->root;
    struct radix_node *root = new_node(tree, NULL, 0, old->shift + RADIX_SHIFT);

    if (!root)
        return -ENOMEM;
    for (unsigned tag = 0; tag <= RADIX_PRESENT; tag++)
        root->sets[tag] = old->sets[tag] ? bit(0) : 0;
    root->slots[0] = old;
    old->parent = root;
    old->offset = 0;
    tree->root = root;
    return 0;
}

/* Give an empty tree a root, or make the tree high enough for INDEX. */
static int make_root(struct radix_tree *tree, uint64_t index)
{
    unsigned bits = 64 - clz64(index | 1);

    if (!tree->root) {
        tree->root = new_node(tree, NULL, 0, (bits - 1) / RADIX_SHIFT * RADIX_SHIFT);
        return tree->root ? 0 : -ENOMEM;
    }
    while (index > index_mask(tree->root))
        if (grow(tree) != 0)
            return -ENOMEM;
    return 0;
}

/* The leaf for INDEX, made if need be; on failure *LAST is the lowest node there is. */
static struct radix_node *make_leaf(struct radix_tree *tree, uint64_t index,
                                    struct radix_node **last)
{
    struct radix_node *node = tree->root;
    struct radix_node *child;
    unsigned slot;

    for (; node->shift > 0; node = child) {
        slot = slot_of(node, index);
        child = node->slots[slot];
        if (child)
            continue;
        child = new_node(tree, node, slot, node->shift - RADIX_SHIFT);
        if (!child) {
            *last = node;
            return NULL;
        }
        node->slots[slot] = child;
    }
    return node;
}

int radix_insert(struct radix_tree *tree, uint64_t index, void *item)
{
    struct radix_node *leaf = NULL;
    struct radix_node *last = NULL;

    if (make_root(tree, index) == 0)
        leaf = make_leaf(tree, index, &last);
    if (!leaf) {
        prune(tree, last);
        shrink(tree);
        return -ENOMEM;
    }
    if (leaf->slots[slot_of(leaf, index)])
        return -EEXIST;
    leaf->slots[slot_of(leaf, index)] = item;
    set_upwards(leaf, slot_of(leaf, index), RADIX_PRESENT);
    return 0;
}

void *radix_replace(struct radix_tree *tree, uint64_t index, void *item)
{
    struct radix_node *leaf = find_leaf(tree, index);
    void **slot = leaf ? &leaf->slots[slot_of(leaf, index)] : NULL;
    void *old = slot ? *slot : NULL;

    if (old)
        *slot = item;
    return old;
}

void *radix_delete(struct radix_tree *tree, uint64_t index)
{
    struct radix_node *leaf = find_leaf(tree, index);
    unsigned slot;
    void *item;

    if (!leaf)
        return NULL;
    slot = slot_of(leaf, index);
    item = leaf->slots[slot];
    if (!item)
        return NULL;
    for (unsigned tag = 0; tag < RADIX_TAGS; tag++)
        clear_upwards(leaf, slot, tag);
    leaf->slots[slot] = NULL;
    leaf->sets[RADIX_PRESENT] &= ~bit(slot);
    prune(tree, leaf);
    shrink(tree);
    return item;
}

void radix_clear(struct radix_tree *tree)
{
    struct radix_node *node = tree->root;
    struct radix_node *parent;

    while (node) {
        if (node->shift > 0 && node->sets[RADIX_PRESENT]) {
            node = node->slots[ctz64(node->sets[RADIX_PRESENT])];
            continue;
        }
        parent = node->parent;
        if (parent)
            parent->sets[RADIX_PRESENT] &= ~bit(node->offset);
        tree->free(tree, node);
        node = parent;
    }
    tree->root = NULL;
}

void radix_tag_set(struct radix_tree *tree, uint64_t index, enum radix_tag tag)
{
    struct radix_node *leaf = find_leaf(tree, index);

    if (leaf && leaf->slots[slot_of(leaf, index)])
        set_upwards(leaf, slot_of(leaf, index), tag);
}

void radix_tag_clear(struct radix_tree *tree, uint64_t index, enum radix_tag tag)
{
    struct radix_node *leaf = find_leaf(tree, index);

    if (leaf)
        clear_upwards(leaf, slot_of(leaf, index), tag);
}

bool radix_tag_test(const struct radix_tree *tree, uint64_t index, enum radix_tag tag)
{
    const struct radix_node *leaf = find_leaf(tree, index);

    return leaf && (leaf->sets[tag] & bit(slot_of(leaf, index)));
}

bool radix_is_tagged(const struct radix_tree *tree, enum radix_tag tag)
{
    return tree->root && tree->root->sets[tag];
}

/*
 * The leaf that holds the first item at or after *INDEX with TAG, and that
 * item's index.  Go down along *INDEX as far as possible; where nothing is left
 * at or behind its slot, go up and continue in the slots behind.
 */
static struct radix_node *seek(const struct radix_tree *tree, uint64_t *index, unsigned tag)
{
    struct radix_node *node = tree->root;
    unsigned from;
    uint64_t set;

    if (!node || *index > index_mask(node))
        return NULL;
    from = slot_of(node, *index);
    for (;;) {
        set = from < RADIX_SLOTS ? node->sets[tag] & ~(uint64_t)0 << from : 0;
        if (!set) {
            from = node->offset + 1U;
            node = node->parent;
            if (!node)
                return NULL;
            continue;
        }
        if (ctz64(set) != slot_of(node, *index)) {
            *index &= ~index_mask(node);
            *index |= (uint64_t)ctz64(set) << node->shift;
        }
        if (node->shift == 0)
            return node;
        node = node->slots[ctz64(set)];
        from = slot_of(node, *index);
    }
}

void *radix_next(const struct radix_tree *tree, uint64_t *index, enum radix_tag tag)
{
    uint64_t at = *index;
    struct radix_node *leaf = seek(tree, &at, tag);

    if (!leaf)
        return NULL;
    *index = at;
    return leaf->slots[slot_of(leaf, at)];
}

size_t radix_gang_lookup_tag(const struct radix_tree *tree, uint64_t first, uint64_t last,
                             void **items, uint64_t *indices, size_t max, enum radix_tag tag)
{
    uint64_t base, set, index = first;
    struct radix_node *leaf;
    size_t n = 0;

    while (n < max && (leaf = seek(tree, &index, tag))) {
        base = index & ~index_mask(leaf);
        set = leaf->sets[tag] & ~(uint64_t)0 << slot_of(leaf, index);
        for (; set && n < max; set &= set - 1, n++) {
            index = base | ctz64(set);
            if (index > last)
                return n;
            items[n] = leaf->slots[ctz64(set)];
            if (indices)
                indices[n] = index;
        }
        index = base + RADIX_SLOTS;
        if (index == 0)
            break;
    }
    return n;
}

size_t radix_gang_lookup(const struct radix_tree *tree, uint64_t first, uint64_t last,
                         void **items, uint64_t *indices, size_t max)
{
    return radix_gang_lookup_tag(tree, first, last, items, indices, max, RADIX_PRESENT);
}

size_t radix_tag_copy(struct radix_tree *tree, uint64_t first, uint64_t last,
                      enum radix_tag from, enum radix_tag to)
{
    struct radix_node *leaf;
    uint64_t index = first;
    size_t n = 0;

    while ((leaf = seek(tree, &index, from)) && index <= last) {
        set_upwards(leaf, slot_of(leaf, index), to);
        n++;
        if (index++ == UINT64_MAX)
            break;
    }
    return n;
}

/* What is wrong with the slot of NODE, or NULL. */
static const char *check_slot(const struct radix_node *node, unsigned slot)
{
    const struct radix_node *child = node->shift > 0 ? node->slots[slot] : NULL;
    bool is_present = node->sets[RADIX_PRESENT] & bit(slot);

    if (is_present != (node->slots[slot] != NULL))
        return "a slot and its present bit differ";
    if (child && (child->parent != node || child->offset != slot))
        return "a node hangs in another place than it says";
    if (child && child->shift + RADIX_SHIFT != node->shift)
        return "a level was skipped";
    for (unsigned tag = 0; tag < RADIX_TAGS; tag++) {
        bool is_tagged = node->sets[tag] & bit(slot);

        if (is_tagged && !is_present)
            return "nothing is there, but it has a tag";
        if (child && is_tagged != (child->sets[tag] != 0))
            return "a tag above and the tags below differ";
    }
    return NULL;
}

static const char *check_node(const struct radix_node *node)
{
    const char *fault = NULL;

    if (!node->sets[RADIX_PRESENT])
        return "a node is empty";
    for (unsigned slot = 0; slot < RADIX_SLOTS && !fault; slot++)
        fault = check_slot(node, slot);
    return fault;
}

/* The node after NODE, parents first, or NULL. */
static const struct radix_node *next_node(const struct radix_node *node)
{
    uint64_t set;

    if (node->shift > 0)
        return node->slots[ctz64(node->sets[RADIX_PRESENT])];
    for (; node->parent; node = node->parent) {
        set = node->parent->sets[RADIX_PRESENT] & ~(bit(node->offset) | (bit(node->offset) - 1));
        if (set)
            return node->parent->slots[ctz64(set)];
    }
    return NULL;
}

const char *radix_check(const struct radix_tree *tree)
{
    const struct radix_node *root = tree->root;
    const char *fault = NULL;

    if (!root)
        return NULL;
    if (root->parent)
        return "the root has a parent";
    if (root->shift > 0 && root->sets[RADIX_PRESENT] == bit(0))
        return "the root is higher than it need be";
    for (const struct radix_node *node = root; node && !fault; node = next_node(node))
        fault = check_node(node);
    return fault;
}

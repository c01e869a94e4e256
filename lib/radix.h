/* SPDX-License-Identifier: MIT */
/*
 * radix.h - sparse arrays of pointers by 64-bit index, with tags.
 *
 * A tree of nodes with 64 slots each: six bits of the index choose the slot at
 * every level.  The tree is as high as its greatest index needs and no higher;
 * a node without items is freed at once.  An item may carry tags.  Each node
 * knows for every tag which of its slots lead to an item that has it, so
 * "the next dirty page" costs no more than "the next page".
 *
 * Memory: radix_insert() takes nodes from the owner's alloc(), at most
 * RADIX_HEIGHT_MAX of them, and undoes everything if one cannot be had.  An
 * owner who holds a spinlock lets alloc() hand out nodes set aside beforehand:
 * on -ENOMEM drop the lock, set one more aside than before, and insert again.
 *
 * Invariants, checked by radix_check():
 *   - a slot is present exactly when it is not NULL, in the leaves and above;
 *   - a tag is set above exactly when it is set somewhere below;
 *   - no node is empty, and the root has something beyond its first slot.
 *
 * Locks: the owner's, for readers too.  Nothing here sleeps unless alloc() does.
 */
#pragma once
#include "lib/types.h"

#define RADIX_SHIFT 6
#define RADIX_SLOTS (1 << RADIX_SHIFT)
#define RADIX_HEIGHT_MAX 11             /* 64 bits, 6 at a time            */

enum radix_tag {
    RADIX_DIRTY,
    RADIX_WRITEBACK,
    RADIX_TOWRITE,
    RADIX_TAGS,
    RADIX_PRESENT = RADIX_TAGS          /* every item has it               */
};

struct radix_node {
    struct radix_node *parent;          /* NULL in the root                */
    uint8_t offset;                     /* its slot there                  */
    uint8_t shift;                      /* bits of the index below it      */
    uint64_t sets[RADIX_TAGS + 1];      /* by tag: which slots have it     */
    void *slots[RADIX_SLOTS];           /* nodes, or items where shift = 0 */
};

struct radix_tree {
    struct radix_node *root;            /* NULL when empty                 */
    struct radix_node *(*alloc)(struct radix_tree *tree);   /* NULL: none  */
    void (*free)(struct radix_tree *tree, struct radix_node *node);
    void *context;                      /* for these two                   */
};

/* The nodes that alloc() returns need not be cleared. */
void radix_init(struct radix_tree *tree, struct radix_node *(*alloc)(struct radix_tree *tree),
                void (*free)(struct radix_tree *tree, struct radix_node *node), void *context);

static inline bool radix_is_empty(const struct radix_tree *tree)
{
    return !tree->root;
}

/* The item at INDEX, or NULL. */
void *radix_lookup(const struct radix_tree *tree, uint64_t index);
/* The items at INDEX and behind it that share a node, *N slots of which some may be
 * NULL; NULL if there is no node, and so none of the *N items. */
void *const *radix_slots(const struct radix_tree *tree, uint64_t index, size_t *n);

/*
 * Put ITEM, not NULL, at INDEX, without tags.  0, -EEXIST if something is
 * there, -ENOMEM.  On failure the tree is as it was.
 */
int radix_insert(struct radix_tree *tree, uint64_t index, void *item);

/* Put ITEM in the place of what is at INDEX, tags unchanged; return that. */
void *radix_replace(struct radix_tree *tree, uint64_t index, void *item);

/* Remove and return the item at INDEX, or return NULL. */
void *radix_delete(struct radix_tree *tree, uint64_t index);

/* Free all nodes; the items are the owner's business. */
void radix_clear(struct radix_tree *tree);

/* Set or clear a tag of the item at INDEX; without one there, do nothing. */
void radix_tag_set(struct radix_tree *tree, uint64_t index, enum radix_tag tag);
void radix_tag_clear(struct radix_tree *tree, uint64_t index, enum radix_tag tag);

/* Whether the item at INDEX, or any item at all, has TAG. */
bool radix_tag_test(const struct radix_tree *tree, uint64_t index, enum radix_tag tag);
bool radix_is_tagged(const struct radix_tree *tree, enum radix_tag tag);

/*
 * The first item at or after *INDEX that has TAG (RADIX_PRESENT: any), and its
 * index in *INDEX; NULL, *INDEX unchanged, when there is none.
 */
void *radix_next(const struct radix_tree *tree, uint64_t *index, enum radix_tag tag);

/*
 * Collect up to MAX items with indices from FIRST to LAST, in order, into ITEMS
 * and, if not NULL, INDICES.  Returns how many.  The second form takes only
 * those that have TAG.
 */
size_t radix_gang_lookup(const struct radix_tree *tree, uint64_t first, uint64_t last,
                         void **items, uint64_t *indices, size_t max);
size_t radix_gang_lookup_tag(const struct radix_tree *tree, uint64_t first, uint64_t last,
                             void **items, uint64_t *indices, size_t max, enum radix_tag tag);

/* Copy tag FROM to tag TO on the items from FIRST to LAST; return how many have it. */
size_t radix_tag_copy(struct radix_tree *tree, uint64_t first, uint64_t last,
                      enum radix_tag from, enum radix_tag to);

/* Return NULL if all invariants hold, else which one does not. */
const char *radix_check(const struct radix_tree *tree);

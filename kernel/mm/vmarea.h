/* SPDX-License-Identifier: MIT */
/*
 * vmarea.h - a set of address ranges in a window, and the gaps between them.
 *
 * A red-black tree in address order, each node knowing the largest gap in its
 * subtree, so that the lowest gap that fits is found without visiting full
 * stretches.  Lowest first keeps what is used together and the top free.
 *
 * Invariants, checked by vmarea_check():
 *   - areas are not empty, inside the window and do not overlap;
 *   - gap is the hole between an area's predecessor (or the window's start) and
 *     its start; max_gap is the largest gap in its subtree.
 *
 * Pure.  Locks: the owner's.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/rbtree.h"

struct vmarea {
    struct rb_node node;
    vaddr_t start, end;
    size_t gap, max_gap;            /* bytes */
};

struct vmarea_set {
    struct rb_root tree;
    vaddr_t start, end;             /* the window */
    size_t count;
};

void vmarea_set_init(struct vmarea_set *s, vaddr_t start, vaddr_t end);

/* The lowest START, a multiple of ALIGN, where SIZE bytes below LIMIT are free; 0
 * if there is none. */
vaddr_t vmarea_find_gap(const struct vmarea_set *s, size_t size, size_t align, vaddr_t limit);

/* Enter A with its start and end set; the range must be free. */
void vmarea_insert(struct vmarea_set *s, struct vmarea *a);
/* Take A out; the caller owns it. */
void vmarea_remove(struct vmarea_set *s, struct vmarea *a);

/* The area that contains VA, or NULL. */
struct vmarea *vmarea_find(const struct vmarea_set *s, vaddr_t va);
/* In address order; NULL at the end. */
struct vmarea *vmarea_first(const struct vmarea_set *s);
struct vmarea *vmarea_next(const struct vmarea *a);

/* Panics if an invariant is broken.  O(n). */
void vmarea_check(const struct vmarea_set *s);

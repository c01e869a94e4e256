/* SPDX-License-Identifier: MIT */
/*
 * vmarea.c - address ranges by red-black tree, augmented with gaps.
 *
 * Each area owns the gap below it; the gap above the last one belongs to nobody
 * and is looked at last.  Inserting or removing an area changes two gaps: its own
 * and its successor's.
 */
#include "kernel/mm/vmarea.h"
#include "lib/bitops.h"

static struct vmarea *area_of(const struct rb_node *node)
{
    return node ? rb_entry(node, struct vmarea, node) : NULL;
}

static size_t max_gap_of(const struct rb_node *node)
{
    return node ? area_of(node)->max_gap : 0;
}

static bool update_max_gap(struct rb_node *node)
{
    struct vmarea *a = area_of(node);
    size_t old = a->max_gap;

    a->max_gap = max_u64(a->gap, max_u64(max_gap_of(node->left), max_gap_of(node->right)));
    return a->max_gap != old;
}

RB_AUGMENT(by_max_gap, update_max_gap);

void vmarea_set_init(struct vmarea_set *s, vaddr_t start, vaddr_t end)
{
    *s = (struct vmarea_set){ .start = start, .end = end };
    rb_init(&s->tree, &by_max_gap);
}

struct vmarea *vmarea_first(const struct vmarea_set *s)
{
    return area_of(rb_first(&s->tree));
}

struct vmarea *vmarea_next(const struct vmarea *a)
{
    return area_of(rb_next(&a->node));
}

static vaddr_t end_before(const struct vmarea_set *s, const struct vmarea *a)
{
    const struct vmarea *prev = area_of(rb_prev(&a->node));

    return prev ? prev->end : s->start;
}

/* Where SIZE bytes fit between START and END; 0 if nowhere. */
static vaddr_t fit(vaddr_t start, vaddr_t end, size_t size, size_t align)
{
    vaddr_t va = align_up(start, align);

    return va >= start && va <= end && size <= end - va ? va : 0;
}

/* The lowest fit in the gaps of NODE's subtree.  As deep as the tree is high. */
static vaddr_t find_below(const struct rb_node *node, size_t size, size_t align)
{
    const struct vmarea *a = area_of(node);
    vaddr_t va;

    if (!node || a->max_gap < size)
        return 0;
    va = find_below(node->left, size, align);
    if (!va)
        va = fit(a->start - a->gap, a->start, size, align);
    return va ? va : find_below(node->right, size, align);
}

vaddr_t vmarea_find_gap(const struct vmarea_set *s, size_t size, size_t align, vaddr_t limit)
{
    const struct vmarea *last = area_of(rb_last(&s->tree));
    vaddr_t va = find_below(s->tree.top, size, align);

    if (!va)
        va = fit(last ? last->end : s->start, s->end, size, align);
    return va && va < limit && size <= limit - va ? va : 0;
}

static void set_gap(struct vmarea_set *s, struct vmarea *a, vaddr_t below)
{
    a->gap = a->start - below;
    rb_propagate(&s->tree, &a->node);
}

void vmarea_insert(struct vmarea_set *s, struct vmarea *a)
{
    struct rb_node *parent = NULL, **link = &s->tree.top;
    struct vmarea *next;

    ASSERT(a->start < a->end && a->start >= s->start && a->end <= s->end);
    while (*link) {
        parent = *link;
        link = a->start < area_of(parent)->start ? &parent->left : &parent->right;
    }
    a->gap = a->max_gap = 0;
    rb_insert(&s->tree, parent, link, &a->node);
    s->count++;
    next = vmarea_next(a);
    ASSERT(a->start >= end_before(s, a) && (!next || a->end <= next->start));
    set_gap(s, a, end_before(s, a));
    if (next)
        set_gap(s, next, a->end);
}

void vmarea_remove(struct vmarea_set *s, struct vmarea *a)
{
    struct vmarea *next = vmarea_next(a);
    vaddr_t below = end_before(s, a);

    rb_erase(&s->tree, &a->node);
    s->count--;
    if (next)
        set_gap(s, next, below);
}

struct vmarea *vmarea_find(const struct vmarea_set *s, vaddr_t va)
{
    const struct rb_node *node = s->tree.top;

    while (node) {
        struct vmarea *a = area_of(node);

        if (va >= a->start && va < a->end)
            return a;
        node = va < a->start ? node->left : node->right;
    }
    return NULL;
}

static int compare(const struct rb_node *a, const struct rb_node *b)
{
    return area_of(a)->start < area_of(b)->start ? -1 : area_of(a)->start > area_of(b)->start;
}

void vmarea_check(const struct vmarea_set *s)
{
    const char *wrong = rb_check(&s->tree, compare);
    vaddr_t below = s->start;
    size_t count = 0;

    if (wrong)
        panic("vmarea: %s", wrong);
    for (const struct vmarea *a = vmarea_first(s); a; a = vmarea_next(a)) {
        ASSERT(a->start < a->end && a->start >= below && a->end <= s->end);
        ASSERT(a->gap == a->start - below);
        below = a->end;
        count++;
    }
    ASSERT(count == s->count);
}

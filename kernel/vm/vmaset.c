/* SPDX-License-Identifier: MIT */
/*
 * vmaset.c - the VMAs of one address space.
 *
 * Each VMA knows the hole in front of it; the tree knows for each subtree the
 * largest of these.  Placing a mapping is then one descent that skips every
 * subtree without a large enough hole, whatever the number of VMAs.
 *
 * Pure: touches only struct vma and calls back its owner for the rest.
 */
#include "kernel/vm/vmaset.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

static struct vma *vma_of(struct rb_node *n)
{
    return rb_entry(n, struct vma, node);
}

static uint64_t subtree_gap(struct rb_node *n)
{
    return n ? vma_of(n)->max_gap : 0;
}

static bool update_max_gap(struct rb_node *n)
{
    struct vma *vma = vma_of(n);
    uint64_t below = MAX(subtree_gap(n->left), subtree_gap(n->right));
    uint64_t max = MAX(vma->gap, below);

    if (vma->max_gap == max)
        return false;
    vma->max_gap = max;
    return true;
}

RB_AUGMENT(by_max_gap, update_max_gap);

void vmaset_init(struct vma_set *s, vaddr_t base, vaddr_t limit, const struct vmaset_ops *ops)
{
    rb_init(&s->tree, &by_max_gap);
    list_init(&s->list);
    s->hint = NULL;
    s->count = 0;
    s->total = 0;
    s->base = base;
    s->limit = limit;
    s->ops = ops;
}

struct vma *vmaset_first(const struct vma_set *s)
{
    return list_is_empty(&s->list) ? NULL : list_first_entry(&s->list, struct vma, link);
}

struct vma *vmaset_find_from(const struct vma_set *s, vaddr_t va)
{
    struct rb_node *n = s->tree.top;
    struct vma *best = NULL;

    while (n) {
        struct vma *vma = vma_of(n);

        if (va < vma->end) {
            best = vma;
            n = n->left;
        } else {
            n = n->right;
        }
    }
    return best;
}

/* The last VMA found, if it contains VA. */
static struct vma *hinted(const struct vma_set *s, vaddr_t va)
{
    struct vma *vma = __atomic_load_n(&s->hint, __ATOMIC_RELAXED);

    return vma && vma->start <= va && va < vma->end ? vma : NULL;
}

struct vma *vmaset_find(struct vma_set *s, vaddr_t va)
{
    struct vma *vma = hinted(s, va);

    if (vma)
        return vma;
    vma = vmaset_find_from(s, va);
    if (!vma || va < vma->start)
        return NULL;
    __atomic_store_n(&s->hint, vma, __ATOMIC_RELAXED);
    return vma;
}

struct vma *vmaset_find_range(const struct vma_set *s, vaddr_t start, vaddr_t end)
{
    struct vma *vma = hinted(s, start);

    if (vma)
        return vma;
    vma = vmaset_find_from(s, start);
    return vma && vma->start < end ? vma : NULL;
}

size_t vmaset_count(const struct vma_set *s, vaddr_t start, vaddr_t end, uint32_t flags)
{
    const struct vma *vma = vmaset_find_range(s, start, end);
    size_t n = 0;

    for (; vma && vma->start < end; vma = vmaset_next(s, vma))
        if (!flags || (vma->flags & flags))
            n += (MIN(vma->end, end) - MAX(vma->start, start)) >> PAGE_SHIFT;
    return n;
}

/* Where the hole behind PREV begins (NULL: the first one). */
static vaddr_t end_of(const struct vma_set *s, const struct vma *prev)
{
    return prev ? prev->end : s->base;
}

/*
 * The VMA behind the highest hole that has LEN bytes below HIGH, or NULL.
 *
 * Holes begin in ascending order.  On the way down to where they begin too high,
 * whatever begins early enough is passed on its right side: it is a node of the
 * way or left of one, and the last node with a large enough hole is the highest.
 */
static struct vma *highest_gap(const struct vma_set *s, size_t len, vaddr_t high)
{
    struct rb_node *n = s->tree.top, *best = NULL;

    while (n) {
        const struct vma *vma = vma_of(n);

        if (vma->start - vma->gap + len > high) {
            n = n->left;
            continue;
        }
        if (vma->gap >= len || subtree_gap(n->left) >= len)
            best = n;
        n = n->right;
    }
    if (!best || vma_of(best)->gap >= len)
        return best ? vma_of(best) : NULL;
    for (n = best->left; subtree_gap(n->right) >= len || vma_of(n)->gap < len;)
        n = subtree_gap(n->right) >= len ? n->right : n->left;
    return vma_of(n);
}

vaddr_t vmaset_find_gap(const struct vma_set *s, size_t len, vaddr_t low, vaddr_t high)
{
    vaddr_t last = MAX(end_of(s, vmaset_prev(s, NULL)), low);
    const struct vma *vma;

    high = MIN(high, s->limit);
    if (last + len <= high)
        return high - len;
    vma = highest_gap(s, len, high);
    if (!vma || MIN(vma->start, high) - len < low)
        return 0;
    return MIN(vma->start, high) - len;
}

/* The hole in front of VMA begins at FROM. */
static void set_gap(struct vma *vma, vaddr_t from)
{
    if (vma)
        vma->gap = vma->start - from;
}

/*
 * The hole in front of NEXT changes with what is inserted or removed there.  The
 * tree recomputes all values on the way from that place to its root, and NEXT is
 * on it: so its gap is set first.
 */
void vmaset_insert(struct vma_set *s, struct vma *vma, struct vma *next)
{
    struct vma *prev = vmaset_prev(s, next);
    vaddr_t from = end_of(s, prev);

    ASSERT(from <= vma->start && vma->start < vma->end && (!next || vma->end <= next->start));
    list_insert_after(prev ? &prev->link : &s->list, &vma->link);
    set_gap(vma, from);
    set_gap(next, vma->end);
    rb_insert_between(&s->tree, prev ? &prev->node : NULL, next ? &next->node : NULL, &vma->node);
    s->count++;
    s->total += vma_npages(vma);
    s->hint = vma;              /* what is new is used next */
}

static inline void take_out(struct vma_set *s, struct vma *vma)
{
    set_gap(vmaset_next(s, vma), end_of(s, vmaset_prev(s, vma)));
    rb_erase(&s->tree, &vma->node);
    list_remove(&vma->link);
    s->count--;
    s->total -= vma_npages(vma);
    if (s->hint == vma)
        s->hint = NULL;
}

void vmaset_remove(struct vma_set *s, struct vma *vma)
{
    take_out(s, vma);
}

bool vmaset_clear(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end)
{
    if (vma->start < start) {
        ASSERT(vma->end <= end);
        vmaset_resize(s, vma, vma->start, start);
    } else if (vma->end > end) {
        vmaset_resize(s, vma, end, vma->end);
    } else {
        take_out(s, vma);
        return false;
    }
    return true;
}

/* Move the borders of VMA and nothing else. */
static inline void set_range(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end)
{
    if (vma->mapping)
        s->ops->before_change(vma);
    s->total -= vma_npages(vma);
    vma->pgoff += (start >> PAGE_SHIFT) - (vma->start >> PAGE_SHIFT);
    vma->start = start;
    vma->end = end;
    s->total += vma_npages(vma);
    if (vma->mapping)
        s->ops->after_change(vma);
    if (vma->span && !anon_span_covers(vma))
        s->ops->cover(vma);
}

static void change_gap(struct vma *vma, vaddr_t from)
{
    struct rb_node *n = &vma->node;

    set_gap(vma, from);
    while (n && update_max_gap(n))
        n = n->parent;
}

void vmaset_resize(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct vma *next = vmaset_next(s, vma);
    vaddr_t old_start = vma->start, old_end = vma->end;

    set_range(s, vma, start, end);
    if (start != old_start)
        change_gap(vma, end_of(s, vmaset_prev(s, vma)));
    if (end != old_end && next)
        change_gap(next, end);
}

void vmaset_move(struct vma_set *s, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct vma *prev = vmaset_prev(s, vma), *next = vmaset_next(s, vma);
    bool in_order = end_of(s, prev) <= start && (!next || end <= next->start);

    if (!in_order)
        vmaset_remove(s, vma);
    else
        s->total += ((end - start) >> PAGE_SHIFT) - vma_npages(vma);
    vma->start = start;
    vma->end = end;
    if (!in_order) {
        vmaset_insert(s, vma, vmaset_find_from(s, end));
        return;
    }
    change_gap(vma, end_of(s, prev));
    if (next)
        change_gap(next, end);
}

struct vma *vmaset_split(struct vma_set *s, struct vma *vma, vaddr_t va)
{
    struct vma *upper;

    ASSERT(vma->start < va && va < vma->end);
    upper = s->ops->alloc(vma);
    if (!upper)
        return NULL;
    upper->start = va;
    upper->end = vma->end;
    upper->pgoff = vma_pgoff(vma, va);
    s->ops->link(upper);
    set_range(s, vma, vma->start, va);
    vmaset_insert(s, upper, vmaset_next(s, vma));
    return upper;
}

/* Whether A begins where the span of B has no numbers for pages: they would be below 0. */
static inline bool is_below_span(const struct vma *a, const struct vma *b)
{
    return !a->span && b->span && a->start < b->span->base && b->span->base <= b->start;
}

static inline bool can_merge(const struct vma *a, const struct vma *b)
{
    return a->end == b->start && a->flags == b->flags && a->ops == b->ops
           && a->file == b->file && a->mapping == b->mapping
           && b->pgoff == vma_pgoff(a, a->end)
           && (a->span == b->span || !a->span || !b->span) && !is_below_span(a, b)
           && !(a->flags & (VM_SPECIAL | VM_PFNMAP | VM_GROWSDOWN));
}

bool vma_can_merge(const struct vma *a, const struct vma *b)
{
    return can_merge(a, b);
}

/* Let LOWER take over the range of UPPER, its mergeable successor, which goes. */
static void absorb(struct vma_set *s, struct vma *lower, struct vma *upper)
{
    if (!lower->span && upper->span)
        s->ops->adopt(lower, upper);
    lower->touched |= upper->touched;
    set_range(s, lower, lower->start, upper->end);
    vmaset_remove(s, upper);
    s->ops->free(upper);
}

void vmaset_unsplit(struct vma_set *s, struct vma *vma, struct vma *upper)
{
    absorb(s, vma, upper);
}

struct vma *vmaset_merge(struct vma_set *s, struct vma *vma)
{
    struct vma *prev = vmaset_prev(s, vma), *next = vmaset_next(s, vma);

    if (next && can_merge(vma, next))
        absorb(s, vma, next);
    if (!prev || !can_merge(prev, vma))
        return vma;
    absorb(s, prev, vma);
    return prev;
}

struct vma *vmaset_extend(struct vma_set *s, const struct vma *proto, struct vma *next)
{
    struct vma *prev = vmaset_prev(s, next);

    ASSERT(!next || proto->end <= next->start);
    if (prev && can_merge(prev, proto)) {
        vmaset_resize(s, prev, prev->start, proto->end);
        if (next && can_merge(prev, next))
            absorb(s, prev, next);
        return prev;
    }
    if (next && can_merge(proto, next)) {
        vmaset_resize(s, next, proto->start, next->end);
        return next;
    }
    return NULL;
}

static int compare_start(const struct rb_node *a, const struct rb_node *b)
{
    const struct vma *x = rb_entry(a, struct vma, node), *y = rb_entry(b, struct vma, node);

    return x->start < y->start ? -1 : x->start > y->start;
}

void vmaset_check(const struct vma_set *s)
{
    const char *broken = rb_check(&s->tree, compare_start);
    struct rb_node *n = rb_first(&s->tree);
    vaddr_t end = s->base;
    size_t count = 0, total = 0;
    struct vma *vma;

    if (broken)
        panic("vmaset: tree: %s", broken);
    list_for_each_entry(vma, &s->list, link) {
        ASSERT(n == &vma->node);
        ASSERT(vma->start < vma->end && ((vma->start | vma->end) & ~PAGE_MASK) == 0);
        ASSERT(vma->start >= end && vma->end <= s->limit);
        ASSERT(vma->gap == vma->start - end);
        end = vma->end;
        total += vma_npages(vma);
        count++;
        n = rb_next(n);
    }
    ASSERT(!n && count == s->count && total == s->total);
}

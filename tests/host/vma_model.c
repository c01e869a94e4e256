/* SPDX-License-Identifier: MIT */
/*
 * vma_model.c - a set of VMAs and an array of pages that must agree with it.
 *
 * Where two VMAs might become one, the set tries the upper neighbour first; the cells
 * do the same, because with two spans about only one of them may be possible.
 */
#include <string.h>
#include "lib/bitops.h"
#include "tests/host/vma_model.h"

struct vma_set model_set;

void vma_model_init(void)
{
    vmaset_init(&model_set, MODEL_BASE, MODEL_LIMIT, &owner_ops);
    memset(cells, 0, sizeof(cells));
    owner_init();
}

void vma_model_fini(void)
{
    struct vma *vma;

    memset(cells, 0, sizeof(cells));
    while ((vma = vmaset_first(&model_set))) {
        vmaset_remove(&model_set, vma);
        owner_free(vma);
    }
    owner_fini();
}

/* Operations on both.  The cells forget before the set does, and learn behind it: what
 * is in the cells must be found in between. */

static struct vma like(size_t first, size_t n, const struct vma_nature *nature)
{
    return (struct vma){
        .start = model_va(first), .end = model_va(first + n), .flags = nature->flags,
        .ops = &owner_kinds[nature->ops], .file = owner_files[nature->object],
        .mapping = owner_mappings[nature->object],
        .pgoff = (model_va(first) >> PAGE_SHIFT) + nature->skew,
    };
}

static struct vma *insert(struct vma *proto, struct vma *next)
{
    struct vma *vma = owner_make(proto);

    vmaset_insert(&model_set, vma, next);
    return vma;
}

void model_enter(size_t first, size_t n, const struct vma_nature *nature)
{
    struct vma proto = like(first, n, nature);
    struct vma *next = vmaset_find_from(&model_set, proto.end);

    if (!vmaset_extend(&model_set, &proto, next))
        insert(&proto, next);
    cells_fill(first, n, nature);
    cells_join(first);
    cells_join(first + n);
}

struct vma *model_insert(size_t first, size_t n, const struct vma_nature *nature)
{
    struct vma proto = like(first, n, nature), *vma;

    vma = insert(&proto, vmaset_find_from(&model_set, proto.end));
    cells_fill(first, n, nature);
    return vma;
}

/* What mremap does at the new place of pages that moved. */
static void enter_moved(size_t first, size_t n, const struct vma_nature *nature)
{
    struct vma *vma = model_insert(first, n, nature);

    owner_use_span(vma, SPAN_MOVED);
    cells_set_span(first, first + n, SPAN_MOVED);
    vmaset_merge(&model_set, vma);
    cells_join(first + n);
    cells_join(first);
}

void model_remove(size_t first, size_t n)
{
    vaddr_t start = model_va(first), end = model_va(first + n);
    struct vma *vma = vmaset_find_range(&model_set, start, end), *next;

    if (vma && vma->start < start && end < vma->end)
        ASSERT(vmaset_split(&model_set, vma, end));
    cells_clear(first, n);
    for (; vma && vma->start < end; vma = next) {
        next = vmaset_next(&model_set, vma);
        if (!vmaset_clear(&model_set, vma, start, end))
            owner_free(vma);
    }
}

/* What the kernel does first: let a VMA be exactly what [START, END) has of VMA.  NULL if
 * there is no memory; nothing has changed then. */
static struct vma *cut(struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct vma *part = vma;

    if (vma->start < start)
        part = vmaset_split(&model_set, vma, start);
    if (!part || part->end <= end || vmaset_split(&model_set, part, end))
        return part;
    if (part != vma)
        vmaset_unsplit(&model_set, vma, part);
    return NULL;
}

void model_protect(size_t first, size_t n, uint32_t flags)
{
    vaddr_t end = model_va(first + n), at = model_va(first);
    struct vma *vma;

    while (at < end && (vma = vmaset_find_range(&model_set, at, end))) {
        vma = cut(vma, MAX(vma->start, at), MIN(vma->end, end));
        at = vma->end;
        vma->flags = flags;
        vmaset_merge(&model_set, vma);
    }
    cells_protect(first, n, flags);
}

static void divide(size_t page)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));

    if (!vma || vma->start == model_va(page))
        return;
    ASSERT(vmaset_split(&model_set, vma, model_va(page)));
    cells_cut(page);
}

static void merge(size_t page)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page)), *left;
    size_t first;

    if (!vma)
        return;
    left = vmaset_merge(&model_set, vma);
    first = cells_first_of(page);
    cells_join(cells_end_of(page));
    cells_join(first);
    ASSERT(left->start == model_va(cells_first_of(page)));
}

/* The second division fails, if there are two: the first is undone. */
static void cut_without_memory(size_t first, size_t n)
{
    vaddr_t start = model_va(first), end = model_va(first + n);
    struct vma *vma = vmaset_find_range(&model_set, start, end);

    if (!vma || (vma->start >= start && vma->end <= end))
        return;
    owner_limit(vma->start < start && vma->end > end);
    ASSERT(!cut(vma, MAX(vma->start, start), end));
    owner_limit(-1);
}

/* As a heap, a stack, and mremap: move one border of the VMA at PAGE, by N pages at most. */
static void grow_up(size_t page, size_t n)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));
    size_t end = cells_end_of(page), to = end;

    while (to < MODEL_PAGES && to < end + n && !cells[to].flags)
        to++;
    vmaset_resize(&model_set, vma, vma->start, model_va(to));
    for (size_t i = end; i < to; i++) {
        cells[i] = cells[i - 1];
        cells[i].begins = false;
        cells[i].index++;
    }
}

static void grow_down(size_t page, size_t n)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));
    size_t first = cells_first_of(page), to = first;

    while (to > 0 && to + n > first && !cells[to - 1].flags)
        to--;
    vmaset_resize(&model_set, vma, model_va(to), vma->end);
    for (size_t i = first; i-- > to;) {
        cells[i] = cells[i + 1];
        cells[i + 1].begins = false;
        cells[i].index--;
    }
}

static void shrink_to(size_t page, size_t n)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));
    size_t end = cells_end_of(page), to = MIN(page + n, end);

    cells_clear(to, end - to);
    vmaset_resize(&model_set, vma, vma->start, model_va(to));
}

static void shrink_from(size_t page)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));
    size_t first = cells_first_of(page);

    cells_clear(first, page - first);
    vmaset_resize(&model_set, vma, model_va(page), vma->end);
}

static void resize(size_t page, size_t n, unsigned how)
{
    if (!cells[page].flags)
        return;
    switch (how % 4) {
    case 0: grow_up(page, n); break;
    case 1: grow_down(page, n); break;
    case 2: shrink_to(page, n); break;
    case 3: shrink_from(page); break;
    }
}

/* As mremap: the VMA at PAGE, of memory that nobody has used, goes to [FIRST, FIRST+N). */
static void move(size_t page, size_t first, size_t n)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));
    struct cell like;

    if (!vma || vma->mapping || vma->span)
        return;
    for (size_t i = first; i < first + n; i++)
        if (cells[i].flags && vmaset_find(&model_set, model_va(i)) != vma)
            return;
    like = cells[model_page(vma->start)];
    cells_clear(model_page(vma->start), vma_npages(vma));
    vmaset_move(&model_set, vma, model_va(first), model_va(first + n));
    for (size_t i = first; i < first + n; i++, like.index++, like.begins = false)
        cells[i] = like;
}

/* The first anonymous page of a VMA. */
static void touch(size_t page)
{
    struct vma *vma = vmaset_find(&model_set, model_va(page));

    if (!vma || vma->span)
        return;
    owner_use_span(vma, SPAN_HOME);
    cells_set_span(cells_first_of(page), cells_end_of(page), SPAN_HOME);
}

/* Searches */

static void check_gap(size_t n, size_t low, size_t high)
{
    size_t want = cells_gap(n, low, high);
    vaddr_t got = vmaset_find_gap(&model_set, n * PAGE_SIZE, model_va(low), model_va(high));

    if (got != (want == NOWHERE ? 0 : model_va(want)))
        panic("%zu free pages in [%zu, %zu): the set says %lx, the model page %zu", n, low, high,
              got, want);
}

static void check_count(size_t first, size_t n, uint32_t flags)
{
    size_t want = cells_count(first, n, flags);
    size_t got = vmaset_count(&model_set, model_va(first), model_va(first + n), flags);

    if (got != want)
        panic("pages with %x in [%zu, %zu): the set says %zu, the model %zu", flags, first,
              first + n, got, want);
}

/* The VMA that begins at page FIRST; NULL for NOWHERE. */
static void check_found(const char *how, const struct vma *vma, size_t page, size_t first)
{
    if (first == NOWHERE ? vma != NULL : !vma || vma->start != model_va(first))
        panic("%s at page %zu: the set says %lx, the model page %zu", how, page,
              vma ? vma->start : 0, first);
}

static void check_find(size_t first, size_t n)
{
    vaddr_t va = model_va(first);
    size_t page = first, above;

    while (page < MODEL_PAGES && !cells[page].flags)
        page++;
    above = page == MODEL_PAGES ? NOWHERE : cells_first_of(page);
    check_found("find_from", vmaset_find_from(&model_set, va), first, above);
    check_found("find_range", vmaset_find_range(&model_set, va, va + n * PAGE_SIZE), first,
                page < first + n ? above : NOWHERE);
    check_found("find", vmaset_find(&model_set, va), first, page == first ? above : NOWHERE);
    check_found("find", vmaset_find(&model_set, va + PAGE_SIZE - 1), first,
                page == first ? above : NOWHERE);
}

static void search(const struct vma_step *s)
{
    size_t most = MIN(s->first + 4 * s->n, MODEL_PAGES);

    check_find(s->first, s->n);
    check_count(s->first, s->n, s->kind & 3);
    check_gap(s->n, 0, s->first);
    check_gap(s->n, s->first, most);
    check_gap(s->n, s->first, MODEL_PAGES);
    check_gap(s->n, 0, MODEL_PAGES);
}

/* Steps */

enum op {
    OP_ENTER, OP_ENTER_AGAIN, OP_ENTER_MOVED, OP_REMOVE, OP_PROTECT, OP_DIVIDE, OP_MERGE,
    OP_NO_MEMORY, OP_RESIZE, OP_MOVE, OP_TOUCH, OPS
};

struct vma_step vma_step_decode(const uint8_t bytes[VMA_STEP_BYTES])
{
    struct vma_step s = { .op = bytes[0], .kind = bytes[1] };

    s.first = (bytes[2] | (size_t)bytes[3] << 8) % MODEL_PAGES;
    s.n = bytes[4] < 240 ? 1 + bytes[4] % 16UL : 8 * (bytes[4] - 239UL);
    s.n = MIN(s.n, MODEL_PAGES - s.first);
    return s;
}

/* Few natures, so that neighbours are often alike. */
static struct vma_nature nature_of(uint8_t kind)
{
    struct vma_nature nature = { .flags = (kind & 1) + 1, .object = kind >> 1 & 3 };

    switch (kind >> 3 & 15) {
    case 1: nature.flags |= VM_GROWSDOWN; break;
    case 2: nature.flags |= VM_PFNMAP; break;
    case 3: nature.skew = 1000; break;
    case 4: nature.ops = 1; break;
    }
    return nature;
}

static void operate(const struct vma_step *s)
{
    struct vma_nature nature = nature_of(s->kind);

    switch (s->op % OPS) {
    case OP_ENTER:
    case OP_ENTER_AGAIN:
        if (cells_are_hole(s->first, s->n))
            model_enter(s->first, s->n, &nature);
        break;
    case OP_ENTER_MOVED:
        if (cells_are_hole(s->first, s->n))
            enter_moved(s->first, s->n, &nature);
        break;
    case OP_REMOVE:    model_remove(s->first, s->n); break;
    case OP_PROTECT:   model_protect(s->first, s->n, nature.flags); break;
    case OP_DIVIDE:    divide(s->first); break;
    case OP_MERGE:     merge(s->first); break;
    case OP_NO_MEMORY: cut_without_memory(s->first, s->n); break;
    case OP_RESIZE:    resize(s->first, s->n, s->kind); break;
    case OP_MOVE:      move(2 * s->kind, s->first, s->n); break;
    case OP_TOUCH:     touch(s->first); break;
    }
}

void vma_model_step(const struct vma_step *step, bool watched)
{
    owner_watch(watched);
    operate(step);
    owner_watch(true);
    owner_check(model_set.count);
    search(step);
}

/* Comparison */

/* Whether page VA of VMA is what the cell says. */
static bool is_as(const struct cell *c, const struct vma *vma, vaddr_t va)
{
    return c->flags == vma->flags && c->index == vma_pgoff(vma, va)
           && vma->ops == &owner_kinds[c->ops] && vma->file == owner_files[c->object]
           && vma->mapping == owner_mappings[c->object]
           && vma->span == (c->span ? &owner_spans[c->span] : NULL);
}

static void check_vma(const struct vma *vma)
{
    for (vaddr_t va = vma->start; va < vma->end; va += PAGE_SIZE) {
        const struct cell *c = &cells[model_page(va)];

        if (!is_as(c, vma, va))
            panic("page %zu: flags %x, page %lx of its object; the model says %x, %lx",
                  model_page(va), vma->flags, vma_pgoff(vma, va), c->flags, c->index);
        if (c->begins != (va == vma->start))
            panic("page %zu: %s", model_page(va),
                  c->begins ? "two VMAs have become one" : "one VMA is two");
    }
}

void vma_model_check(void)
{
    size_t mapped = cells_count(0, MODEL_PAGES, 0);

    vmaset_check(&model_set);
    for (const struct vma *v = vmaset_first(&model_set); v; v = vmaset_next(&model_set, v))
        check_vma(v);
    if (mapped != model_set.total)
        panic("%zu pages are mapped, the model says %zu", model_set.total, mapped);
    owner_look();
}

/* SPDX-License-Identifier: MIT */
/*
 * pt_run.c - walk the level-0 entries of a range a table at a time.
 *
 * fork, munmap and mprotect touch thousands of neighbouring entries: they want
 * a pointer and a count, not a call for each.  Pure.
 */
#include "kernel/mm/pagetable.h"
#include "lib/bitops.h"

static vaddr_t next_boundary(vaddr_t va, unsigned level)
{
    return (va | (PT_LEAF_SIZE(level) - 1)) + 1;
}

static unsigned index_of(vaddr_t va, unsigned level)
{
    return va >> (PAGE_SHIFT + 9 * level) & (PT_ENTRIES - 1);
}

/* The first entry of TABLE, of LEVEL, for [*VA, TOP) that is not none; NULL if there
 * is none.  *VA moves there. */
static inline struct pte *find_used(struct pte *table, unsigned level, vaddr_t *va, vaddr_t top)
{
    struct pte *first = &table[index_of(*va, level)], *last = &table[index_of(top - 1, level)];
    struct pte *p = pt_next_used(first, last);

    if (p > last)
        return NULL;
    if (p > first)
        *va = align_down(*va, PT_LEAF_SIZE(level)) + (size_t)(p - first) * PT_LEAF_SIZE(level);
    return p;
}

/* The same through the level-0 tables below TABLE, of level 1; *N entries follow. */
static inline struct pte *find_run(struct pte *table, vaddr_t *va, vaddr_t top, size_t *n)
{
    struct pte *mid, *p;
    vaddr_t end;

    for (; *va < top && (mid = find_used(table, 1, va, top)); *va = end) {
        DEBUG_ASSERT(pte_is_table(pte_read(mid)));
        end = MIN(next_boundary(*va, 1), top);
        p = find_used(pte_table(pte_read(mid)), 0, va, end);
        if (p) {
            *n = (end - *va) >> PAGE_SHIFT;
            return p;
        }
    }
    return NULL;
}

static __attribute__((noinline))
struct pte *search(struct pte *root, vaddr_t *va, vaddr_t end, size_t *n)
{
    struct pte *p;
    vaddr_t top;

    for (; *va < end; *va = top) {
        struct pte e = pte_read(&root[index_of(*va, 2)]);

        top = MIN(next_boundary(*va, 2), end);
        p = pte_is_table(e) ? find_run(pte_table(e), va, top, n) : NULL;
        if (p)
            return p;
    }
    return NULL;
}

/* The level-0 entry for VA, or NULL if it has no table. */
static inline struct pte *entry_at(const struct pte *root, vaddr_t va)
{
    struct pte e = pte_read(&root[index_of(va, 2)]);

    if (pte_is_table(e))
        e = pte_read(&pte_table(e)[index_of(va, 1)]);
    return pte_is_table(e) ? &pte_table(e)[index_of(va, 0)] : NULL;
}

struct pte *pt_find_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n)
{
    struct pte *root = phys_to_virt(pt->root), *first = entry_at(root, *va), *p, *last;
    vaddr_t top = MIN(next_boundary(*va, 1), end);

    if (!first)
        return search(root, va, end, n);
    last = first + ((top - *va) >> PAGE_SHIFT) - 1;
    p = pt_next_used(first, last);
    *va += (size_t)(p - first) * PAGE_SIZE;
    *n = (size_t)(last - p) + 1;
    if (p <= last)
        return p;
    return top < end ? search(root, va, end, n) : NULL;
}

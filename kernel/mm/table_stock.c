/* SPDX-License-Identifier: MIT */
/*
 * table_stock.c - frames for page tables, some of them kept ready.
 *
 * A table is freed when its last entry is gone, so that it is all zero, which is
 * what a new table must be.  Each hart keeps a few for the next process: clearing a
 * frame is most of what a table costs, and a fork makes eight.
 *
 * A list's lock is nearly private: another hart takes it only to drain.
 */
#include "kernel/core/hart.h"
#include "kernel/mm/hart_lock.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/table_stock.h"

#define MOST 24                     /* per hart: 96 KiB, two small processes */

static struct stock {
    struct spinlock lock;           /* RANK_HART_PAGES                       */
    size_t n;                       /*                                [lock] */
    paddr_t tables[MOST];           /* newest last                    [lock] */
} __attribute__((aligned(64))) stocks[MAX_HARTS];

static void free_table(paddr_t table)
{
    struct page *page = phys_to_page(table);

    page_set_identity(page, PAGE_OWNED);
    free_page(page);
}

/* The newest of S, or 0. */
static inline paddr_t pop(struct stock *s)
{
    paddr_t table;

    hart_lock(&s->lock);
    table = s->n ? s->tables[--s->n] : 0;
    hart_unlock(&s->lock);
    return table;
}

static inline bool push(struct stock *s, paddr_t table)
{
    bool fits;

    hart_lock(&s->lock);
    fits = s->n < MOST;
    if (fits)
        s->tables[s->n++] = table;
    hart_unlock(&s->lock);
    return fits;
}

paddr_t table_stock_take(struct pagetable *pt)
{
    struct page *page;
    paddr_t table;

    (void)pt;
    if (port_should_fail(FAIL_PAGE))
        return 0;
    table = pop(&stocks[this_hart()->index]);
    if (table)
        return table;
    page = alloc_page(GFP_KERNEL | __GFP_ZERO);
    if (!page)
        return 0;
    page_set_identity(page, PAGE_TABLE);
    return page_to_phys(page);
}

void table_stock_give(struct pagetable *pt, paddr_t table)
{
    (void)pt;
    if (!push(&stocks[this_hart()->index], table))
        free_table(table);
}

size_t table_stock_drain(void)
{
    size_t freed = 0;
    paddr_t table;

    for (unsigned i = 0; i < MAX_HARTS; i++) {
        for (; (table = pop(&stocks[i])); freed++)
            free_table(table);
    }
    return freed;
}

size_t table_stock_count(void)
{
    size_t n = 0;

    for (unsigned i = 0; i < MAX_HARTS; i++)
        n += __atomic_load_n(&stocks[i].n, __ATOMIC_RELAXED);
    return n;
}

static size_t count(struct shrinker *s)
{
    (void)s;
    return table_stock_count();
}

/* All or nothing: there are not many. */
static size_t scan(struct shrinker *s, size_t nr, gfp_t gfp)
{
    (void)s, (void)nr, (void)gfp;
    return table_stock_drain();
}

void table_stock_init(void)
{
    static struct shrinker shrinker = { .name = "page tables", .count = count, .scan = scan };

    for (unsigned i = 0; i < MAX_HARTS; i++)
        spin_init(&stocks[i].lock, RANK_HART_PAGES, "table stock");
    shrinker_register(&shrinker);
}

/* SPDX-License-Identifier: MIT */
/*
 * page_free.c - the last reference to a block of pages goes, and the block with it.
 *
 *   drop_reference   was it the last?
 *   lru_forget       it can be evicted no more
 *   retire           nobody may use the block any more; forget what it was
 *   free_retired     singles to the hart's list, blocks to the zone
 *
 * What munmap frees is mostly neighbours that are alike: they go together, under one
 * lock of the lists, and are merged as one block instead of page by page.
 */
#include "kernel/mm/lru.h"
#include "kernel/mm/page_internal.h"
#include "lib/bitops.h"

#define MIN_RUN 8                   /* neighbours that are worth the zone's lock */

/* Flags that say that somebody still uses the page. */
#define FLAGS_IN_USE ((1u << PG_LOCKED) | (1u << PG_WAITERS) | (1u << PG_WRITEBACK) |  \
                      (1u << PG_SWAPCACHE) | (1u << PG_ISOLATED))

__attribute__((noreturn, cold))
static void bad_refcount(const struct page *page, int32_t old)
{
    panic("page %lx: reference dropped when it had %d; it is %s", page_to_pfn(page), old,
          page_identity_names[page->identity]);
}

__attribute__((noreturn, cold))
static void bad_page(const struct page *page)
{
    panic("page %lx freed in use: %s, flags %x, mapcount %d, allocated at pc %x",
          page_to_pfn(page), page_identity_names[page->identity], page->flags, page->mapcount,
          page->alloc_pc);
}

/* Drop one reference; true if it was the last and the block must be freed. */
static inline bool drop_reference(struct page *page)
{
    int32_t left = __atomic_sub_fetch(&page->refcount, 1, __ATOMIC_ACQ_REL);

    if (left < 0)
        bad_refcount(page, left + 1);
    return left == 0;
}

/* The last reference is gone: see that nobody uses PAGE, and forget what it was. */
static inline void retire(struct page *page, bool is_anon)
{
    if (lru_knows(page->flags))
        lru_forget(page);
    if (is_anon) {                      /* nobody holds on to one but by references */
        page->identity = PAGE_OWNED;
    } else if (page->identity != PAGE_OWNED) {
        bad_page(page);
    }
    if ((page->mapcount | (int32_t)page->mlocks) || (page->flags & FLAGS_IN_USE))
        bad_page(page);
    page->flags = 0;
    if (PAGODA_DEBUG)
        page_poison(page, page->order);
}

static void unmake_compound(struct page *head, unsigned order)
{
    for (struct page *tail = head + 1; tail < head + (1UL << order); tail++) {
        if (tail->identity != PAGE_TAIL || tail->head != head)
            panic("block %lx (order %u): page %lx is %s", page_to_pfn(head), order,
                  page_to_pfn(tail), page_identity_names[tail->identity]);
        tail->identity = PAGE_FREE_TAIL;
        tail->head = NULL;
    }
}

static __attribute__((noinline)) void free_to_zone(struct page *page)
{
    struct zone *z = &zones[page->zone];
    unsigned order = page->order;

    unmake_compound(page, order);
    buddy_lock(&z->buddy);
    buddy_free(&z->buddy, page, order);
    z->nfrees += 1UL << order;
    buddy_unlock(&z->buddy);
}

/* Where a retired block goes. */
static inline void free_retired(struct page *page)
{
    if (page->order)
        free_to_zone(page);
    else
        hart_pages_push(&hart_pages[page->zone][port_hart_index()], page, 1);
}

static inline void put_block(struct page *page)
{
    if (!drop_reference(page))
        return;
    retire(page, page->identity == PAGE_ANON);
    free_retired(page);
}

void put_page(struct page *page)
{
    put_block(compound_head(page));
}

__attribute__((noreturn, cold))
static void bad_order(const struct page *page, unsigned order)
{
    panic("page %lx freed with order %u: it is %s, order %u", page_to_pfn(page), order,
          page_identity_names[page->identity], page->order);
}

void free_pages(struct page *page, unsigned order)
{
    if (page->identity == PAGE_TAIL || page->order != order)
        bad_order(page, order);
    put_block(page);
}

void free_pages_exact(struct page *page, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        free_pages(page + i, 0);
}

/* Runs */

/* Single pages from FIRST up to END, of one zone, that were made FREE_TAIL: many go to the
 * buddy system at once, where a block is merged once and not page by page. */
static void free_marked(struct page *first, struct page *end)
{
    struct zone *z = &zones[first->zone];

    if (end - first < MIN_RUN) {
        hart_pages_push(&hart_pages[first->zone][port_hart_index()], first, (size_t)(end - first));
        return;
    }
    buddy_lock(&z->buddy);
    buddy_free_marked(&z->buddy, page_to_pfn(first), page_to_pfn(end));
    z->nfrees += (size_t)(end - first);
    buddy_unlock(&z->buddy);
}

/* The same, wherever zones end; there may be none. */
static void free_going(struct page *first, struct page *end)
{
    while (first < end) {
        struct page *stop = MIN(end, pfn_to_page(zones[first->zone].buddy.end_pfn));

        free_marked(first, stop);
        first = stop;
    }
}

/* Whether PAGE, an anonymous one whose last reference is gone, is such that it can go with
 * others like it: then they are of group G from now on. */
static __attribute__((noinline)) bool begin_group(struct lru_group *g, const struct page *page)
{
    if (!lru_knows(page->flags))
        return false;
    lru_group_begin(g, page);
    if (g->flags & (FLAGS_IN_USE | 1u << PG_HEAD))
        bad_page(page);
    return true;
}

static inline void mark_going(struct page *page)
{
    if (page->mapcount | (int32_t)page->mlocks)
        bad_page(page);
    page->identity = PAGE_FREE_TAIL;
    page->flags = 0;
    if (PAGODA_DEBUG)
        page_poison(page, 0);
}

static __attribute__((noinline))
void free_alone(struct lru_group *g, struct page *page, bool is_anon)
{
    lru_group_end(g);
    retire(page, is_anon);
    free_retired(page);
}

/*
 * Drop a reference on each page of RUN.  Anonymous pages whose last one it was, and whose
 * flags are those of the page before, are the usual case: they are marked as they are
 * passed, and freed together when one of another kind comes, or the end.
 */
static inline void put_run(struct lru_group *g, const struct page_run *run)
{
    struct page *going = run->first;    /* from here to PAGE they go */

    for (struct page *page = run->first; page < run->end; page++) {
        bool is_anon = page->identity == PAGE_ANON;     /* as long as there is a reference */
        struct page *head = is_anon ? page : compound_head(page);

        if (drop_reference(head)) {
            if (is_anon && (page->flags == g->flags || begin_group(g, page))) {
                lru_group_forget(g, page);
                mark_going(page);
                continue;
            }
            free_alone(g, head, is_anon);
        }
        free_going(going, page);
        going = page + 1;
    }
    free_going(going, run->end);
}

void free_page_runs(const struct page_run *runs, size_t n)
{
    struct lru_group g = { .flags = LRU_NO_GROUP };

    for (const struct page_run *run = runs; run < runs + n; run++)
        put_run(&g, run);
    lru_group_end(&g);
}

void free_pages_va(void *va, unsigned order)
{
    if (va)
        free_pages(virt_to_page(va), order);
}

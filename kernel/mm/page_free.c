/* SPDX-License-Identifier: MIT */
/*
 * page_free.c - the last reference to a block of pages goes, and the block with it.
 *
 *   drop_reference   was it the last?
 *   lru_forget       it can be evicted no more
 *   retire           nobody may use the block any more; forget what it was
 *   free_retired     singles to the hart's list, blocks to the zone
 *
 * What munmap frees is mostly neighbours in ascending order: a batch finds such
 * runs and merges each as one block instead of page by page.
 */
#include "kernel/mm/lru.h"
#include "kernel/mm/page_internal.h"

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
    int32_t old = __atomic_fetch_sub(&page->refcount, 1, __ATOMIC_ACQ_REL);

    if (old == 1)
        return true;
    if (old <= 0)
        bad_refcount(page, old);
    return false;
}

/* The last reference is gone: see that nobody uses PAGE, whose flags were FLAGS, and forget
 * what it was. */
static inline void retire(struct page *page, bool is_anon, uint32_t flags)
{
    if (is_anon) {                      /* nobody holds on to one but by references */
        page->identity = PAGE_OWNED;
    } else if (page->identity != PAGE_OWNED) {
        bad_page(page);
    }
    if ((page->mapcount | (int32_t)page->mlocks) || (flags & FLAGS_IN_USE))
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
    if (lru_knows(page->flags))
        lru_forget(page);
    retire(page, page->identity == PAGE_ANON, page->flags);
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

/* Retired single pages from FIRST up to END. */
static void free_run(struct page *first, struct page *end)
{
    struct zone *z = &zones[first->zone];

    buddy_lock(&z->buddy);
    buddy_free_range(&z->buddy, page_to_pfn(first), page_to_pfn(end));
    z->nfrees += (size_t)(end - first);
    buddy_unlock(&z->buddy);
}

/* A long run goes to the buddy system at once: a block is merged once, not page by page. */
static void end_run(struct page *first, struct page *end)
{
    if (end - first >= MIN_RUN)
        free_run(first, end);
    else if (first < end)
        hart_pages_push(&hart_pages[first->zone][port_hart_index()], first, (size_t)(end - first));
}

/* Memory is often taken in order, upwards or downwards. */
static inline bool extend_run(struct page **first, struct page **end, struct page *page)
{
    if (page == *end && page->zone == (*first)->zone)
        *end = page + 1;
    else if (page + 1 == *first && page->zone == (*first)->zone)
        *first = page;
    else
        return false;
    return true;
}

void free_page_batch(struct page **pages, size_t n)
{
    struct page *first = NULL, *end = NULL;     /* the run that is being gathered */
    uint32_t group = LRU_NO_GROUP;
    size_t nforgotten = 0;

    for (struct page **p = pages; p < pages + n; p++) {
        struct page *page = *p;
        bool is_anon = page->identity == PAGE_ANON;     /* as long as there is a reference */
        uint32_t flags;

        if (!is_anon)
            page = compound_head(page);
        if (!drop_reference(page))
            continue;
        flags = page->flags;
        if (__builtin_expect(lru_knows(flags), 1))
            lru_forget_next(&group, &nforgotten, page, flags);
        if (__builtin_expect(flags & (FLAGS_IN_USE | 1u << PG_HEAD), 0)) {
            retire(page, is_anon, flags);
            free_to_zone(page);
            continue;
        }
        retire(page, is_anon, flags);
        if (!extend_run(&first, &end, page)) {
            end_run(first, end);
            first = page;
            end = page + 1;
        }
    }
    lru_forget_end(group, nforgotten);
    end_run(first, end);
}

void free_pages_va(void *va, unsigned order)
{
    if (va)
        free_pages(virt_to_page(va), order);
}

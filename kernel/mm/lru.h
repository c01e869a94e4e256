/* SPDX-License-Identifier: MIT */
/*
 * lru.h - the pages that can be evicted.
 *
 * Each page whose content exists elsewhere, or can be made to (in swap), is on
 * the lists from when it gets its content until it is freed: freeing takes it
 * off, so that its owners need not.  In which order they are looked at, the
 * replacement policy says (policy.h).
 *
 * A page is in one of these states:
 *   listed        PG_LRU                           lru_add, lru_judge, lru_put_back
 *   isolated      PG_ISOLATED, one reference more  lru_isolate
 *   unevictable   PG_UNEVICTABLE: mlocked          lru_cull
 *   none          others
 *
 *     none -> listed -> isolated -> listed | unevictable | freed by who isolated it
 *     listed, unevictable -> freed               the last reference went
 *     unevictable -> listed                      lru_rescue, by munlock
 *
 * Locks: one, RANK_LRU; taken inside, nothing here sleeps.
 */
#pragma once
#include "kernel/mm/policy.h"

/* PAGE, in no state above, has content and can be evicted from now on. */
void lru_add(struct page *page);

/* Take up to N pages of KIND off, those whose turn it is, of which ZONE has those in it
 * alone (ALL_ZONES: any).  Each comes with a reference.  Returns how many; *SCANNED says how
 * many were looked at: 0 if there are none. */
#define ALL_ZONES (-1)
size_t lru_isolate(enum page_kind kind, int zone, struct page **pages, size_t n, size_t *scanned);
/* What the policy says of PAGE, isolated: true if it is to be evicted, false if it is
 * listed again. */
bool lru_judge(struct page *page, bool used);
/* PAGE, isolated, could not be evicted: it is listed again. */
void lru_put_back(struct page *page);
/* PAGE, isolated, goes on without being listed: it was evicted. */
static inline void lru_let_go(struct page *page)
{
    page_clear(page, PG_ISOLATED);
}
/* PAGE, isolated, is locked in memory. */
void lru_cull(struct page *page);
/* PAGE is no longer locked in memory: if it was culled, it is listed again. */
void lru_rescue(struct page *page);

/* Take PAGE off, as lru_isolate does; false: it is on no list, or is being freed. */
bool lru_isolate_page(struct page *page);

/* NEW, in no state above, has the content of OLD from now on: it takes its place. */
void lru_replace(struct page *old, struct page *new);

/* Whether a page with FLAGS is listed or unevictable. */
static inline bool lru_knows(uint32_t flags)
{
    return flags & (1u << PG_LRU | 1u << PG_UNEVICTABLE);
}
/* PAGE is so no longer: its last reference has gone. */
void lru_forget(struct page *page);

/*
 * The same for many pages, which takes the lock once, and counts those with the same
 * flags together: they are on one list.
 *
 *     struct lru_group g = { .flags = LRU_NO_GROUP };
 *
 *     for each page, if lru_knows(page->flags):
 *         if (page->flags != g.flags)
 *             lru_group_begin(&g, page);
 *         lru_group_forget(&g, page), and clear the page's flags
 *     lru_group_end(&g);
 */
#define LRU_NO_GROUP UINT32_MAX

struct lru_group {
    uint32_t flags;         /* of each; LRU_NO_GROUP: the lock is not held */
    size_t n;
};

void lru_group_begin(struct lru_group *g, const struct page *page);
void lru_group_end(struct lru_group *g);

static inline void lru_group_forget(struct lru_group *g, struct page *page)
{
    g->n++;
    page->link.next->prev = page->link.prev;
    page->link.prev->next = page->link.next;
}

/* All pages of a kind are looked at again as if they were new, oldest first. */
void lru_deactivate_all(enum page_kind kind);

/* Pages by state; either may be off by what others do at the moment. */
struct lru_figures {
    size_t active[PAGE_KINDS], inactive[PAGE_KINDS];
    size_t unevictable;
};
struct lru_figures lru_figures(void);

/* The policy in use, and change it: what is listed starts anew, in its order. */
const struct policy *lru_policy(void);
void lru_set_policy(const struct policy *policy);

void lru_init(void);

/* SPDX-License-Identifier: MIT */
/*
 * policy.h - page replacement: which page goes when memory is short.
 *
 * A policy keeps the evictable pages of one kind in order and says whose turn it
 * is.  It never frees, maps or writes anything, and never asks a page table: who
 * calls it has found out whether the page was used since it was last looked at
 * (the A bits of its entries, and PG_REFERENCED for reads and writes).
 *
 *     add ------> [ on the lists ] ----next----> [ in the caller's hands ]
 *                        ^                          |            |
 *                        +-------- judge: keep -----+            +-- judge: evict -->
 *                        +-------- put_back (it could not be evicted) --+
 *
 * So the same files serve the kernel and tools/vmsim, which replays recorded
 * references on the host.
 *
 * Pages of a kind are on two lists, newest first.  A policy with one list uses
 * `inactive`.  (Mach's queues have the same names.)  Before its first look a page may
 * be on a third, `fresh`, where it counts as inactive.
 *
 * Locks: the owner's; nothing here sleeps or allocates.
 */
#pragma once
#include "kernel/mm/page.h"

enum page_kind {
    KIND_ANON,                      /* its store is swap: anonymous, shared memory, tmpfs */
    KIND_FILE,                      /* its store is a file system                         */
    PAGE_KINDS
};

struct page_lists {
    enum page_kind kind;            /*                                   [c] */
    struct list active, inactive;   /* page->link; PG_ACTIVE says which  [o] */
    struct list fresh;              /* without PG_ACTIVE, too            [o] */
    size_t nactive, ninactive;      /* fresh ones are inactive           [o] */
};

struct policy {
    const char *name;
    /* PAGE, on no list, enters. */
    void (*add)(struct page_lists *l, struct page *page);
    /* The page to look at, still on its list; NULL: there is none. */
    struct page *(*next)(struct page_lists *l);
    /* PAGE came from next() and was taken off; USED: somebody has used it since it was
     * last looked at.  True: evict it.  False: it is on a list again. */
    bool (*judge)(struct page_lists *l, struct page *page, bool used);
};

extern const struct policy policy_clock2, policy_clock, policy_fifo, policy_random;

/* The policy called NAME, NULL if there is none; all of them, NULL behind the last. */
const struct policy *policy_find(const char *name);
extern const struct policy *const policies[];

void page_lists_init(struct page_lists *l, enum page_kind kind);

static inline enum page_kind page_kind(const struct page *page)
{
    return page_test(page, PG_SWAPBACKED) ? KIND_ANON : KIND_FILE;
}

/* PAGE, on no list and without PG_ACTIVE, enters one at its head. */
void page_lists_insert(struct page_lists *l, struct page *page, bool active);
/* PAGE leaves its list; PG_ACTIVE goes on saying which it was. */
void page_lists_remove(struct page_lists *l, struct page *page);

/* For policies with one list: a page enters it, and its oldest page is next. */
void policy_add_inactive(struct page_lists *l, struct page *page);
struct page *policy_oldest_inactive(struct page_lists *l);

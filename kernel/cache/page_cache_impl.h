/* SPDX-License-Identifier: MIT */
/*
 * page_cache_impl.h - what the files of the page cache share with each other
 * and with nobody else.
 */
#pragma once
#include "kernel/cache/page_cache.h"

/* page_lock.c */
/* A page whose lock bit was set without asking (it was new): account its rank. */
void page_lock_take_over(struct page *page);
/* Unlock a page whose rank is accounted to nobody (end of I/O).  Any context. */
void page_unlock_handed_over(struct page *page);
/* Clear PG_WRITEBACK and wake.  Any context. */
void page_end_writeback_bit(struct page *page);
void page_lock_init(void);

/* page_cache.c */
/* Make a page for INDEX of AS: locked (its rank accounted to nobody), not uptodate, with a
 * reference for the caller.  SWAPPED: only if its content is in swap.  0, -EEXIST, -ENOMEM,
 * -ENOENT.  May sleep as GFP says. */
int page_cache_add(struct address_space *as, pgoff_t index, gfp_t gfp, bool swapped,
                   struct page **page);
/* N pages more (or fewer) belong to AS. */
void page_cache_count(const struct address_space *as, long n);
/* PAGE (locked, clean of writeback) leaves AS unless it is mapped; the tree's reference
 * is dropped.  Only if nobody but the tree and the caller refers to it, when ALONE:
 * true if it left. */
bool page_cache_remove(struct address_space *as, struct page *page, bool alone);
/* PAGE of AS, if it is dirty, is clean from now on.  The tree lock is held. */
void page_cache_undirty_locked(struct address_space *as, struct page *page);
/* PAGE's content was changed: who maps it for execution next fetches it anew. */
static inline void page_forget_fetched(struct page *page)
{
    if (page_test(page, PG_FETCHABLE))
        page_clear(page, PG_FETCHABLE);
}
/* PAGE's content was used; the second time says as much as being found used twice. */
static inline void page_mark_used(struct page *page)
{
    if (!page_test(page, PG_REFERENCED))
        page_set(page, PG_REFERENCED);
    else if (!page_test(page, PG_SEEN))
        page_set(page, PG_SEEN);
}

/* page_read.c */
/* Start reading the absent pages among [START, START + N) of AS; N <= READAHEAD_MAX. */
void page_cache_start_read(struct address_space *as, pgoff_t start, size_t n);
/* PAGE was found: is its content valid?  If not, wait for its I/O, or read it.
 * 0; -EAGAIN: it left the mapping; or what read_page says. */
int page_cache_make_uptodate(struct address_space *as, struct page *page);

/* page_write.c */
/* Start writing what is dirty in [START, END] of AS now.  Does not wait for the disk; may sleep. */
void page_cache_write_dirty(struct address_space *as, pgoff_t start, pgoff_t end);
/* The same of any MAX dirty pages of AS, or all; how many. */
size_t page_cache_write_some(struct address_space *as, size_t max);
/* Wait until the pages of [START, END] in writeback now have been written. */
void page_cache_wait_written(struct address_space *as, pgoff_t start, pgoff_t end);

/* page_swap.c */
/* Whether ITEM of a mapping's tree is a swap entry rather than a page. */
static inline bool page_swap_is_entry(const void *item)
{
    return (uintptr_t)item & 1;
}
/* Put PAGE into the place of INDEX's swap entry, to whose slot it belongs then; false: there is
 * none.  The tree lock is held. */
bool page_swap_take_over(struct address_space *as, struct page *page, pgoff_t index);
/* Take the swap entries [FIRST, END) out of AS; the pages are lost. */
void page_cache_drop_swapped(struct address_space *as, pgoff_t first, pgoff_t end);
/* PAGE (locked) of a memory-only mapping got no content: nothing would ever evict it.  If it is
 * in swap, it stays there. */
static inline void page_cache_discard_unread(struct address_space *as, struct page *page)
{
    if (as->writes_back || page_test(page, PG_UPTODATE))
        return;
    if (page_test(page, PG_SWAPCACHE))
        page_cache_swap_out(page);
    else
        page_cache_remove(as, page, true);
}

/* writeback.c */
/* AS has its first dirty page. */
void writeback_note_mapping(struct address_space *as);
/* A page's write ended: remember the error, wake who waits.  Any context. */
void writeback_note_end(struct address_space *as, int error);
/* There is one dirty page less.  Any context. */
void writeback_note_room(void);
/* A page's write to swap has ended: wake who waits for progress.  Any context. */
void writeback_note_swapped(struct page *page);

/* Figures, changed atomically. */
struct page_cache_figures {
    size_t pages, dirty, writeback, buffers, shmem;
    size_t swapping;                    /* on their way to swap */
};
extern struct page_cache_figures page_cache_figures;
static inline void figure_add(size_t *figure, long n)
{
    __atomic_fetch_add(figure, (size_t)n, __ATOMIC_RELAXED);
}

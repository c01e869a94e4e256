/* SPDX-License-Identifier: MIT */
/*
 * swap.h - pages whose store is a swap area.
 *
 * A swap entry names a slot of an area.  It stands where the page was: in page-table
 * entries, or in the tree of a shared memory file.
 *
 * The swap cache: while a page in memory belongs to a slot, the slot says which (and
 * page->swap, with PG_SWAPCACHE, says which slot).  So two who want a slot's content
 * meet at one page; and a page that has been read back keeps its slot until somebody
 * stores to it, so that it can go again without being written.
 *
 *   anonymous page, in no slot        swap_cache_add
 *   -> in the cache, dirty            (its entries become swap entries)
 *   -> writeback -> clean             swap_write
 *   -> freed; the slot has it         swap_cache_remove, once nobody maps it
 *   -> in the cache, being read       swap_read_anon, by a fault on an entry
 *   -> mapped again, clean
 *   -> in no slot                     swap_cache_remove: about to be stored to, or the
 *                                     slot has no users left
 *
 * The slot's users are swap entries: a page in the cache is not one, but it keeps the
 * slot from being given out.  For an anonymous page the cache holds a reference.  A page
 * of a shared memory file is found in its file's tree; the cache holds none.  Its slot
 * has one user, the file, from swap_cache_add to swap_cache_remove or swap_put.
 *
 * Locks: page->swap and PG_SWAPCACHE change with the page locked; slots under one
 * spinlock, RANK_SWAP_MAP, taken inside.
 */
#pragma once
#include "kernel/mm/page.h"

struct block_device;
struct swap_area;

/* ---- entries ------------------------------------------------------------------------------- */

#define SWAP_SLOT_BITS 48

static inline uint64_t swap_entry(unsigned area, size_t slot)
{
    return (uint64_t)area << SWAP_SLOT_BITS | slot;
}
static inline unsigned swap_entry_area(uint64_t entry)
{
    return (unsigned)(entry >> SWAP_SLOT_BITS);
}
static inline size_t swap_entry_slot(uint64_t entry)
{
    return entry & ((1UL << SWAP_SLOT_BITS) - 1);
}

/* One user more of ENTRY, which has one or a page. */
void swap_get(uint64_t entry);
/* One user less.  If it was the last, and a page belongs to the slot that nobody else wants,
 * the page goes too.  Never sleeps. */
void swap_put(uint64_t entry);
/* The same, but the page stays; true if it was the last user. */
bool swap_put_user(uint64_t entry);
/* Users of ENTRY: 0 as well if it is no entry any more. */
size_t swap_users(uint64_t entry);

/* ---- the swap cache ------------------------------------------------------------------------ */

/* PAGE, locked, uptodate and in no slot, gets one: it is dirty then.  False: none is free. */
bool swap_cache_add(struct page *page);
/* PAGE, locked and not in writeback, has no slot any more.  The caller has a reference. */
void swap_cache_remove(struct page *page);
/* The same if PAGE, referenced, can be locked at once and its slot has no users. */
bool swap_cache_try_remove(struct page *page);
/* PAGE, locked and of a shared memory file, belongs to ENTRY, which stood in its place in the
 * file's tree; or does not any more, and the entry stands there again. */
void swap_cache_bind(struct page *page, uint64_t entry);
void swap_cache_unbind(struct page *page);
/* NEW, a copy of OLD, takes its place in the cache: both locked, OLD not in writeback.  False:
 * somebody refers to OLD but entries, the caller, and its tree or the cache.  Never sleeps. */
bool swap_cache_replace(struct page *old, struct page *new);
/* Whether PAGE, in the cache, has a slot that nobody uses. */
bool swap_cache_is_orphan(const struct page *page);
/* PAGE, anonymous, locked, clean and mapped by nobody, leaves memory; its slot has its
 * content.  False: somebody besides the cache and the caller refers to it. */
bool swap_cache_evict(struct page *page);
/* The page that belongs to ENTRY, referenced, or NULL.  Never sleeps. */
struct page *swap_cache_get(uint64_t entry);
/*
 * The page of ENTRY, which stands in a page table, referenced: perhaps still being read,
 * so lock it, and look whether it still belongs to ENTRY and is uptodate.  *MAJOR is set if
 * it was not in memory; then slots around it may be read as well (swap_ahead.h).  NULL: the
 * entry has no users any more, or *NOMEM.  Sleeps.
 */
struct page *swap_read_anon(uint64_t entry, bool *major, bool *nomem);
/* Fill PAGE, locked, whose slot has its content.  0 and PG_UPTODATE, or -EIO.  Sleeps. */
int swap_read_page(struct page *page);

/* Start writing PAGES, N of them, locked, dirty and in the cache, to their slots: they are
 * in writeback and unlocked then.  Allocates nothing; may sleep until requests end. */
void swap_write(struct page **pages, size_t n);

/* ---- areas --------------------------------------------------------------------------------- */

/* Slots [FIRST, FIRST + NPAGES) lie one after the other on the disk from SECTOR on. */
struct swap_extent {
    size_t first, npages;
    uint64_t sector;
};

#define SWAP_PATH_MAX 128

/* What is to become an area. */
struct swap_source {
    struct block_device *dev;
    struct swap_extent *extents;    /* in order, from page 0; from kvmalloc         */
    size_t nextents;
    const char *path;               /* for /proc/swaps; copied                     */
    bool is_file;
    const void *key;                /* what swap_area_retire asks for: inode or disk */
    void *owner;                    /* given back by swap_area_off                 */
    int prio;                       /* >= 0, or SWAP_PRIO_AUTO: below all others   */
};
#define SWAP_PRIO_AUTO (-1)

/* Look at SOURCE's header and use it as an area.  The extents are taken over on success.  0;
 * -EINVAL: no (sound) header; -EIO, -ENOMEM; -EPERM: too many areas.  May sleep. */
int swap_area_on(const struct swap_source *source);
/* The area that was made of a source with KEY gives out no slots from now on, and is the caller's
 * to empty, until swap_area_off or _resume.  NULL: there is none, or somebody else empties it. */
struct swap_area *swap_area_retire(const void *key);
void swap_area_resume(struct swap_area *area);
/* Whether ENTRY is one of AREA. */
bool swap_area_has(const struct swap_area *area, uint64_t entry);
/* The next slot of AREA after SLOT that is used, as an entry; 0: none. */
uint64_t swap_area_next_used(const struct swap_area *area, size_t slot);
/* AREA, retired, without a slot in use, ends.  Returns the source's owner. */
void *swap_area_off(struct swap_area *area);

struct swap_area_info {
    char path[SWAP_PATH_MAX];
    bool is_file;
    size_t npages, nused;
    int prio;
};
/* The N-th area in order of priority; false: there are fewer. */
bool swap_area_info(unsigned n, struct swap_area_info *info);

/* Slots in all areas, and those of them that are free. */
size_t nr_swap_pages(void);
size_t nr_free_swap_pages(void);
/* Pages in memory that belong to a slot. */
size_t nr_swap_cache_pages(void);
/* Whether a page in memory should give its slot, ENTRY, back: more than half of all are used,
 * or the area is retired. */
bool swap_is_scarce(uint64_t entry);
/* PAGE, locked and in the cache, is in use: if slots are scarce, and no entry names its own, it
 * has none any more.  One that could not be read keeps it: its content is nowhere else. */
void swap_give_up_slot(struct page *page);
/* Make slots free whose anonymous pages are in memory, and which no entry names: up to WANTED.
 * Returns how many.  Never sleeps. */
size_t swap_take_back(size_t wanted);
/* Users of all slots but shared memory files: entries of page tables.  Slow. */
size_t nr_swap_entries(void);
/* NULL if all slots agree with their pages, else what does not. */
const char *swap_check(void);

void swap_init(void);

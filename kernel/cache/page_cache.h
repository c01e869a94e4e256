/* SPDX-License-Identifier: MIT */
/*
 * page_cache.h - the pages of files, and of everything else on a disk.
 *
 * An address_space is a sparse array of pages with a backing store: a file's
 * data, a block device's blocks (file-system metadata lives there), a tmpfs
 * file.  There is no other cache: read(2), write(2), mappings and metadata all
 * meet in these pages.
 *
 * Life of a cached page:
 *   absent -> (locked, not uptodate)   page_cache_add
 *          -> uptodate                 the owner's read_page
 *          -> dirty                    page_cache_dirty
 *          -> writeback -> clean       writeback through write_page
 *          -> absent                   truncation, or reclaim when clean and unused
 *
 * References: one for the tree, one for whoever found it.  The page lock
 * (PG_LOCKED, may sleep) guards content transitions and membership; a page's
 * mapping and index are stable for who holds the lock or the tree lock.
 */
#pragma once
#include "kernel/core/uio.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/rwsem.h"
#include "lib/radix.h"
#include "lib/rbtree.h"

struct inode;

/* Tags in the tree. */
enum { PAGE_TAG_DIRTY, PAGE_TAG_WRITEBACK, PAGE_TAG_TOWRITE };

struct address_space_operations {
    /* Fill PAGE (locked, not uptodate) from the store; 0 and PG_UPTODATE, or
     * -EIO.  Sleeps until done; leaves it locked. */
    int (*read_page)(struct address_space *as, struct page *page);
    /* Start filling N consecutive locked pages; each is unlocked when its I/O
     * ends (uptodate or PG_ERROR).  Does not wait. */
    void (*read_pages)(struct address_space *as, struct page **pages, size_t n);
    /* PAGE (locked, uptodate) is about to become dirty up to byte TO: make sure
     * that it has a place in the store.  0, -ENOSPC, -EIO, -ENOMEM.  May sleep. */
    int (*make_room)(struct address_space *as, struct page *page, size_t to);
    /* Start writing N consecutive locked, clean-marked pages in PG_WRITEBACK; when
     * a page's I/O ends call page_cache_end_writeback.  Returns with them unlocked. */
    void (*write_pages)(struct address_space *as, struct page **pages, size_t n);
    /* PAGE (locked) leaves the cache: forget private state. */
    void (*forget_page)(struct address_space *as, struct page *page);
};

struct address_space {
    struct inode *host;                 /* NULL only in tests                  [c] */
    const struct address_space_operations *ops;         /*                     [c] */
    struct radix_tree pages;            /* index -> struct page            [tree]  */
    struct spinlock tree_lock;          /* RANK_PAGE_TREE                          */
    size_t npages;                      /*                                 [tree]  */
    size_t ndirty;                      /*                                 [tree]  */
    gfp_t gfp;                          /* for its pages                       [c] */
    bool writes_back;                   /* false: memory only (tmpfs)          [c] */
    int wb_error;                       /* error to report at next fsync       [a] */
    uint64_t dirtied_when;              /* ns; first dirtying since clean  [wb]    */
    struct list wb_link;                /* list of dirty mappings          [wb]    */
    struct rwsem invalidate;            /* RANK_INVALIDATE: shared by faults and
                                         * readers that add pages, exclusive by
                                         * truncation                              */
    struct spinlock mmap_lock;          /* RANK_RMAP                               */
    struct rb_root mmap_tree;           /* VMAs that map it, by pgoff (vm/rmap) [mmap_lock] */
    size_t nwritable_shared;            /* MAP_SHARED writable VMAs    [mmap_lock] */
};

void address_space_init(struct address_space *as, struct inode *host,
                        const struct address_space_operations *ops, gfp_t gfp, bool writes_back);
/* All pages must be gone. */
void address_space_fini(struct address_space *as);

/* The lock bit of a page.  lock may sleep (rank DATA_PAGE or META_PAGE). */
void page_lock(struct page *page);
bool page_trylock(struct page *page);
void page_unlock(struct page *page);
static inline bool page_is_locked(const struct page *page)
{
    return page_test(page, PG_LOCKED);
}
/* Sleep until the writeback of PAGE, if any, has ended. */
void page_wait_writeback(struct page *page);

/* The page at INDEX with a reference, or NULL.  Never sleeps. */
struct page *page_cache_find(struct address_space *as, pgoff_t index);
/* The same, locked and still in this mapping.  May sleep. */
struct page *page_cache_find_lock(struct address_space *as, pgoff_t index);
/* Find, or make a locked page that is not uptodate.  0, -ENOMEM.  The page has
 * a reference and is locked either way. */
int page_cache_get_lock(struct address_space *as, pgoff_t index, struct page **page);
/* An uptodate page with a reference, unlocked, read if need be; starts
 * readahead per RA (may be NULL).  0, -EIO, -ENOMEM. */
struct readahead;
int page_cache_read(struct address_space *as, pgoff_t index, struct readahead *ra,
                    struct page **page);
/* Up to N consecutive pages that are present, uptodate and not locked, with
 * references (fault-around); returns how many.  Never sleeps. */
size_t page_cache_find_uptodate(struct address_space *as, pgoff_t index, size_t n,
                                struct page **pages);
/* Up to N present pages from INDEX on, with references. */
size_t page_cache_gang(struct address_space *as, pgoff_t index, size_t n, struct page **pages);

/* PAGE (referenced, in a mapping) has newer content than the store.  Never sleeps. */
void page_cache_dirty(struct page *page);
/* I/O of a page in write_pages ended with ERROR (0 or -EIO).  Any context. */
void page_cache_end_writeback(struct page *page, int error);
/* I/O of a page in read_pages ended: sets UPTODATE or ERROR and unlocks.  Any context. */
void page_cache_end_read(struct page *page, int error);

/* Drop all pages from START (bytes; a partial page is cleared to its end) to END
 * (exclusive bytes; UINT64_MAX: all).  Unmaps them everywhere first.  Caller
 * holds `invalidate` for writing. */
void page_cache_truncate(struct address_space *as, uint64_t start, uint64_t end);
/* Drop clean, unmapped, unused pages of the range; returns how many. */
size_t page_cache_invalidate(struct address_space *as, pgoff_t start, pgoff_t end);

/*
 * read(2) and write(2) through the cache, for any file system whose size is
 * inode->size.  *POS advances.  Bytes moved, or an error if none were.
 */
ssize_t page_cache_read_iter(struct address_space *as, uint64_t *pos, uint64_t size,
                             struct readahead *ra, struct uio *uio);
/* GROW is called with the page locked when data beyond the old size was copied. */
ssize_t page_cache_write_iter(struct address_space *as, uint64_t *pos, struct uio *uio,
                              void (*grow)(struct inode *inode, uint64_t size));

/*
 * Upward calls into vm/rmap, registered at boot.
 */
struct mapping_ops {
    /* Write-protect PAGE in every mapping, gather D bits: true if any was dirty. */
    bool (*mkclean)(struct page *page);
    /* Unmap pages [START, END) of AS everywhere; PRIVATE_TOO: COWed copies as well. */
    void (*unmap_range)(struct address_space *as, pgoff_t start, pgoff_t end, bool private_too);
};
extern const struct mapping_ops *mapping_ops;
void mapping_ops_register(const struct mapping_ops *ops);

/* Figures: pages in all mappings, dirty, under writeback, of block devices. */
size_t nr_file_pages(void);
size_t nr_dirty_pages(void);
size_t nr_writeback_pages(void);
size_t nr_buffer_pages(void);

void page_cache_init(void);

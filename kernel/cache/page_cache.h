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
 *   absent -> (locked, not uptodate)   page_cache_get_lock, readahead
 *          -> uptodate                 the owner's read_page or read_pages
 *          -> dirty                    page_cache_dirty
 *          -> writeback -> clean       writeback through write_pages; a page that could not
 *                                      be written is clean but failed (PG_ERROR), and
 *                                      dirty again when it is next asked for
 *          -> absent                   truncation, or reclaim when clean and unused
 *
 * References: one for the tree, one for whoever found it.  I/O holds none: a
 * page under read is locked, one under write is in writeback, and neither can
 * leave the tree.  The page lock (PG_LOCKED, may sleep) guards content
 * transitions and membership; a page's mapping and index are stable for who
 * holds the page lock or the tree lock.
 *
 * Mach calls an address_space a memory object, and its operations a pager.
 */
#pragma once
#include "kernel/core/uio.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/rwsem.h"
#include "lib/errseq.h"
#include "lib/radix.h"
#include "lib/rbtree.h"

typedef uint64_t pgoff_t;               /* a page's number in its mapping */

struct block_device;
struct inode;
struct readahead;
struct swap_area;
struct address_space;

/*
 * What the owner of a mapping does for its pages.  No member is NULL: the
 * page_cache_no_* functions below are for owners with nothing to do.
 */
struct address_space_operations {
    /* Fill PAGE (locked, not uptodate) from the store; 0 and PG_UPTODATE, or
     * -EIO, -ENOMEM.  Sleeps until done; leaves it locked. */
    int (*read_page)(struct address_space *as, struct page *page);
    /* Start filling N consecutive locked pages; page_cache_end_read is called
     * for each when its I/O ends.  Does not wait for that; may sleep. */
    void (*read_pages)(struct address_space *as, struct page **pages, size_t n);
    /* Bracket around the locking and dirtying of one data page: a file system
     * enters its operation (fs_op_begin) here, before the page lock is taken.
     * 0 or an errno that ends the write. */
    int (*change_begin)(struct address_space *as);
    void (*change_end)(struct address_space *as);
    /* PAGE (locked; uptodate, or about to be overwritten whole) will become
     * dirty up to byte TO: make sure that it has a place in the store.
     * 0, -ENOSPC, -EFBIG, -EIO, -ENOMEM.  May sleep. */
    int (*make_room)(struct address_space *as, struct page *page, size_t to);
    /* Start writing N consecutive pages: unlocked, PG_WRITEBACK set, PG_DIRTY
     * clear, their place as make_room left it.  page_cache_end_writeback is
     * called for each when its I/O ends.  Does not wait for that; may sleep
     * until a queue has room. */
    void (*write_pages)(struct address_space *as, struct page **pages, size_t n);
    /* PAGE (locked, not in writeback) leaves the cache: forget private state.
     * Never sleeps. */
    void (*forget_page)(struct address_space *as, struct page *page);
    /* The same of a page whose content was in swap (memory only). */
    void (*forget_swapped)(struct address_space *as);
    /* Where pages INDEX, INDEX + 1 .. are for good (a swap area writes there without
     * asking): how many, 1 to WANT, follow each other on DEV from SECTOR on, or
     * are a hole (SECTOR 0).  -EINVAL: they are on no disk, or may move; -EIO, -ENOMEM.
     * May sleep. */
    int (*locate)(struct address_space *as, pgoff_t index, size_t want, struct block_device **dev,
                  uint64_t *sector);
};

int page_cache_no_bracket(struct address_space *as);
void page_cache_no_bracket_end(struct address_space *as);
int page_cache_no_room(struct address_space *as, struct page *page, size_t to);
void page_cache_no_forget(struct address_space *as, struct page *page);
void page_cache_nothing_swapped(struct address_space *as);
int page_cache_no_place(struct address_space *as, pgoff_t index, size_t want,
                        struct block_device **dev, uint64_t *sector);

struct address_space {
    struct inode *host;                 /* NULL only in tests                  [c] */
    const struct address_space_operations *ops;         /*                     [c] */
    struct radix_tree pages;            /* index -> struct page, tagged (below), or swap
                                         * entry (memory only)             [tree] */
    struct spinlock tree_lock;          /* RANK_PAGE_TREE                          */
    size_t npages;                      /*                                 [tree]  */
    size_t ndirty;                      /*                                 [tree]  */
    size_t nswapped;                    /* entries of swap in the tree     [tree]  */
    uint64_t size;                      /* bytes with data, as inode_set_size said:
                                         * readahead stops there, and what a mapping
                                         * wrote beyond is not written out     [a] */
    gfp_t gfp;                          /* for its pages                       [c] */
    bool writes_back;                   /* false: memory only (tmpfs)          [c] */
    bool metadata;                      /* block device: pages are PG_METADATA [c] */
    bool wb_busy;                       /* the flusher is at work on it       [wb] */
    bool wb_listed;                     /* wb_link is on the list             [wb] */
    struct errseq wb_errors;            /* for those who have the file open    [a] */
    bool keeps_failed;                  /* a page that could not be written is not evicted:
                                         * what the disk has would contradict others; set
                                         * for as long as a file system is mounted     [c] */
    uint32_t nfailed;                   /* pages that could not be written     [a] */
    uint32_t write_errors;              /* writes of pages that failed, ever   [a] */
    uint64_t futex_number;              /* by which futexes in it are known; 0: none yet [a] */
    uint64_t dirtied_when;              /* ns; first dirtying since clean     [wb] */
    struct list wb_link;                /* list of dirty mappings             [wb] */
    struct rwsem invalidate;            /* RANK_INVALIDATE: shared by faults and
                                         * readers that add pages, exclusive by
                                         * truncation                              */
    struct spinlock mmap_lock;          /* RANK_RMAP                               */
    struct rb_root mmap_tree;           /* VMAs that map it, by pgoff (vm/rmap) [mmap_lock] */
    size_t nwritable_shared;            /* VMAs that store, or may, into its pages,
                                         * and such to come             [mmap_lock] */
};                                      /* [wb]: writeback.c's lock                */
/* Tags: RADIX_DIRTY as PG_DIRTY; RADIX_WRITEBACK a hint, kept by pages whose I/O
 * has ended until someone who waits looks at them; RADIX_TOWRITE: a writer's
 * list of what was dirty when it began. */

void address_space_init(struct address_space *as, struct inode *host,
                        const struct address_space_operations *ops, gfp_t gfp, bool writes_back);
/* Whether AS has nothing, in memory or in swap.  Never sleeps. */
bool page_cache_is_empty(struct address_space *as);
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
/* Whether PAGE's content may be looked at from here on. */
static inline bool page_is_uptodate(const struct page *page)
{
    bool is = page_test(page, PG_UPTODATE);

    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return is;
}
/* Sleep until the writeback of PAGE, if any, has ended. */
void page_wait_writeback(struct page *page);

/* The page at INDEX with a reference, or NULL.  Never sleeps. */
struct page *page_cache_find(struct address_space *as, pgoff_t index);
/* The same, locked and still in this mapping.  May sleep. */
struct page *page_cache_find_lock(struct address_space *as, pgoff_t index);
/* Find, or make a locked page that is not uptodate.  0, -ENOMEM.  The page has
 * a reference and is locked either way.  May sleep. */
int page_cache_get_lock(struct address_space *as, pgoff_t index, struct page **page);
/* The page at INDEX, uptodate, with a reference, read from swap if it is there; *PAGE NULL: there
 * is none, and none is made.  0, -EIO, -ENOMEM; -ENOSPC: somebody made a page without content
 * there, and has no room for it.  Memory only; may sleep. */
int page_cache_find_content(struct address_space *as, pgoff_t index, struct page **page);
/* An uptodate page with a reference, unlocked, read if need be; starts
 * readahead per RA (may be NULL).  0, -EIO, -ENOMEM.  May sleep.  Who may race
 * with truncation (faults) holds `invalidate` shared, and checks page->mapping
 * under the page lock before relying on it. */
int page_cache_read(struct address_space *as, pgoff_t index, struct readahead *ra,
                    struct page **page);
/* The same without readahead for who cannot be told that memory is short: waits as long
 * as it takes.  0, -EIO. */
int page_cache_read_nofail(struct address_space *as, pgoff_t index, struct page **page);
/* The same by a reader who wants NREQ pages in all. */
int page_cache_read_several(struct address_space *as, pgoff_t index, size_t nreq,
                            struct readahead *ra, struct page **page);
/* Start reading the absent pages of the N from INDEX on, as far as AS has data, and no more
 * than WILL_NEED_MAX of them.  Errors show when a page is used.  Does not wait for the
 * pages; may sleep.  Takes `invalidate`. */
#define WILL_NEED_MAX 1024              /* 4 MiB: a promise must not fill the memory */
void page_cache_will_need(struct address_space *as, pgoff_t index, size_t n);
/* NEW, locked and a copy of OLD, takes the place of OLD, which is locked and not metadata.
 * False if it cannot now: OLD is in writeback, or somebody but the tree, the caller and
 * page-table entries refers to it.  Never sleeps. */
bool page_cache_replace(struct page *old, struct page *new);
/* Call FN for each uptodate page of the N from INDEX on, I counted from there, with the
 * tree locked: the page stays as long as FN runs, and longer if FN takes a reference or
 * counts an entry for it.  Holds at most page-table locks.  Never sleeps. */
void page_cache_for_each_ready(struct address_space *as, pgoff_t index, size_t n,
                               void (*fn)(struct page *page, size_t i, void *arg), void *arg);
/* Up to N present pages from INDEX on, with references.  Never sleeps. */
size_t page_cache_gang(struct address_space *as, pgoff_t index, size_t n, struct page **pages);

/* How many pages, 1 to WANT, from INDEX on have content, in memory or in swap, or are a hole
 * (*IS_HOLE).  Memory only.  Never sleeps. */
size_t page_cache_count_alike(struct address_space *as, pgoff_t index, size_t want, bool *is_hole);

/* PAGE (referenced, in a mapping) has newer content than the store.  Never sleeps. */
void page_cache_dirty(struct page *page);
/* Pages [START, END] whose last write failed are dirty again.  Called when somebody asks
 * for a range to be written: what he is told then is how it stands now.  May sleep. */
void page_cache_retry_failed(struct address_space *as, pgoff_t start, pgoff_t end);
/* Whether the last write of one of the pages [START, END] failed. */
bool page_cache_has_failed(struct address_space *as, pgoff_t start, pgoff_t end);
/* I/O of a page in write_pages ended with ERROR (0 or -EIO).  Any context. */
void page_cache_end_writeback(struct page *page, int error);
/* I/O of a page in read_pages ended: sets UPTODATE unless ERROR (0 or -EIO) says that it failed,
 * and unlocks.  Any context. */
void page_cache_end_read(struct page *page, int error);

/* Drop all pages from START (bytes; a partial page is cleared to its end) to END
 * (exclusive bytes; UINT64_MAX: all).  Unmaps them everywhere first.  Caller
 * holds `invalidate` for writing, or is the last who knows AS.  A partial page
 * that is not cached is the file system's to clear; a cached one becomes dirty
 * if it has a block (PG_MAPPED_BLOCK) or is memory only.  May sleep. */
void page_cache_truncate(struct address_space *as, uint64_t start, uint64_t end);
/* Drop pages [START, END] that are clean, unmapped, unused and on a disk; returns how many.
 * May sleep. */
size_t page_cache_invalidate(struct address_space *as, pgoff_t start, pgoff_t end);
/* Drop the page at INDEX, dirty or not: its block is being freed.  Nobody else
 * uses it.  May sleep (writeback). */
void page_cache_drop(struct address_space *as, pgoff_t index);

/*
 * read(2) and write(2) through the cache, for any file system whose size is
 * SIZE.  *POS advances.  Bytes moved, or an error if none were.
 */
ssize_t page_cache_read_iter(struct address_space *as, uint64_t *pos, uint64_t size,
                             struct readahead *ra, struct uio *uio);
/* GROW is called with the page locked when data up to byte SIZE was copied;
 * bytes from OLD_SIZE on are not in the store yet.  The caller holds the inode's
 * lock for writing. */
ssize_t page_cache_write_iter(struct address_space *as, uint64_t *pos, uint64_t old_size,
                              struct uio *uio, void (*grow)(struct inode *inode, uint64_t size));

/* PAGE, locked, leaves its mapping if it is clean, mapped by nobody, and referred to by none
 * but the tree and the caller.  False if not.  Calls no file system beyond forget_page;
 * never sleeps. */
bool page_cache_evict(struct page *page);
/* The same for one of a mapping that is memory only: its slot of swap has its content, and the
 * tree has the slot then. */
bool page_cache_swap_out(struct page *page);
/* Bring back what AS has in AREA.  0, -EIO, -ENOMEM.  May sleep. */
int page_cache_swap_in_all(struct address_space *as, const struct swap_area *area);

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

/* Figures: pages in all mappings, dirty, under writeback to files, to swap, of block devices,
 * of memory-only mappings (tmpfs). */
size_t nr_file_pages(void);
size_t nr_dirty_pages(void);
size_t nr_writeback_pages(void);
size_t nr_swapping_pages(void);
size_t nr_buffer_pages(void);
size_t nr_shmem_pages(void);

void page_cache_init(void);

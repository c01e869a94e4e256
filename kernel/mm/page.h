/* SPDX-License-Identifier: MIT */
/*
 * page.h - one struct page per physical frame.
 *
 * Identities, and the functions that move a page between them:
 *
 *   RESERVED   firmware, kernel image, holes; never allocated   memmap_init
 *   FREE       heads a block on a buddy list, order valid        buddy_free
 *   FREE_TAIL  inside a free block; look at nothing              buddy_free
 *   PCP        on a hart's list of order-0 pages                 refill, free_page
 *   OWNED      allocated, no special user (kernel memory)        alloc_pages
 *   TAIL       inside a compound block, head points to its head  alloc_pages
 *   SLAB       holds objects of one kmem cache                   slab.c
 *   TABLE      a page table                                      pagetable users
 *   ANON       anonymous user memory                             vm/anon
 *   CACHE      file data or metadata in an address_space         cache/page_cache
 *
 *   RESERVED -> FREE                              boot, once
 *   FREE -> PCP -> OWNED -> PCP -> FREE           single pages
 *   FREE -> OWNED -> FREE                         blocks
 *   OWNED -> SLAB | TABLE | ANON | CACHE -> OWNED page_set_identity (_last), by the owner
 *
 * At most 64 bytes: two megabytes of them describe 128 MiB.
 *
 * Locks: [z] zone lock  [o] owner (the holder of the only reference, or the
 * lock its subsystem names)  [a] atomic  [c] constant after boot
 * [t] tree lock of the mapping and the page's lock bit: either reads, both write
 */
#pragma once
#include "kernel/mm/frame.h"
#include "lib/list.h"

struct address_space;
struct anon_vma;
struct kmem_cache;

enum page_identity {
    PAGE_RESERVED, PAGE_FREE, PAGE_FREE_TAIL, PAGE_PCP, PAGE_OWNED, PAGE_TAIL,
    PAGE_SLAB, PAGE_TABLE, PAGE_ANON, PAGE_CACHE, PAGE_IDENTITIES
};

/* Bits of page->flags; all changed atomically. */
enum page_flag {
    PG_LOCKED,          /* somebody owns the content: I/O, truncation, mapping */
    PG_WAITERS,         /* somebody sleeps for PG_LOCKED or PG_WRITEBACK       */
    PG_UPTODATE,        /* content valid                                       */
    PG_DIRTY,           /* newer than the disk                                 */
    PG_WRITEBACK,       /* on its way to the disk                              */
    PG_ERROR,           /* the last write failed: the store has older content  */
    PG_LRU,             /* on a list of evictable pages                        */
    PG_ACTIVE,          /* ... the active one                                  */
    PG_REFERENCED,      /* touched since the hand last passed                  */
    PG_SEEN,            /* looked at since it came: the next use counts        */
    PG_SWAPCACHE,       /* swap entry valid                                    */
    PG_SWAPBACKED,      /* its backing store is swap (anon, shmem)             */
    PG_UNEVICTABLE,     /* found locked in memory, and so off the lists        */
    PG_METADATA,        /* a file system's own block                           */
    PG_MAPPED_BLOCK,    /* ->block valid                                       */
    PG_READAHEAD,       /* read ahead from swap, and nobody has come for it yet */
    PG_POISONED,        /* content filled with the free pattern (debug)        */
    PG_HEAD,            /* head of a compound block                            */
    PG_FETCHABLE,       /* instruction caches know its content                 */
    PG_ISOLATED,        /* taken off its list by migration or reclaim          */
    PG_CONTIG           /* of a run of the contiguous area: stays until freed  */
};

struct page {
    uint32_t flags;                 /* 1 << enum page_flag             [a] */
    int32_t refcount;               /* 0 only while free               [a] */
    int32_t mapcount;               /* page-table entries pointing here[a] */
    uint8_t identity;               /* enum page_identity            [z,o] */
    uint8_t order;                  /* of the block, valid in its head[z,o]*/
    uint8_t zone;                   /* enum zone_type                  [c] */
    uint8_t mobility;               /* list it is or was on            [z] */
    struct list link;               /* buddy | hart list | slab | LRU      */
    union {
        struct address_space *mapping;  /* CACHE                       [t] */
        struct anon_vma *anon_vma;      /* ANON                        [o] */
        struct kmem_cache *cache;       /* SLAB                        [o] */
        struct page *head;              /* TAIL                        [o] */
    };
    union {
        uint64_t index;             /* CACHE, ANON: page number in its owner   */
        void *freelist;             /* SLAB: first free object                 */
    };
    union {
        uint64_t block;             /* CACHE: disk block, if PG_MAPPED_BLOCK   */
        uint64_t swap;              /* ANON: swap entry, if PG_SWAPCACHE       */
        struct {
            uint16_t inuse;         /* SLAB: objects handed out                */
            uint16_t colour;        /* SLAB: offset of the first object / 8    */
            uint32_t total;         /* SLAB: objects it holds                  */
        } slab;
    };
    uint32_t alloc_pc;              /* who allocated it: low half of its pc    */
    uint32_t mlocks;                /* entries of locked VMAs pointing here[a] */
};
_Static_assert(sizeof(struct page) <= 64, "struct page outgrew its budget");

static inline struct page *pfn_to_page(pfn_t pfn)
{
    return &frames.pages[pfn - frames.first_pfn];
}
static inline pfn_t page_to_pfn(const struct page *page)
{
    return frames.first_pfn + (pfn_t)(page - frames.pages);
}
static inline paddr_t page_to_phys(const struct page *page)
{
    return page_to_pfn(page) << PAGE_SHIFT;
}
static inline void *page_address(const struct page *page)
{
    return phys_to_virt(page_to_phys(page));
}
static inline struct page *phys_to_page(paddr_t pa)
{
    return pfn_to_page(pa >> PAGE_SHIFT);
}
/* P must lie in the linear map. */
static inline struct page *virt_to_page(const void *p)
{
    return phys_to_page(virt_to_phys(p));
}
/* Whether a struct page exists for PFN (it may be RESERVED). */
static inline bool pfn_is_valid(pfn_t pfn)
{
    return pfn >= frames.first_pfn && pfn < frames.end_pfn;
}

static inline bool page_test(const struct page *page, enum page_flag f)
{
    return __atomic_load_n(&page->flags, __ATOMIC_RELAXED) & (1u << f);
}
static inline void page_set(struct page *page, enum page_flag f)
{
    __atomic_fetch_or(&page->flags, 1u << f, __ATOMIC_RELEASE);
}
static inline void page_clear(struct page *page, enum page_flag f)
{
    __atomic_fetch_and(&page->flags, ~(1u << f), __ATOMIC_RELEASE);
}
/* Set or clear F and return what it was. */
static inline bool page_test_and_set(struct page *page, enum page_flag f)
{
    return __atomic_fetch_or(&page->flags, 1u << f, __ATOMIC_ACQ_REL) & (1u << f);
}
static inline bool page_test_and_clear(struct page *page, enum page_flag f)
{
    return __atomic_fetch_and(&page->flags, ~(1u << f), __ATOMIC_ACQ_REL) & (1u << f);
}

extern const char *const page_identity_names[PAGE_IDENTITIES];
/* For each identity, those that its owner may give it next: bit 1 << identity. */
extern const uint16_t page_next_identities[PAGE_IDENTITIES];
__attribute__((noreturn)) void page_bad_identity(const struct page *page,
                                                 enum page_identity identity);
/* The owner declares what it uses the page for; panics on a transition not listed above. */
static inline void page_set_identity(struct page *page, enum page_identity identity)
{
    if (!(page_next_identities[page->identity] & 1u << identity))
        page_bad_identity(page, identity);
    page->identity = identity;
}

/* The same of a page that may be found by its number then (frame_use): who sees the identity sees
 * what was stored before. */
static inline void page_set_identity_last(struct page *page, enum page_identity identity)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
    page_set_identity(page, identity);
}

/* The head of PAGE's block: itself unless it is a TAIL. */
static inline struct page *compound_head(struct page *page)
{
    return page->identity == PAGE_TAIL ? page->head : page;
}

/* One more reference on a page that has one already. */
static inline void get_page(struct page *page)
{
    __atomic_fetch_add(&page->refcount, 1, __ATOMIC_RELAXED);
}
/* One more reference unless the page is being freed; false then. */
bool get_page_unless_zero(struct page *page);
/* Drop a reference; the last one frees the block.  Never sleeps. */
void put_page(struct page *page);

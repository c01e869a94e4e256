/* SPDX-License-Identifier: MIT */
/*
 * pagetable.h - Sv39 page tables: three levels of 512 entries (RISC-V
 * Privileged Architecture, "Sv39").  Pure: walks tables through phys_to_virt().
 *
 * Live entries change only by atomic operations, because the hardware sets A
 * and D at the same time.  Flushing the TLB is the caller's duty.
 */
#pragma once
#include "kernel/mm/gfp.h"
#include "kernel/port/port.h"

struct pte { uint64_t bits; };

#define PTE_V (1UL << 0)
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4)
#define PTE_G (1UL << 5)
#define PTE_A (1UL << 6)
#define PTE_D (1UL << 7)
#define PTE_SOFT0 (1UL << 8)        /* software: special (zero page, pfn map): no struct page count */
#define PTE_SOFT1 (1UL << 9)        /* software: write allowed, W withheld until D (ad=soft)        */
#define PTE_SPECIAL PTE_SOFT0
#define PTE_PPN_SHIFT 10

#define PT_LEVELS 3
#define PT_ENTRIES 512
/* Bytes mapped by one leaf at LEVEL: 4 KiB, 2 MiB, 1 GiB. */
#define PT_LEAF_SIZE(level) (PAGE_SIZE << (9 * (level)))

/*
 * Everything an entry with V=0 can be, defined once:
 *
 *   63 ........................ 10  9..5 4..1 0
 *   0                                    0    0     none
 *   payload                         0   kind  0     see below
 */
enum pte_kind {
    PTE_NONE,           /* all zero                                          */
    PTE_PRESENT,        /* V=1                                               */
    PTE_SWAP,           /* payload: swap entry (area << 48 | slot)           */
    PTE_MIGRATION,      /* payload: pfn being moved; wait on its page lock   */
    PTE_PROTNONE        /* payload: pfn; a frame without access (PROT_NONE)  */
};

/* A page table and where its tables come from. */
struct pagetable {
    paddr_t root;                                   /* level-2 table           */
    paddr_t (*new_table)(struct pagetable *pt);     /* zeroed frame, 0 if none */
    void (*free_table)(struct pagetable *pt, paddr_t table);
    size_t ntables;                                 /* below the root      [a] */
};

enum pte_kind pte_kind(struct pte e);
static inline bool pte_is_present(struct pte e) { return e.bits & PTE_V; }
static inline bool pte_is_leaf(struct pte e) { return e.bits & (PTE_R | PTE_W | PTE_X); }
static inline paddr_t pte_pa(struct pte e) { return (e.bits >> PTE_PPN_SHIFT & 0xfffffffffffUL) << PAGE_SHIFT; }
static inline pfn_t pte_pfn(struct pte e) { return e.bits >> PTE_PPN_SHIFT & 0xfffffffffffUL; }
struct pte pte_make(paddr_t pa, uint64_t bits);         /* a present leaf, V added   */
struct pte pte_make_swap(uint64_t entry);
struct pte pte_make_migration(pfn_t pfn);
struct pte pte_make_protnone(pfn_t pfn, uint64_t bits); /* keeps A, D, SPECIAL; gains no rights */
uint64_t pte_payload(struct pte e);                     /* of a non-present kind     */

/* Atomic access to a live entry. */
static inline struct pte pte_read(const struct pte *p)
{
    return (struct pte){ __atomic_load_n(&p->bits, __ATOMIC_RELAXED) };
}
void pte_set(struct pte *p, struct pte e);                      /* none or same frame -> e */
struct pte pte_exchange(struct pte *p, struct pte e);           /* returns the old one     */
bool pte_cmpxchg(struct pte *p, struct pte old, struct pte e);
struct pte pte_clear_bits(struct pte *p, uint64_t bits);        /* returns the old one     */
struct pte pte_set_bits(struct pte *p, uint64_t bits);

/* The entry for VA at LEVEL (0: 4 KiB).  find: NULL if a table on the way is
 * missing or a larger leaf is in the way; get: makes the tables, NULL only if
 * out of memory.  New tables are installed by compare-and-swap. */
struct pte *pt_find(struct pagetable *pt, vaddr_t va, unsigned level);
struct pte *pt_get(struct pagetable *pt, vaddr_t va, unsigned level);

/* The leaf that maps VA whatever its size; *LEVEL says it.  NULL if none. */
struct pte *pt_find_leaf(struct pagetable *pt, vaddr_t va, unsigned *level);

/* Map [VA, VA+SIZE) to PA with rights BITS, using the largest leaves that fit
 * and are at most MAX_LEVEL.  0, or -ENOMEM with nothing mapped; panics if
 * something was mapped there. */
int pt_map(struct pagetable *pt, vaddr_t va, paddr_t pa, size_t size, uint64_t bits,
           unsigned max_level);
/* Remove all leaves in the range; tables stay.  Splitting a leaf is a panic. */
void pt_unmap(struct pagetable *pt, vaddr_t va, size_t size);
/* Replace the rights of all present leaves in the range. */
void pt_protect(struct pagetable *pt, vaddr_t va, size_t size, uint64_t bits);

/*
 * Visit every non-NONE entry of [START, END) in address order.  VISIT may change
 * the entry; non-zero stops the walk and is returned.
 */
struct pt_walk {
    int (*visit)(struct pt_walk *w, struct pte *pte, vaddr_t va, unsigned level);
    void *arg;
};
int pt_walk_range(struct pagetable *pt, vaddr_t start, vaddr_t end, struct pt_walk *w);

/* Free every table that covers only [START, END) (all its entries must be none),
 * not the root. */
void pt_free_tables(struct pagetable *pt, vaddr_t start, vaddr_t end);

/*
 * The next run of level-0 entries in [*VA, END) that has a table: *VA moves to
 * its first address, *N says how many entries follow in that table (they may be
 * none).  NULL when there is no more.  Skips what has no table by 2 MiB and 1 GiB.
 */
struct pte *pt_next_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n);

/* SPDX-License-Identifier: MIT */
/*
 * pagetable.h - Sv39 page tables: three levels of 512 entries (RISC-V
 * Privileged Architecture, "Sv39").  Pure: walks tables through phys_to_virt().
 *
 * Live entries change only by atomic operations, because the hardware sets A
 * and D at the same time.  Flushing the TLB is the caller's duty.
 */
#pragma once
#include "kernel/mm/frame.h"
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
#define PTE_SOFT0 (1UL << 8)    /* software: special (zero page, pfn map): no struct page count */
#define PTE_SOFT1 (1UL << 9)    /* software: write allowed, W withheld until D (ad=soft)        */
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
 *   old bits 9..0 | pfn             0   kind  0     migration (pfn: bits 53..10)
 */
enum pte_kind {
    PTE_NONE,           /* all zero                                          */
    PTE_PRESENT,        /* V=1                                               */
    PTE_SWAP,           /* payload: swap entry (area << 48 | slot)           */
    PTE_MIGRATION,      /* of a frame that is being moved: see pte_freeze()  */
    PTE_PROTNONE        /* payload: pfn; a frame without access (PROT_NONE)  */
};

/* A page table and where its tables come from. */
struct pagetable {
    paddr_t root;                                   /* level-2 table           */
    paddr_t (*new_table)(struct pagetable *pt);     /* zeroed frame, 0 if none */
    void (*free_table)(struct pagetable *pt, paddr_t table);    /* nobody has seen it    */
    void (*retire_table)(struct pagetable *pt, paddr_t table);  /* walkers may have      */
    size_t ntables;                                 /* below the root      [a] */
};

enum pte_kind pte_kind(struct pte e);
static inline bool pte_is_present(struct pte e) { return e.bits & PTE_V; }
static inline bool pte_is_leaf(struct pte e) { return e.bits & (PTE_R | PTE_W | PTE_X); }
/* Of an entry that has a frame: all kinds keep its number in the same place. */
static inline pfn_t pte_pfn(struct pte e) { return e.bits >> PTE_PPN_SHIFT & 0xfffffffffffUL; }
static inline paddr_t pte_pa(struct pte e) { return pte_pfn(e) << PAGE_SHIFT; }
/* A present leaf, V added. */
static inline struct pte pte_make(paddr_t pa, uint64_t bits)
{
    DEBUG_ASSERT((pa & ~PAGE_MASK) == 0);
    return (struct pte){ pa >> PAGE_SHIFT << PTE_PPN_SHIFT | bits | PTE_V };
}
struct pte pte_make_swap(uint64_t entry);
struct pte pte_make_protnone(pfn_t pfn, uint64_t bits); /* keeps A, D, SPECIAL; gains no rights */
uint64_t pte_payload(struct pte e);                     /* of a non-present kind     */
/* A PRESENT or PROTNONE entry whose frame nobody may use for now, and what it becomes
 * again, with its bits, when PFN is the frame. */
struct pte pte_freeze(struct pte e);
struct pte pte_thaw(struct pte e, pfn_t pfn);

static inline bool pte_is_moving(struct pte e)
{
    return !pte_is_present(e) && e.bits && pte_kind(e) == PTE_MIGRATION;
}
static inline bool pte_is_swap(struct pte e)
{
    return !pte_is_present(e) && e.bits && pte_kind(e) == PTE_SWAP;
}
/* PRESENT, PROTNONE or MIGRATION. */
static inline bool pte_has_frame(struct pte e)
{
    return pte_is_present(e) || (e.bits && pte_kind(e) != PTE_SWAP);
}
/* E, but of one whose frame is being moved what it was before: to look at its bits. */
static inline struct pte pte_settled(struct pte e)
{
    return pte_is_moving(e) ? pte_thaw(e, pte_pfn(e)) : e;
}

/* An entry that leads to a table of the next lower level, and that table. */
static inline bool pte_is_table(struct pte e)
{
    return (e.bits & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V;
}
static inline struct pte *pte_table(struct pte e)
{
    return phys_to_virt(e.bits >> PTE_PPN_SHIFT << PAGE_SHIFT);    /* the bits above are zero */
}

/* Atomic access to a live entry. */
static inline struct pte pte_read(const struct pte *p)
{
    return (struct pte){ __atomic_load_n(&p->bits, __ATOMIC_RELAXED) };
}
/* From none, or to other rights on the same frame. */
static inline void pte_set(struct pte *p, struct pte e)
{
    DEBUG_ASSERT(p->bits == 0 || pte_pfn(*p) == pte_pfn(e));
    __atomic_store_n(&p->bits, e.bits, __ATOMIC_RELEASE);
}
static inline bool pte_cmpxchg(struct pte *p, struct pte old, struct pte e)
{
    return __atomic_compare_exchange_n(&p->bits, &old.bits, e.bits, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}
/* These return what was there before. */
static inline struct pte pte_exchange(struct pte *p, struct pte e)
{
    return (struct pte){ __atomic_exchange_n(&p->bits, e.bits, __ATOMIC_ACQ_REL) };
}
/* Clear it.  Orders nothing: the page-table lock does. */
static inline struct pte pte_take(struct pte *p)
{
    return (struct pte){ __atomic_exchange_n(&p->bits, 0, __ATOMIC_RELAXED) };
}
static inline struct pte pte_clear_bits(struct pte *p, uint64_t bits)
{
    return (struct pte){ __atomic_fetch_and(&p->bits, ~bits, __ATOMIC_ACQ_REL) };
}
static inline struct pte pte_set_bits(struct pte *p, uint64_t bits)
{
    return (struct pte){ __atomic_fetch_or(&p->bits, bits, __ATOMIC_ACQ_REL) };
}

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

/* Retire every table that covers only [START, END) (all its entries must be none),
 * not the root. */
void pt_free_tables(struct pagetable *pt, vaddr_t start, vaddr_t end);

/* The first entry in [P, LAST] that is not none; above LAST if there is none.  Most
 * are, and an exit looks at thousands of them: eight at a time. */
static inline struct pte *pt_next_used(struct pte *p, const struct pte *last)
{
    while (p + 7 <= last && !(p[0].bits | p[1].bits | p[2].bits | p[3].bits
                              | p[4].bits | p[5].bits | p[6].bits | p[7].bits))
        p += 8;
    while (p <= last && !p->bits)
        p++;
    return p;
}

/*
 * The next run of level-0 entries in [*VA, END): from the first that is not none,
 * to whose address *VA moves, to the end of its table; *N says how many these are
 * (those that follow may be none).  NULL when there is no more.  Skips what has no
 * table by 2 MiB and 1 GiB.
 */
struct pte *pt_find_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n);
static inline struct pte *pt_next_run(struct pagetable *pt, vaddr_t *va, vaddr_t end, size_t *n)
{
    return *va < end ? pt_find_run(pt, va, end, n) : NULL;      /* most are in one table */
}

/* SPDX-License-Identifier: MIT */
/*
 * pagetable.c - walks over Sv39 page tables.
 *
 *     va   38..30   29..21   20..12   11..0
 *          level 2  level 1  level 0  offset in the page
 *
 * An entry points to the next table if it is valid and has none of R, W, X; with
 * any of them it is a leaf, and maps PT_LEAF_SIZE(level) bytes.
 *
 * Two harts may need the same missing table at once: both make one, one wins
 * the compare-and-swap, the other gives its own back.  So walks need no lock;
 * what keeps an entry's meaning stable is the business of its owner.
 *
 * Relies on: phys_to_virt() for every table.
 */
#include "kernel/mm/pagetable.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/container.h"

#define RIGHTS (PTE_R | PTE_W | PTE_X | PTE_U)
#define PPN_MASK 0xfffffffffffUL            /* 44 bits */

/* A non-present entry: kind in bits 4..1, payload from bit 10 up. */
#define KIND_SHIFT 1
#define KIND_MASK 0xfUL
#define KIND_SWAP (1UL << KIND_SHIFT)
#define KIND_MIGRATION (2UL << KIND_SHIFT)
#define KIND_PROTNONE (3UL << KIND_SHIFT)
#define PAYLOAD_BITS 54
#define LOW_BITS 0x3ffUL                    /* all below the frame's number */
#define SAVED_SHIFT 54                      /* where a migration entry keeps them */
#define PROTNONE_KEEPS (PTE_A | PTE_D | PTE_SPECIAL)

/* Entries */

enum pte_kind pte_kind(struct pte e)
{
    if (e.bits & PTE_V)
        return PTE_PRESENT;
    if (e.bits == 0)
        return PTE_NONE;
    switch (e.bits & (KIND_MASK << KIND_SHIFT)) {
    case KIND_SWAP:
        return PTE_SWAP;
    case KIND_MIGRATION:
        return PTE_MIGRATION;
    case KIND_PROTNONE:
        return PTE_PROTNONE;
    default:
        panic("page-table entry %lx is of no known kind", e.bits);
    }
}

struct pte pte_make_swap(uint64_t entry)
{
    ASSERT(entry >> PAYLOAD_BITS == 0);
    return (struct pte){ entry << PTE_PPN_SHIFT | KIND_SWAP };
}

struct pte pte_freeze(struct pte e)
{
    DEBUG_ASSERT(pte_is_present(e) || pte_kind(e) == PTE_PROTNONE);
    return (struct pte){ (e.bits & LOW_BITS) << SAVED_SHIFT | pte_pfn(e) << PTE_PPN_SHIFT
                         | KIND_MIGRATION };
}

struct pte pte_thaw(struct pte e, pfn_t pfn)
{
    DEBUG_ASSERT(pte_kind(e) == PTE_MIGRATION);
    return (struct pte){ e.bits >> SAVED_SHIFT | pfn << PTE_PPN_SHIFT };
}

struct pte pte_make_protnone(pfn_t pfn, uint64_t bits)
{
    ASSERT(pfn <= PPN_MASK);
    return (struct pte){ pfn << PTE_PPN_SHIFT | (bits & PROTNONE_KEEPS) | KIND_PROTNONE };
}

uint64_t pte_payload(struct pte e)
{
    DEBUG_ASSERT(!pte_is_present(e));
    return e.bits >> PTE_PPN_SHIFT;
}

/* Tables */

static inline struct pte *entry_of(struct pte *table, vaddr_t va, unsigned level)
{
    return &table[va >> (PAGE_SHIFT + 9 * level) & (PT_ENTRIES - 1)];
}

static inline struct pte *find(struct pagetable *pt, vaddr_t va, unsigned level)
{
    struct pte *p = entry_of(phys_to_virt(pt->root), va, 2);
    struct pte e;

    if (level == 2)
        return p;
    e = pte_read(p);
    if (!pte_is_table(e))
        return NULL;
    p = entry_of(pte_table(e), va, 1);
    if (level == 1)
        return p;
    e = pte_read(p);
    return pte_is_table(e) ? entry_of(pte_table(e), va, 0) : NULL;
}

struct pte *pt_find(struct pagetable *pt, vaddr_t va, unsigned level)
{
    return find(pt, va, level);
}

struct pte *pt_find_leaf(struct pagetable *pt, vaddr_t va, unsigned *level)
{
    struct pte *table = phys_to_virt(pt->root);

    for (unsigned l = PT_LEVELS; l-- > 0;) {
        struct pte *p = entry_of(table, va, l);
        struct pte e = pte_read(p);

        if (!pte_is_present(e))
            return NULL;
        if (pte_is_leaf(e)) {
            *level = l;
            return p;
        }
        table = pte_table(e);
    }
    return NULL;
}

/* The table that P, found empty, shall point to; NULL if out of memory. */
static struct pte *make_table(struct pagetable *pt, struct pte *p)
{
    paddr_t pa = pt->new_table(pt);

    if (!pa)
        return NULL;
    if (!pte_cmpxchg(p, (struct pte){ 0 }, pte_make(pa, 0))) {
        pt->free_table(pt, pa);
        return pte_table(pte_read(p));
    }
    __atomic_fetch_add(&pt->ntables, 1, __ATOMIC_RELAXED);
    return phys_to_virt(pa);
}

/* pt_get() where a table is missing. */
static __attribute__((noinline))
struct pte *make_way(struct pagetable *pt, vaddr_t va, unsigned level)
{
    struct pte *table = phys_to_virt(pt->root);

    for (unsigned l = PT_LEVELS - 1; l > level; l--) {
        struct pte *p = entry_of(table, va, l);
        struct pte e = pte_read(p);

        if (pte_is_table(e))
            table = pte_table(e);
        else if (e.bits == 0)
            table = make_table(pt, p);
        else
            panic("page table: %lx lies in a larger leaf (%lx)", va, e.bits);
        if (!table)
            return NULL;
    }
    return entry_of(table, va, level);
}

struct pte *pt_get(struct pagetable *pt, vaddr_t va, unsigned level)
{
    struct pte *p = find(pt, va, level);

    return p ? p : make_way(pt, va, level);
}

/* Walking a range: LAST is its last byte, so that the top of the address space
 * needs no special case. */

static int walk_table(struct pte *table, unsigned level, vaddr_t start, vaddr_t last,
                      struct pt_walk *w)
{
    size_t size = PT_LEAF_SIZE(level);
    struct pte *p = entry_of(table, start, level);

    for (vaddr_t va = start;; p++) {
        vaddr_t entry_last = min_u64(va | (size - 1), last);
        struct pte e = pte_read(p);
        int r = 0;

        if (level && pte_is_table(e))
            r = walk_table(pte_table(e), level - 1, va, entry_last, w);
        else if (e.bits)
            r = w->visit(w, p, align_down(va, size), level);
        if (r || entry_last == last)
            return r;
        va = entry_last + 1;
    }
}

int pt_walk_range(struct pagetable *pt, vaddr_t start, vaddr_t end, struct pt_walk *w)
{
    if (start == end)
        return 0;
    return walk_table(phys_to_virt(pt->root), PT_LEVELS - 1, start, end - 1, w);
}

/* A walk that changes whole leaves only. */
struct change {
    struct pt_walk walk;
    vaddr_t start, last;
    uint64_t bits;
};

static struct change *change_of(struct pt_walk *w, vaddr_t va, unsigned level)
{
    struct change *c = container_of(w, struct change, walk);

    if (va < c->start || va + (PT_LEAF_SIZE(level) - 1) > c->last)
        panic("page table: [%lx, %lx] would split the leaf at %lx", c->start, c->last, va);
    return c;
}

static int unmap_leaf(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    change_of(w, va, level);
    pte_exchange(p, (struct pte){ 0 });
    return 0;
}

static int protect_leaf(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    const struct change *c = change_of(w, va, level);
    struct pte old, new;

    do {
        old = pte_read(p);
        if (!pte_is_present(old))
            return 0;
        new.bits = (old.bits & ~RIGHTS) | (c->bits & RIGHTS);
    } while (!pte_cmpxchg(p, old, new));
    return 0;
}

static void check_range(vaddr_t va, size_t size)
{
    ASSERT(is_aligned(va, PAGE_SIZE) && is_aligned(size, PAGE_SIZE) && size != 0);
    ASSERT(va + (size - 1) >= va);
}

void pt_unmap(struct pagetable *pt, vaddr_t va, size_t size)
{
    struct change c = { .walk.visit = unmap_leaf, .start = va, .last = va + (size - 1) };

    check_range(va, size);
    pt_walk_range(pt, va, va + size, &c.walk);
}

void pt_protect(struct pagetable *pt, vaddr_t va, size_t size, uint64_t bits)
{
    struct change c = {
        .walk.visit = protect_leaf, .start = va, .last = va + (size - 1), .bits = bits,
    };

    check_range(va, size);
    ASSERT(bits & (PTE_R | PTE_X));
    pt_walk_range(pt, va, va + size, &c.walk);
}

/* Mapping */

/* The largest leaf that can start at VA and PA and has no more than SIZE bytes. */
static unsigned largest_leaf(vaddr_t va, paddr_t pa, size_t size, unsigned max_level)
{
    unsigned level = max_level;

    while (level && (!is_aligned(va | pa, PT_LEAF_SIZE(level)) || size < PT_LEAF_SIZE(level)))
        level--;
    return level;
}

/* The entry for a leaf at VA of at most *LEVEL; smaller where there is a table already. */
static struct pte *get_leaf(struct pagetable *pt, vaddr_t va, unsigned *level)
{
    struct pte *p = pt_get(pt, va, *level);

    while (p && *level && pte_is_table(pte_read(p)))
        p = pt_get(pt, va, --*level);
    return p;
}

int pt_map(struct pagetable *pt, vaddr_t va, paddr_t pa, size_t size, uint64_t bits,
           unsigned max_level)
{
    size_t done = 0;

    check_range(va, size);
    ASSERT(is_aligned(pa, PAGE_SIZE) && (bits & (PTE_R | PTE_X)));
    while (done < size) {
        unsigned level = largest_leaf(va + done, pa + done, size - done, max_level);
        struct pte *p = get_leaf(pt, va + done, &level);

        if (!p) {
            if (done)
                pt_unmap(pt, va, done);
            return -ENOMEM;
        }
        if (!pte_cmpxchg(p, (struct pte){ 0 }, pte_make(pa + done, bits)))
            panic("page table: %lx is mapped already (%lx)", va + done, pte_read(p).bits);
        done += PT_LEAF_SIZE(level);
    }
    return 0;
}

/* Freeing tables */

static void check_empty(const struct pte *table, vaddr_t va)
{
    for (unsigned i = 0; i < PT_ENTRIES; i++)
        if (table[i].bits)
            panic("page table at %lx freed with entry %u in use (%lx)", va, i, table[i].bits);
}

static unsigned index_of(vaddr_t va, unsigned level)
{
    return va >> (PAGE_SHIFT + 9 * level) & (PT_ENTRIES - 1);
}

/* Free what hangs below TABLE, the table of LEVEL, in [START, LAST]. */
static void free_below(struct pagetable *pt, struct pte *table, unsigned level,
                       vaddr_t start, vaddr_t last)
{
    size_t size = PT_LEAF_SIZE(level);
    struct pte *first = &table[index_of(start, level)], *end = &table[index_of(last, level)];

    for (struct pte *p = pt_next_used(first, end); p <= end; p = pt_next_used(p + 1, end)) {
        vaddr_t va = p == first ? start : (start & ~(size - 1)) + (size_t)(p - first) * size;
        vaddr_t entry_last = min_u64(va | (size - 1), last);
        struct pte e = *p;

        if (!pte_is_table(e))
            continue;
        if (level > 1)
            free_below(pt, pte_table(e), level - 1, va, entry_last);
        if (entry_last - va != size - 1)
            continue;
        if (PAGODA_DEBUG)
            check_empty(pte_table(e), va);
        pte_exchange(p, (struct pte){ 0 });
        __atomic_fetch_sub(&pt->ntables, 1, __ATOMIC_RELAXED);
        pt->retire_table(pt, pte_pa(e));
    }
}

void pt_free_tables(struct pagetable *pt, vaddr_t start, vaddr_t end)
{
    if (start == end)
        return;
    free_below(pt, phys_to_virt(pt->root), PT_LEVELS - 1, start, end - 1);
}

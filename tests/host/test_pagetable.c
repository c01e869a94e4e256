// sources: kernel/mm/pagetable.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_pagetable.c - Sv39 tables against a plain list of what is mapped where.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/page.h"
#include "kernel/mm/pagetable.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define FIRST_PFN 0x80000
#define NFRAMES 2048
#define KERNEL_VA 0xffffffc000000000UL

static struct pagetable pt;
static struct rand rng;

/* Frames for tables: a stack, so that every one is accounted for. */
static paddr_t spare[NFRAMES];
static size_t nspare, budget;

static paddr_t new_table(struct pagetable *t)
{
    paddr_t pa;

    (void)t;
    if (nspare == 0 || budget == 0)
        return 0;
    budget--;
    pa = spare[--nspare];
    memset(phys_to_virt(pa), 0, PAGE_SIZE);
    return pa;
}

static void free_table(struct pagetable *t, paddr_t table)
{
    (void)t;
    memset(phys_to_virt(table), 0xff, PAGE_SIZE);
    spare[nspare++] = table;
}

static void make(void)
{
    rand_seed(&rng, 7);
    shim_ram_create(FIRST_PFN, NFRAMES);
    budget = NFRAMES;
    nspare = 0;
    for (pfn_t pfn = FIRST_PFN; pfn < FIRST_PFN + NFRAMES; pfn++)
        spare[nspare++] = pfn << PAGE_SHIFT;
    pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    pt.root = new_table(&pt);
}

static void unmake(void)
{
    cr_assert_eq(nspare + pt.ntables + 1, NFRAMES, "a table leaked");
    shim_ram_destroy();
}

/* Entries */

Test(pagetable, every_kind_of_entry)
{
    cr_assert_eq(pte_kind((struct pte){ 0 }), PTE_NONE);
    for (unsigned bit = 0; bit < 54; bit++) {
        uint64_t entry = 1UL << bit;

        cr_assert_eq(pte_kind(pte_make_swap(entry)), PTE_SWAP);
        cr_assert_eq(pte_payload(pte_make_swap(entry)), entry);
        cr_assert_not(pte_is_present(pte_make_swap(entry)));
    }
    cr_assert_eq(pte_kind(pte_make_swap(0)), PTE_SWAP, "entry 0 must not look like none");
    cr_assert_eq(pte_payload(pte_make_swap((1UL << 54) - 1)), (1UL << 54) - 1);
    for (unsigned bit = 0; bit < 44; bit++) {
        pfn_t pfn = 1UL << bit;

        cr_assert_eq(pte_kind(pte_freeze(pte_make(pfn << PAGE_SHIFT, PTE_R))), PTE_MIGRATION);
        cr_assert_eq(pte_pfn(pte_freeze(pte_make(pfn << PAGE_SHIFT, PTE_R))), pfn);
        cr_assert_eq(pte_pfn(pte_make(pfn << PAGE_SHIFT, PTE_R)), pfn);
        cr_assert_eq(pte_pa(pte_make(pfn << PAGE_SHIFT, PTE_R)), pfn << PAGE_SHIFT);
        cr_assert_eq(pte_kind(pte_make(pfn << PAGE_SHIFT, PTE_R)), PTE_PRESENT);
    }
    cr_assert_eq(pte_kind(pte_freeze(pte_make(0, PTE_R))), PTE_MIGRATION);
}

Test(pagetable, entry_without_access_keeps_what_it_knew)
{
    for (uint64_t bits = 0; bits < 1024; bits++) {
        struct pte e = pte_make_protnone(0x12345, bits);

        cr_assert_eq(pte_kind(e), PTE_PROTNONE);
        cr_assert_eq(pte_payload(e), 0x12345);
        cr_assert_eq(pte_pfn(e), 0x12345);
        cr_assert_eq(e.bits & (PTE_A | PTE_D | PTE_SPECIAL),
                     bits & (PTE_A | PTE_D | PTE_SPECIAL));
        cr_assert_eq(e.bits & PTE_V, 0, "it must gain no rights");
    }
    cr_assert_eq(pte_kind(pte_make_protnone(0, 0)), PTE_PROTNONE);
}

Test(pagetable, frozen_entry_keeps_its_bits)
{
    for (uint64_t bits = 0; bits < 1024; bits += 2) {
        struct pte e = pte_make(0xfffffffffffUL << PAGE_SHIFT, bits);
        struct pte none = pte_make_protnone(0xfffffffffffUL, bits);

        cr_assert(pte_is_moving(pte_freeze(e)));
        cr_assert_eq(pte_thaw(pte_freeze(e), 0xfffffffffffUL).bits, e.bits);
        cr_assert_eq(pte_thaw(pte_freeze(none), 0xfffffffffffUL).bits, none.bits);
        cr_assert_eq(pte_pfn(pte_thaw(pte_freeze(e), 7)), 7);
    }
}

/* Each pattern of the low ten bits with V=0 is one kind, or a panic. */
Test(pagetable, no_two_kinds_overlap)
{
    unsigned known = 0;

    for (uint64_t kind = 1; kind < 4; kind++) {
        enum pte_kind k = pte_kind((struct pte){ kind << 1 });

        cr_assert_eq(k, kind == 1 ? PTE_SWAP : kind == 2 ? PTE_MIGRATION : PTE_PROTNONE);
        known++;
    }
    cr_assert_eq(known, 3);
}

Test(pagetable_death, unknown_kind, .signal = SIGABRT)
{
    cr_redirect_stderr();
    pte_kind((struct pte){ 4 << 1 });
}

Test(pagetable_death, swap_entry_too_large, .signal = SIGABRT)
{
    cr_redirect_stderr();
    pte_make_swap(1UL << 54);
}

/* Atomic changes */

Test(pagetable, bits_change_atomically)
{
    struct pte p = pte_make(0x80000000, PTE_R | PTE_W), old = p;

    cr_assert_eq(pte_set_bits(&p, PTE_A).bits, old.bits);
    cr_assert_eq(pte_read(&p).bits, old.bits | PTE_A);
    cr_assert_not(pte_cmpxchg(&p, old, (struct pte){ 0 }), "a lost update");
    cr_assert_eq(pte_clear_bits(&p, PTE_W | PTE_A).bits, old.bits | PTE_A);
    cr_assert_eq(p.bits, old.bits & ~PTE_W);
    cr_assert(pte_cmpxchg(&p, p, old));
    cr_assert_eq(pte_exchange(&p, (struct pte){ 0 }).bits, old.bits);
    pte_set(&p, old);
    cr_assert_eq(p.bits, old.bits);
}

/* Maps */

Test(pagetable, find_needs_all_tables)
{
    struct pte *p;

    make();
    cr_assert_null(pt_find(&pt, 0x1000, 0));
    cr_assert_null(pt_find(&pt, 0x1000, 1));
    cr_assert_not_null(pt_find(&pt, 0x1000, 2));
    p = pt_get(&pt, 0x1000, 0);
    cr_assert_eq(pt.ntables, 2);
    cr_assert_eq(pt_find(&pt, 0x1000, 0), p);
    cr_assert_eq(pt_find(&pt, 0x1fff, 0), p);
    cr_assert_eq(pt_find(&pt, 0x2000, 0), p + 1);
    cr_assert_null(pt_find(&pt, 0x200000, 0));
    cr_assert_eq(pt_get(&pt, 0x1ff000, 0), p + 510);
    cr_assert_eq(pt.ntables, 2);
    cr_assert_not_null(pt_get(&pt, KERNEL_VA, 0));
    cr_assert_eq(pt_find(&pt, KERNEL_VA, 2), (struct pte *)phys_to_virt(pt.root) + 256);
    cr_assert_not_null(pt_get(&pt, 0xfffffffffffff000UL, 0));
    unmake();
}

Test(pagetable, largest_leaves_that_fit)
{
    const paddr_t pa = 0x80000000;
    unsigned level;

    make();
    cr_assert_eq(pt_map(&pt, KERNEL_VA, pa, 3UL << 30, PTE_R, 2), 0);
    cr_assert_eq(pt.ntables, 0);
    cr_assert_eq(pt_find_leaf(&pt, KERNEL_VA + (5UL << 28), &level),
                 pt_find(&pt, KERNEL_VA + (1UL << 30), 2));
    cr_assert_eq(level, 2);
    cr_assert_null(pt_find(&pt, KERNEL_VA, 0), "a larger leaf is in the way");
    pt_unmap(&pt, KERNEL_VA, 3UL << 30);

    cr_assert_eq(pt_map(&pt, 0x1ff000, pa + 0x1ff000, 0x402000, PTE_R, 2), 0);
    cr_assert_not_null(pt_find_leaf(&pt, 0x1ff000, &level));
    cr_assert_eq(level, 0);
    cr_assert_not_null(pt_find_leaf(&pt, 0x200000, &level));
    cr_assert_eq(level, 1);
    cr_assert_not_null(pt_find_leaf(&pt, 0x5fffff, &level));
    cr_assert_eq(level, 1);
    cr_assert_eq(pte_pa(*pt_find_leaf(&pt, 0x600000, &level)), pa + 0x600000);
    cr_assert_eq(level, 0);
    cr_assert_null(pt_find_leaf(&pt, 0x601000, &level));
    pt_unmap(&pt, 0x1ff000, 0x402000);

    cr_assert_eq(pt_map(&pt, 0x200000, pa + 0x1000, 0x200000, PTE_R, 2), 0);
    cr_assert_not_null(pt_find_leaf(&pt, 0x200000, &level));
    cr_assert_eq(level, 0, "pa is not aligned for a larger one");
    pt_unmap(&pt, 0x200000, 0x200000);
    cr_assert_eq(pt_map(&pt, 0x200000, pa, 0x200000, PTE_R, 2), 0);
    cr_assert_not_null(pt_find_leaf(&pt, 0x200000, &level));
    cr_assert_eq(level, 0, "an old table is in the way of a large leaf");
    pt_free_tables(&pt, 0, 0x200000);
    pt_unmap(&pt, 0x200000, 0x200000);
    pt_free_tables(&pt, 0, 1UL << 30);
    unmake();
}

/*
 * The model: a window of two pieces, one around a 1 GiB border, one at the top of
 * the address space, as an array of what each 4 KiB page maps to.
 */
#define PIECE 1536
#define PAGES (2 * PIECE)
static uint64_t model[PAGES];           /* bits of a 4 KiB entry; 0: none         */
static uint8_t leaf_level[PAGES];

static vaddr_t va_of(size_t i)
{
    return i < PIECE ? (1UL << 30) - (PIECE / 2 - i) * PAGE_SIZE
                     : 0 - (PAGES - i) * PAGE_SIZE;
}

static void check_range(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        unsigned level;
        struct pte *p = pt_find_leaf(&pt, va_of(i), &level);
        uint64_t offset;

        if (!model[i]) {
            cr_assert_null(p, "%lx mapped", va_of(i));
            continue;
        }
        cr_assert_not_null(p, "%lx not mapped", va_of(i));
        offset = va_of(i) & (PT_LEAF_SIZE(level) - 1);
        cr_assert_eq(level, leaf_level[i]);
        cr_assert_eq(pte_pa(*p) + offset, model[i] & PAGE_MASK);
        cr_assert_eq(p->bits & 0xff, model[i] & 0xff);
    }
}

static void check_model(void)
{
    check_range(0, PAGES);
}

struct count {
    struct pt_walk walk;
    vaddr_t last;
    size_t n;
};

static int count_entry(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    struct count *c = (struct count *)w;

    cr_assert(p->bits != 0);
    cr_assert(c->n == 0 || va > c->last, "not in address order");
    c->last = va;
    c->n += level ? 512 : 1;
    return 0;
}

static void check_walk(size_t i, size_t n)
{
    struct count c = { .walk.visit = count_entry };
    size_t expected = 0;

    for (size_t k = i; k < i + n; k++)
        expected += leaf_level[k] == 0 && model[k];
    pt_walk_range(&pt, va_of(i), va_of(i) + n * PAGE_SIZE, &c.walk);
    cr_assert_geq(c.n, expected);
    c.n = 0;
    pt_walk_range(&pt, 0, 1UL << 38, &c.walk);
    pt_walk_range(&pt, -(1UL << 38), 0, &c.walk);
    for (expected = 0, i = 0; i < PAGES; i++)
        expected += model[i] != 0;
    cr_assert_eq(c.n, expected);
}

static bool is_free(size_t i, size_t n)
{
    for (size_t k = i; k < i + n; k++)
        if (model[k])
            return false;
    return true;
}

/* Whether no large leaf crosses either end. */
static bool is_whole(size_t i, size_t n)
{
    bool head = model[i] && leaf_level[i] && (va_of(i) & (PT_LEAF_SIZE(1) - 1));
    bool tail = model[i + n - 1] && leaf_level[i + n - 1]
                && ((va_of(i + n - 1) + PAGE_SIZE) & (PT_LEAF_SIZE(1) - 1));

    return !head && !tail;
}

static void model_map(size_t i, size_t n, paddr_t pa, uint64_t bits)
{
    for (size_t k = i; k < i + n; k++) {
        unsigned level;

        model[k] = (pa + (k - i) * PAGE_SIZE) | (bits | PTE_V);
        pt_find_leaf(&pt, va_of(k), &level);
        leaf_level[k] = level;
    }
}

static uint64_t random_rights(void)
{
    static const uint64_t rights[] = {
        PTE_R, PTE_R | PTE_W, PTE_R | PTE_X, PTE_R | PTE_W | PTE_U, PTE_X, PTE_R | PTE_U,
    };

    return rights[rand_below(&rng, ARRAY_SIZE(rights))];
}

/* WALKS: look at the whole table after a change of rights. */
static void random_step(bool walks)
{
    size_t piece = rand_below(&rng, 2) * PIECE;
    size_t i = rand_below(&rng, PIECE), n = 1 + rand_below(&rng, rand_below(&rng, 2) ? 8 : PIECE);
    uint64_t bits = random_rights();

    n = MIN(n, PIECE - i);
    i += piece;
    switch (rand_below(&rng, 3)) {
    case 0: {
        /* Half of the maps are congruent, so that large leaves are possible. */
        paddr_t pa = (0x100000000UL + (va_of(i) & 0xffffff)) + PAGE_SIZE * rand_below(&rng, 2);

        if (!is_free(i, n))
            return;
        cr_assert_eq(pt_map(&pt, va_of(i), pa, n * PAGE_SIZE, bits | PTE_A, 2), 0);
        model_map(i, n, pa, bits | PTE_A);
        check_range(i, n);
        return;
    }
    case 1:
        if (!is_whole(i, n))
            return;
        pt_unmap(&pt, va_of(i), n * PAGE_SIZE);
        memset(&model[i], 0, n * sizeof(model[0]));
        return;
    case 2:
        if (!is_whole(i, n))
            return;
        pt_protect(&pt, va_of(i), n * PAGE_SIZE, bits);
        for (size_t k = i; k < i + n; k++)
            if (model[k])
                model[k] = (model[k] & ~(uint64_t)(PTE_R | PTE_W | PTE_X | PTE_U)) | bits;
        if (walks)
            check_walk(i, n);
        check_range(i, n);
        return;
    }
}

static void clear_all(void)
{
    pt_unmap(&pt, va_of(0), PIECE * PAGE_SIZE);
    pt_unmap(&pt, va_of(PIECE), PIECE * PAGE_SIZE);
    memset(model, 0, sizeof(model));
    pt_free_tables(&pt, 0, 1UL << 38);
    pt_free_tables(&pt, -(1UL << 38), 0);
    cr_assert_eq(pt.ntables, 0);
}

Test(pagetable, random_against_model, .timeout = 120)
{
    size_t large = 0;

    make();
    for (unsigned step = 0; step < 3000; step++) {
        random_step(true);
        for (size_t i = 0; i < PAGES; i++)
            large += model[i] && leaf_level[i];
        check_model();
        if (step % 500 == 499)
            clear_all();
    }
    cr_assert_gt(large, 0, "no large leaf was ever made");
    unmake();
}

/* Ranges of up to 1,536 pages; the whole is compared at intervals. */
Test(pagetable, many_ranges_against_model, .timeout = 200)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        make();
        rand_seed(&rng, seed);
        for (unsigned step = 0; step < 20000; step++) {
            random_step(false);
            if (step % 256 == 0)
                check_model();
            if (step % 512 == 511)
                clear_all();
        }
        clear_all();
        unmake();
    }
}

Test(pagetable, free_tables_takes_whole_ones_only)
{
    make();
    pt_get(&pt, 0, 0);
    pt_get(&pt, 0x200000, 0);
    pt_get(&pt, 1UL << 30, 0);
    cr_assert_eq(pt.ntables, 5);
    pt_free_tables(&pt, 0x1000, 0x400000);
    cr_assert_eq(pt.ntables, 4, "only the second 2 MiB are covered");
    cr_assert_not_null(pt_find(&pt, 0x1000, 0));
    pt_free_tables(&pt, 0, 1UL << 30);
    cr_assert_eq(pt.ntables, 2);
    pt_free_tables(&pt, 0, 1UL << 38);
    cr_assert_eq(pt.ntables, 0);
    unmake();
}

Test(pagetable, out_of_tables_maps_nothing)
{
    make();
    for (size_t n = 0; n < 8; n++) {
        unsigned level;
        int r;

        budget = n;
        r = pt_map(&pt, 0x1ff000, 0x80000000, 0x602000, PTE_R | PTE_W, 0);
        cr_assert_eq(r, n < 6 ? -ENOMEM : 0);
        for (vaddr_t va = 0; va < 0x900000; va += PAGE_SIZE)
            cr_assert_eq(pt_find_leaf(&pt, va, &level) != NULL,
                         r == 0 && va >= 0x1ff000 && va < 0x801000);
        if (r == 0)
            pt_unmap(&pt, 0x1ff000, 0x602000);
        pt_free_tables(&pt, 0, 1UL << 30);
        cr_assert_eq(pt.ntables, 0);
    }
    budget = 0;
    cr_assert_null(pt_get(&pt, 0, 0));
    unmake();
}

static int stop_at_third(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    (void)p;
    (void)va;
    (void)level;
    return ++*(int *)w->arg == 3 ? -EIO : 0;
}

Test(pagetable, walk_stops_when_told)
{
    int n = 0;
    struct pt_walk w = { .visit = stop_at_third, .arg = &n };

    make();
    cr_assert_eq(pt_map(&pt, 0, 0x80000000, 16 * PAGE_SIZE, PTE_R, 0), 0);
    cr_assert_eq(pt_walk_range(&pt, 0, 0, &w), 0);
    cr_assert_eq(pt_walk_range(&pt, 0x1000, 0x10000, &w), -EIO);
    cr_assert_eq(n, 3);
    unmake();
}

Test(pagetable, walk_shows_entries_that_are_not_present)
{
    struct count c = { .walk.visit = count_entry };

    make();
    pte_set(pt_get(&pt, 0x3000, 0), pte_make_swap(5));
    pte_set(pt_get(&pt, 0x5000, 0), pte_make_protnone(6, 0));
    pte_set(pt_get(&pt, 0x400000, 1), pte_freeze(pte_make(7 << PAGE_SHIFT, PTE_R)));
    pt_walk_range(&pt, 0, 1UL << 30, &c.walk);
    cr_assert_eq(c.n, 2 + 512);
    pt_protect(&pt, 0, 0x600000, PTE_R);
    cr_assert_eq(pte_kind(*pt_find(&pt, 0x3000, 0)), PTE_SWAP, "protect must leave it alone");
    pt_unmap(&pt, 0, 0x600000);
    pt_free_tables(&pt, 0, 1UL << 30);
    unmake();
}

/* Two harts need the same missing tables at once. */
static void *get_many(void *arg)
{
    shim_set_hart((unsigned)(uintptr_t)arg);
    for (vaddr_t va = 0; va < 64UL << 21; va += 1UL << 21)
        pt_get(&pt, va, 0);
    return NULL;
}

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;

static paddr_t new_table_locked(struct pagetable *t)
{
    paddr_t pa;

    pthread_mutex_lock(&pool_lock);
    pa = new_table(t);
    pthread_mutex_unlock(&pool_lock);
    return pa;
}

static void free_table_locked(struct pagetable *t, paddr_t pa)
{
    pthread_mutex_lock(&pool_lock);
    free_table(t, pa);
    pthread_mutex_unlock(&pool_lock);
}

Test(pagetable, harts_race_for_tables, .timeout = 60)
{
    make();
    pt.new_table = new_table_locked;
    pt.free_table = pt.retire_table = free_table_locked;
    for (unsigned round = 0; round < 50; round++) {
        pthread_t t[4];

        budget = NFRAMES;
        for (uintptr_t i = 0; i < 4; i++)
            pthread_create(&t[i], NULL, get_many, (void *)i);
        for (unsigned i = 0; i < 4; i++)
            pthread_join(t[i], NULL);
        cr_assert_eq(pt.ntables, 65);
        pt_free_tables(&pt, 0, 1UL << 38);
    }
    unmake();
}

/* The same by design: while one hart makes a table, another installs its own. */
static bool overtaken;

static paddr_t new_table_overtaken(struct pagetable *t)
{
    paddr_t pa = new_table(t);

    if (overtaken) {
        overtaken = false;
        pte_set(pt_get(t, 0x5000, 0), pte_make(0x80000000, PTE_R));
    }
    return pa;
}

Test(pagetable, the_loser_gives_its_table_back)
{
    make();
    pt.new_table = new_table_overtaken;
    for (unsigned round = 0; round < 2; round++) {
        overtaken = true;
        cr_assert_eq(pt_get(&pt, 0x5000, 0)->bits, pte_make(0x80000000, PTE_R).bits);
        cr_assert_eq(pt.ntables, 2);
        cr_assert_eq(nspare + pt.ntables + 1, NFRAMES);
        pt_unmap(&pt, 0x5000, PAGE_SIZE);
        pt_free_tables(&pt, 0, round ? 1UL << 30 : 1UL << 21);
    }
    unmake();
}

/* Deaths that must happen */

static void make_quiet(void)
{
    cr_redirect_stderr();
    make();
    pt_map(&pt, 0x400000, 0x80000000, 0x200000, PTE_R, 1);
}

Test(pagetable_death, mapped_twice, .signal = SIGABRT)
{
    make_quiet();
    pt_map(&pt, 0x400000, 0x80000000, 0x200000, PTE_R, 1);
}

Test(pagetable_death, small_map_inside_a_large_leaf, .signal = SIGABRT)
{
    make_quiet();
    pt_map(&pt, 0x401000, 0x80000000, 0x1000, PTE_R, 1);
}

Test(pagetable_death, unmap_splits_a_leaf, .signal = SIGABRT)
{
    make_quiet();
    pt_unmap(&pt, 0x400000, 0x1000);
}

Test(pagetable_death, protect_splits_a_leaf, .signal = SIGABRT)
{
    make_quiet();
    pt_protect(&pt, 0x5ff000, 0x2000, PTE_R);
}

Test(pagetable_death, table_freed_in_use, .signal = SIGABRT)
{
    make_quiet();
    pt_free_tables(&pt, 0, 1UL << 30);
}

Test(pagetable_death, other_frame_set_over_a_live_one, .signal = SIGABRT)
{
    struct pte p = pte_make(0x80000000, PTE_R);

    cr_redirect_stderr();
    pte_set(&p, pte_make(0x80001000, PTE_R));
}

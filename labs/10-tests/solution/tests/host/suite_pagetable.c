/* SPDX-License-Identifier: MIT */
/*
 * suite_pagetable.c - do page tables do what kernel/mm/pagetable.h says?
 *
 * Tables are real ones, in the memory of this process; what they map is nowhere.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/page.h"
#include "kernel/mm/pagetable.h"
#include "lib/abi/errno.h"
#include "tests/host/shim.h"

#define FIRST_PFN 0x80000
#define NFRAMES 256
#define PA 0x100000000UL            /* what is mapped */
#define MB2 PT_LEAF_SIZE(1)
#define GB PT_LEAF_SIZE(2)

static struct pagetable pt;
static paddr_t spare[NFRAMES];
static size_t nspare, budget;
static struct pte *rival;           /* where another hart is faster, once */
static struct pte theirs;           /* and what it enters there */

static paddr_t take_frame(void)
{
    paddr_t pa = spare[--nspare];

    memset(phys_to_virt(pa), 0, PAGE_SIZE);
    return pa;
}

/* While somebody waits for a table, another hart may enter one. */
static paddr_t new_table(struct pagetable *t)
{
    if (nspare < 2 || budget == 0)
        return 0;
    budget--;
    if (rival) {
        *rival = theirs = pte_make(take_frame(), 0);
        t->ntables++;
        rival = NULL;
    }
    return take_frame();
}

static void free_table(struct pagetable *t, paddr_t table)
{
    (void)t;
    memset(phys_to_virt(table), 0xff, PAGE_SIZE);
    spare[nspare++] = table;
}

static void create(void)
{
    shim_ram_create(FIRST_PFN, NFRAMES);
    budget = NFRAMES;
    for (pfn_t pfn = FIRST_PFN; pfn < FIRST_PFN + NFRAMES; pfn++)
        spare[nspare++] = pfn << PAGE_SHIFT;
    pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    pt.root = take_frame();
}

TestSuite(pagetable, .init = create, .fini = shim_ram_destroy);

/* Each frame that is not spare is a table that is counted, or the root. */
static void expect_all_counted(void)
{
    cr_assert_eq(nspare + pt.ntables + 1, NFRAMES, "%zu tables are counted, and %zu frames are out",
                 pt.ntables, NFRAMES - nspare - 1);
}

static void map(vaddr_t va, size_t size, uint64_t bits, unsigned max_level)
{
    cr_assert_eq(pt_map(&pt, va, PA + va % GB, size, bits, max_level), 0);
}

/* The leaf at VA has LEVEL and maps what map() mapped there. */
static struct pte *expect_leaf(vaddr_t va, unsigned level)
{
    unsigned found = 9;
    struct pte *p = pt_find_leaf(&pt, va, &found);

    cr_assert_not_null(p, "nothing is mapped at %lx", va);
    cr_assert_eq(found, level, "a leaf of level %u at %lx, not %u", found, va, level);
    cr_assert_eq(pte_pa(*p), PA + va % GB);
    return p;
}

/* Finding */

Test(pagetable, leaves_say_their_size)
{
    map(0, MB2, PTE_R, 1);
    map(MB2, PAGE_SIZE, PTE_R, 1);
    expect_leaf(0, 1);
    expect_leaf(MB2, 0);
    cr_assert_null(pt_find(&pt, 0x3000, 0), "a large leaf is in the way");
    cr_assert_eq(pt_find(&pt, MB2, 0), expect_leaf(MB2, 0));
    expect_all_counted();
}

Test(pagetable, a_leaf_may_have_x_alone)
{
    map(0, MB2, PTE_X, 1);
    cr_assert_null(pt_find(&pt, 0x3000, 0));
    cr_assert_eq(pt_find(&pt, 0x3000, 1), expect_leaf(0, 1));
}

Test(pagetable, what_is_in_swap_is_no_leaf)
{
    unsigned level;

    *pt_get(&pt, 0x5000, 0) = pte_make_swap(7);
    cr_assert_null(pt_find_leaf(&pt, 0x5000, &level));
}

/* Tables */

Test(pagetable, tables_are_counted)
{
    cr_assert_not_null(pt_get(&pt, 0x5000, 0));
    cr_assert_eq(pt.ntables, 2);
    cr_assert_not_null(pt_get(&pt, 0x6000, 0));
    cr_assert_eq(pt.ntables, 2);
    expect_all_counted();
}

Test(pagetable, another_hart_is_faster)
{
    struct pte *root = phys_to_virt(pt.root);

    rival = &root[1];
    cr_assert_not_null(pt_get(&pt, GB, 0));
    cr_assert_eq(root[1].bits, theirs.bits, "its table is lost, and all that it maps");
    expect_all_counted();
}

/* Mapping */

Test(pagetable, leaves_are_as_large_as_both_addresses_allow)
{
    map(MB2 - PAGE_SIZE, MB2 + 2 * PAGE_SIZE, PTE_R, 2);
    expect_leaf(MB2 - PAGE_SIZE, 0);
    expect_leaf(MB2, 1);
    expect_leaf(2 * MB2, 0);
    cr_assert_eq(pt_map(&pt, 8 * MB2, PA + PAGE_SIZE, MB2, PTE_R, 2), 0);
    cr_assert_null(pt_find_leaf(&pt, 9 * MB2, &(unsigned){ 0 }));
    cr_assert_eq(pte_pa(*pt_find(&pt, 8 * MB2 + 0x5000, 0)), PA + 0x6000);
}

Test(pagetable, an_old_table_makes_leaves_small)
{
    pt_get(&pt, MB2, 0);
    map(MB2, 2 * MB2, PTE_R, 1);
    expect_leaf(MB2 + 0x7000, 0);
    expect_leaf(2 * MB2, 1);
}

Test(pagetable, all_is_mapped_or_nothing)
{
    budget = 2;
    cr_assert_eq(pt_map(&pt, MB2 - 2 * PAGE_SIZE, PA, 4 * PAGE_SIZE, PTE_R, 0), -ENOMEM);
    for (vaddr_t va = 0; va < 2 * MB2; va += PAGE_SIZE)
        cr_assert_null(pt_find_leaf(&pt, va, &(unsigned){ 0 }), "%lx is mapped", va);
    expect_all_counted();
}

Test(pagetable, mapped_twice, .signal = SIGABRT)
{
    map(0x5000, PAGE_SIZE, PTE_R, 0);
    map(0x3000, 4 * PAGE_SIZE, PTE_R, 0);
}

/* Ranges */

static size_t nvisited;
static vaddr_t visited[16];

static int note(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    (void)w;
    (void)level;
    cr_assert_neq(p->bits, 0);
    visited[nvisited++] = va;
    return nvisited == 3 ? 42 : 0;
}

Test(pagetable, visits_what_is_in_the_range)
{
    struct pt_walk w = { .visit = note };

    map(0x3000, 3 * PAGE_SIZE, PTE_R, 0);
    cr_assert_eq(pt_walk_range(&pt, 0x4000, 0x5000, &w), 0);
    cr_assert(nvisited == 1 && visited[0] == 0x4000);
    cr_assert_eq(pt_walk_range(&pt, 0, GB, &w), 42, "the third visit stops it");
    cr_assert(nvisited == 3 && visited[1] == 0x3000 && visited[2] == 0x4000);
}

/* Rights */

Test(pagetable, rights_are_replaced_and_nothing_else)
{
    struct pte swapped = pte_make_swap(7), e;

    map(0x3000, PAGE_SIZE, PTE_R | PTE_W | PTE_A | PTE_D | PTE_SPECIAL, 0);
    *pt_get(&pt, 0x4000, 0) = swapped;
    pt_protect(&pt, 0, 16 * PAGE_SIZE, PTE_R | PTE_X);
    e = *expect_leaf(0x3000, 0);
    cr_assert_eq(e.bits, pte_make(PA + 0x3000, PTE_R | PTE_X | PTE_A | PTE_D | PTE_SPECIAL).bits);
    cr_assert_eq(pt_find(&pt, 0x4000, 0)->bits, swapped.bits);
}

/* Freeing */

Test(pagetable, tables_go_that_lie_in_the_range)
{
    for (vaddr_t va = 0; va < 3 * MB2; va += MB2)
        pt_get(&pt, va, 0);
    pt_free_tables(&pt, PAGE_SIZE, 2 * MB2);
    cr_assert_eq(pt.ntables, 3, "only the second one lies wholly in the range");
    cr_assert_not_null(pt_find(&pt, 0, 0));
    cr_assert_null(pt_find(&pt, MB2, 0));
    pt_free_tables(&pt, 0, GB);
    cr_assert_eq(pt.ntables, 0);
    cr_assert_null(pt_find(&pt, 0, 1));
    expect_all_counted();
}

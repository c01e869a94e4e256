// sources: kernel/mm/pagetable.c kernel/mm/pt_run.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab3.c - Sv39 page tables, step by step.
 *
 * Tables are real ones, in the memory of this process.  Some tests forbid all of
 * a table but the entries that a walk has to look at: whoever reads another one is
 * stopped by AddressSanitizer ("use-after-poison").
 */
#include <criterion/criterion.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/page.h"
#include "kernel/mm/pagetable.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/host/shim.h"

#define FIRST_PFN 0x80000
#define NFRAMES 1100
#define KERNEL_VA 0xffffffc000000000UL
#define PA 0x100000000UL            /* what is mapped; no one looks there */
#define MB2 PT_LEAF_SIZE(1)
#define GB PT_LEAF_SIZE(2)

static struct pagetable pt;
static paddr_t spare[NFRAMES];
static size_t nspare, budget;
static struct pte *rival;           /* where another hart is faster, once */
static paddr_t rival_table;         /* and what it enters there */

static paddr_t take_frame(void)
{
    paddr_t pa = spare[--nspare];

    memset(phys_to_virt(pa), 0, PAGE_SIZE);
    return pa;
}

static paddr_t new_table(struct pagetable *t)
{
    (void)t;
    if (budget == 0 || nspare == 0)
        return 0;
    budget--;
    if (rival) {
        rival_table = take_frame();
        rival->bits = pte_make(rival_table, 0).bits;
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

static void make(void)
{
    shim_ram_create(FIRST_PFN, NFRAMES);
    budget = NFRAMES;
    for (pfn_t pfn = FIRST_PFN; pfn < FIRST_PFN + NFRAMES; pfn++)
        spare[nspare++] = pfn << PAGE_SHIFT;
    pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    pt.root = take_frame();
}

static void unmake(void)
{
    cr_assert_eq(nspare + pt.ntables + 1, NFRAMES, "%zu tables are counted, but %zu are out",
                 pt.ntables, NFRAMES - nspare - 1);
    shim_ram_destroy();
}

/* Tables made by hand, without your help */

static struct pte *table_at(paddr_t pa)
{
    return phys_to_virt(pa);
}

static unsigned index_at(vaddr_t va, unsigned level)
{
    return va >> (12 + 9 * level) & 511;
}

/* The entry for VA of LEVEL; missing tables are made. */
static struct pte *by_hand(vaddr_t va, unsigned level)
{
    struct pte *p = &table_at(pt.root)[index_at(va, 2)];

    for (unsigned l = 2; l-- > level;) {
        if (!p->bits) {
            *p = pte_make(take_frame(), 0);
            pt.ntables++;
        }
        p = &table_at(pte_pa(*p))[index_at(va, l)];
    }
    return p;
}

static void *frames_start(void)
{
    return phys_to_virt((paddr_t)FIRST_PFN << PAGE_SHIFT);
}

/* Forbid all tables but the entries that are allowed afterwards. */
static void forbid_all(void)
{
    __asan_poison_memory_region(frames_start(), NFRAMES * PAGE_SIZE);
}

static void allow(const struct pte *p, size_t n)
{
    __asan_unpoison_memory_region(p, n * sizeof(*p));
}

static void allow_all(void)
{
    __asan_unpoison_memory_region(frames_start(), NFRAMES * PAGE_SIZE);
}

/* Steps 1 and 2 */

static const vaddr_t places[] = {
    0, 0x1000, 0x1ff000, 0x200000, 0x3fffffffUL & ~0xfffUL, 0x40000000, 0x1234567000,
    0x3ffffff000, KERNEL_VA, KERNEL_VA + 0x12345000, 0xfffffffffffff000,
};

Test(lab3, finds_the_entry_at_each_level, .timeout = 30)
{
    make();
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        for (unsigned level = 0; level < 3; level++)
            cr_expect_eq(by_hand(places[i], level), pt_find(&pt, places[i] + 0x123, level),
                         "%lx at level %u", places[i], level);
    unmake();
}

Test(lab3, looks_at_one_entry_of_each_level, .timeout = 30)
{
    make();
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct pte *way[3];

        for (unsigned level = 0; level < 3; level++)
            way[level] = by_hand(places[i], level);
        forbid_all();
        for (unsigned level = 0; level < 3; level++)
            allow(way[level], 1);
        cr_assert_eq(pt_find(&pt, places[i], 0), way[0]);
        allow_all();
    }
    unmake();
}

Test(lab3, finds_nothing_where_a_table_is_missing, .timeout = 30)
{
    make();
    cr_expect_null(pt_find(&pt, 0x1000, 0));
    cr_expect_null(pt_find(&pt, 0x1000, 1));
    cr_expect_eq(pt_find(&pt, 0x1000, 2), table_at(pt.root), "level 2 is the root, always there");
    *by_hand(GB, 2) = pte_make(PA, PTE_R | PTE_W);
    *by_hand(0, 1) = pte_make(PA, PTE_X);
    *by_hand(MB2, 1) = pte_make_swap(77);
    cr_expect_null(pt_find(&pt, GB + 0x1000, 1), "a leaf of 1 GiB is no table");
    cr_expect_null(pt_find(&pt, 0x1000, 0), "a leaf of 2 MiB is no table, though only X is set");
    cr_expect_null(pt_find(&pt, MB2, 0), "an entry that is not valid is no table");
    cr_expect_eq(pt_find(&pt, 0x1000, 1), by_hand(0, 1));
    unmake();
}

Test(lab3, finds_a_leaf_of_any_size, .timeout = 30)
{
    struct pte *leaf[3] = { NULL };
    unsigned level = 9;

    make();
    for (unsigned l = 0; l < 3; l++) {
        vaddr_t va = (l + 1) * GB;

        leaf[l] = by_hand(va, l);
        *leaf[l] = pte_make(PA, PTE_R);
        cr_expect_eq(pt_find_leaf(&pt, va + PT_LEAF_SIZE(l) - 1, &level), leaf[l]);
        cr_expect_eq(level, l);
    }
    cr_expect_null(pt_find_leaf(&pt, GB + PAGE_SIZE, &level), "an entry of zero");
    cr_expect_null(pt_find_leaf(&pt, 2 * GB + MB2, &level));
    cr_expect_null(pt_find_leaf(&pt, 9 * GB, &level));
    *by_hand(GB + PAGE_SIZE, 0) = pte_make_swap(0x3fffffff);
    cr_expect_null(pt_find_leaf(&pt, GB + PAGE_SIZE, &level), "what is in swap is no leaf");
    unmake();
}

Test(lab3, a_leaf_ends_the_way, .timeout = 30)
{
    struct pte *p;
    unsigned level;

    make();
    p = by_hand(MB2, 1);
    *p = pte_make(PA, PTE_R);
    forbid_all();
    allow(&table_at(pt.root)[0], 1);
    allow(p, 1);
    cr_assert_eq(pt_find_leaf(&pt, MB2 + 0x5000, &level), p);
    allow_all();
    unmake();
}

/* Step 3 */

Test(lab3, makes_the_tables_that_are_missing, .timeout = 30)
{
    make();
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct pte *p = pt_get(&pt, places[i], 0);

        cr_assert_not_null(p);
        cr_assert_eq(p, by_hand(places[i], 0));
        cr_assert_eq(pt_get(&pt, places[i], 0), p);
    }
    cr_assert_eq(pt_get(&pt, 100 * GB, 1), by_hand(100 * GB, 1));
    unmake();
}

Test(lab3, makes_way_without_looking_around, .timeout = 30)
{
    struct pte *way[3];

    make();
    for (unsigned level = 0; level < 3; level++)
        way[level] = by_hand(GB, level);
    (void)way[0];
    forbid_all();
    allow(way[2], 1);
    allow(way[1] + 1, 1);
    for (size_t i = 0; i < 4; i++)
        __asan_unpoison_memory_region(phys_to_virt(spare[nspare - 1 - i]), PAGE_SIZE);
    cr_assert_not_null(pt_get(&pt, GB + MB2, 0));
    allow_all();
    cr_assert_eq(pt.ntables, 3);
    unmake();
}

Test(lab3, without_memory_for_tables, .timeout = 30)
{
    make();
    budget = 0;
    cr_assert_null(pt_get(&pt, 0x1000, 0));
    cr_assert_eq(table_at(pt.root)[0].bits, 0);
    cr_assert_not_null(pt_get(&pt, 0x1000, 2), "the root is there");
    budget = 1;
    cr_assert_null(pt_get(&pt, 0x1000, 0));
    budget = 1;
    cr_assert_not_null(pt_get(&pt, 0x1000, 0), "the first table was not lost");
    cr_assert_eq(pt.ntables, 2);
    unmake();
}

/* While you ask for a frame, another hart enters a table of its own at the same place. */
Test(lab3, another_hart_is_faster, .timeout = 30)
{
    struct pte *theirs;

    make();
    rival = &table_at(pt.root)[index_at(5 * GB, 2)];
    theirs = rival;
    cr_assert_not_null(pt_get(&pt, 5 * GB, 1));
    pt.ntables++;               /* theirs */
    cr_assert_eq(pte_pa(*theirs), rival_table, "what another hart has entered is overwritten");
    cr_assert_eq(pt_get(&pt, 5 * GB, 1), by_hand(5 * GB, 1));
    unmake();
}

Test(lab3_death, a_table_below_a_leaf, .signal = SIGABRT, .timeout = 30)
{
    make();
    *by_hand(0, 1) = pte_make(PA, PTE_R);
    pt_get(&pt, 0x3000, 0);
}

/* Steps 4 and 5 */

/* [VA, VA+SIZE) is mapped to PA on with leaves of the sizes that LEVELS says for its pages. */
static void expect_leaf(vaddr_t va, paddr_t pa, unsigned level)
{
    const struct pte *p = by_hand(va, level);

    cr_assert(pte_is_present(*p) && pte_is_leaf(*p), "no leaf of level %u at %lx", level, va);
    cr_assert_eq(pte_pa(*p), pa, "%lx is mapped to %lx, not %lx", va, pte_pa(*p), pa);
}

Test(lab3, the_largest_leaves_that_fit, .timeout = 30)
{
    make();
    cr_assert_eq(pt_map(&pt, KERNEL_VA, GB, 2 * GB, PTE_R | PTE_G, 2), 0);
    cr_assert_eq(pt.ntables, 0, "leaves of 1 GiB need no tables");
    expect_leaf(KERNEL_VA + GB, 2 * GB, 2);

    cr_assert_eq(pt_map(&pt, MB2 - PAGE_SIZE, PA + MB2 - PAGE_SIZE, MB2 + 2 * PAGE_SIZE, PTE_R, 2),
                 0);
    expect_leaf(MB2 - PAGE_SIZE, PA + MB2 - PAGE_SIZE, 0);
    expect_leaf(MB2, PA + MB2, 1);
    expect_leaf(2 * MB2, PA + 2 * MB2, 0);
    unmake();
}

Test(lab3, no_larger_than_allowed, .timeout = 30)
{
    make();
    cr_assert_eq(pt_map(&pt, GB, GB, 2 * MB2, PTE_R, 0), 0);
    expect_leaf(GB, GB, 0);
    cr_assert_eq(pt_map(&pt, 2 * GB, GB, GB, PTE_R, 1), 0);
    expect_leaf(2 * GB + 7 * MB2, GB + 7 * MB2, 1);
    cr_assert_eq(pt_map(&pt, 4 * MB2, PA + PAGE_SIZE, MB2, PTE_R, 2), 0);
    expect_leaf(4 * MB2, PA + PAGE_SIZE, 0);
    cr_assert_eq(pt.ntables, 6, "%zu tables", pt.ntables);
    unmake();
}

Test(lab3, an_old_table_is_in_the_way, .timeout = 30)
{
    make();
    by_hand(MB2, 0);
    cr_assert_eq(pt_map(&pt, MB2, PA, 2 * MB2, PTE_R | PTE_W, 2), 0);
    expect_leaf(MB2, PA, 0);
    expect_leaf(2 * MB2 - PAGE_SIZE, PA + MB2 - PAGE_SIZE, 0);
    expect_leaf(2 * MB2, PA + MB2, 1);
    unmake();
}

Test(lab3, rights_are_as_wanted, .timeout = 30)
{
    static const uint64_t wanted[] = { PTE_R, PTE_R | PTE_W | PTE_U | PTE_A, PTE_X | PTE_G,
                                       PTE_R | PTE_X | PTE_A | PTE_D, PTE_R | PTE_SPECIAL };

    make();
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        cr_assert_eq(pt_map(&pt, i * MB2, PA, PAGE_SIZE, wanted[i], 2), 0);
        cr_assert_eq(by_hand(i * MB2, 0)->bits, pte_make(PA, wanted[i]).bits);
    }
    unmake();
}

/* Enough for a part: nothing of it may stay mapped. */
Test(lab3, all_or_nothing, .timeout = 30)
{
    make();
    budget = 3;
    cr_assert_eq(pt_map(&pt, GB - 3 * MB2 / 2, PA, 3 * MB2, PTE_R, 0), -ENOMEM);
    for (vaddr_t va = GB - 3 * MB2 / 2; va < GB - MB2; va += PAGE_SIZE)
        cr_assert_eq(by_hand(va, 0)->bits, 0, "%lx is still mapped", va);
    budget = 100;
    cr_assert_eq(pt_map(&pt, GB - 3 * MB2 / 2, PA, 3 * MB2, PTE_R, 0), 0);
    unmake();
}

Test(lab3_death, mapped_twice, .signal = SIGABRT, .timeout = 30)
{
    make();
    *by_hand(0x5000, 0) = pte_make(PA, PTE_R);
    pt_map(&pt, 0x3000, PA, 4 * PAGE_SIZE, PTE_R, 2);
}

/* Step 6 */

static vaddr_t visited[4096];
static unsigned visited_level[4096];
static size_t nvisited, stop_at;

static int note_entry(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    (void)w;
    cr_assert_eq(p, by_hand(va, level), "%lx is not what this entry maps", va);
    cr_assert_neq(p->bits, 0, "an entry of zero was visited");
    visited[nvisited] = va;
    visited_level[nvisited++] = level;
    return nvisited == stop_at ? 42 : 0;
}

static int walk(vaddr_t start, vaddr_t end)
{
    struct pt_walk w = { .visit = note_entry };

    nvisited = 0;
    return pt_walk_range(&pt, start, end, &w);
}

static void expect_visits(size_t n, const vaddr_t *wanted)
{
    cr_assert_eq(nvisited, n, "%zu entries were visited, not %zu", nvisited, n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(visited[i], wanted[i], "visit %zu is to %lx, not %lx", i, visited[i],
                     wanted[i]);
}

static void set_up_walk(void)
{
    make();
    *by_hand(0x3000, 0) = pte_make(PA, PTE_R);
    *by_hand(0x7000, 0) = pte_make_swap(5);
    *by_hand(4 * MB2, 1) = pte_make(PA, PTE_R);
    *by_hand(3 * GB, 2) = pte_make(GB, PTE_R);
    *by_hand(0xfffffffffffff000, 0) = pte_make(PA, PTE_R);
}

Test(lab3, visits_what_is_in_range, .timeout = 60)
{
    set_up_walk();
    cr_assert_eq(walk(0x3000, 0x4000), 0);
    expect_visits(1, (vaddr_t[]){ 0x3000 });
    walk(0x4000, 0x7000);
    expect_visits(0, NULL);
    walk(0x2000, 5 * MB2);
    expect_visits(3, (vaddr_t[]){ 0x3000, 0x7000, 4 * MB2 });
    cr_assert_eq(visited_level[2], 1);
    walk(0x4000, 0x4000);
    expect_visits(0, NULL);
    unmake();
}

Test(lab3, visits_leaves_that_reach_into_the_range, .timeout = 60)
{
    set_up_walk();
    walk(4 * MB2 + 0x5000, 4 * MB2 + 0x6000);
    expect_visits(1, (vaddr_t[]){ 4 * MB2 });
    walk(4 * MB2 - PAGE_SIZE, 3 * GB + PAGE_SIZE);
    expect_visits(2, (vaddr_t[]){ 4 * MB2, 3 * GB });
    unmake();
}

Test(lab3, the_top_is_no_special_case, .timeout = 60)
{
    set_up_walk();
    walk(0xffffffffffff0000, 0);
    expect_visits(1, (vaddr_t[]){ 0xfffffffffffff000 });
    walk(KERNEL_VA, 0);
    expect_visits(1, (vaddr_t[]){ 0xfffffffffffff000 });
    walk(0, 1UL << 38);
    expect_visits(4, (vaddr_t[]){ 0x3000, 0x7000, 4 * MB2, 3 * GB });
    unmake();
}

Test(lab3, stops_when_told, .timeout = 60)
{
    set_up_walk();
    stop_at = 2;
    cr_assert_eq(walk(0, 5 * MB2), 42);
    expect_visits(2, (vaddr_t[]){ 0x3000, 0x7000 });
    unmake();
}

/* 4,096 leaves: each once, none beyond, and nothing else is looked at. */
Test(lab3, looks_at_nothing_else, .timeout = 60)
{
    const vaddr_t start = GB - 2 * MB2 + 100 * PAGE_SIZE, end = GB + MB2 + 100 * PAGE_SIZE;

    make();
    for (vaddr_t va = GB - 2 * MB2; va < GB + 2 * MB2; va += PAGE_SIZE)
        *by_hand(va, 0) = pte_make(PA, PTE_R);
    __asan_poison_memory_region(by_hand(GB - 2 * MB2, 0), 100 * sizeof(struct pte));
    __asan_poison_memory_region(by_hand(GB + MB2, 0) + 100, 412 * sizeof(struct pte));
    __asan_poison_memory_region(by_hand(GB - MB2, 1) - 509, 508 * sizeof(struct pte));
    walk(start, end);
    cr_assert_eq(nvisited, (end - start) / PAGE_SIZE);
    allow_all();
    unmake();
}

/* Step 7 */

Test(lab3, only_rights_change, .timeout = 60)
{
    const uint64_t kept = PTE_A | PTE_D | PTE_G | PTE_SOFT0 | PTE_SOFT1;
    struct pte swapped = pte_make_swap(99);

    make();
    for (unsigned i = 0; i < 32; i++)
        *by_hand(i * PAGE_SIZE, 0) = pte_make(PA + i * PAGE_SIZE,
                                              PTE_R | PTE_W | (i & 1 ? PTE_A : 0)
                                              | (i & 2 ? PTE_D : 0) | (i & 4 ? PTE_G : 0)
                                              | (i & 8 ? PTE_SOFT0 : 0) | (i & 16 ? PTE_SOFT1 : 0));
    *by_hand(40 * PAGE_SIZE, 0) = swapped;
    pt_protect(&pt, 0, 64 * PAGE_SIZE, PTE_R | PTE_X | PTE_U);
    for (unsigned i = 0; i < 32; i++) {
        struct pte e = *by_hand(i * PAGE_SIZE, 0);

        cr_assert_eq(e.bits & (PTE_R | PTE_W | PTE_X | PTE_U), PTE_R | PTE_X | PTE_U);
        cr_assert_eq(e.bits & kept, (i & 1 ? PTE_A : 0) | (i & 2 ? PTE_D : 0) | (i & 4 ? PTE_G : 0)
                     | (i & 8 ? PTE_SOFT0 : 0) | (i & 16 ? PTE_SOFT1 : 0));
        cr_assert_eq(pte_pa(e), PA + i * PAGE_SIZE);
        cr_assert(pte_is_present(e));
    }
    cr_assert_eq(by_hand(40 * PAGE_SIZE, 0)->bits, swapped.bits, "what is in swap has no rights");
    unmake();
}

/* Step 8 */

Test(lab3, whole_tables_only, .timeout = 60)
{
    make();
    for (unsigned i = 0; i < 4; i++)
        by_hand(GB + i * MB2, 0);
    cr_assert_eq(pt.ntables, 5);
    pt_free_tables(&pt, GB + MB2 + PAGE_SIZE, GB + 3 * MB2);
    cr_assert_eq(pt.ntables, 4, "one table lies wholly in the range");
    cr_assert_eq(by_hand(GB + 2 * MB2, 1)->bits, 0, "the entry still points to it");
    cr_assert_neq(by_hand(GB + MB2, 1)->bits, 0, "a part of this table's range is not meant");
    cr_assert_neq(by_hand(GB + 3 * MB2, 1)->bits, 0);
    pt_free_tables(&pt, GB, 2 * GB);
    cr_assert_eq(pt.ntables, 0, "the level-1 table covers just this range");
    cr_assert_eq(by_hand(GB, 2)->bits, 0);
    unmake();
}

Test(lab3, leaves_stay, .timeout = 60)
{
    make();
    *by_hand(MB2, 1) = pte_make(PA, PTE_R);
    *by_hand(0x3000, 0) = pte_make(PA, PTE_R);
    pt_free_tables(&pt, MB2, GB);
    cr_assert_eq(by_hand(MB2, 1)->bits, pte_make(PA, PTE_R).bits);
    cr_assert_eq(pt.ntables, 2);
    pt_free_tables(&pt, 0x4000, 0x4000);
    cr_assert_eq(pt.ntables, 2);
    unmake();
}

Test(lab3, both_halves_go, .timeout = 60)
{
    make();
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        by_hand(places[i], 0);
    pt_free_tables(&pt, 0, 1UL << 38);
    pt_free_tables(&pt, KERNEL_VA, 0);
    cr_assert_eq(pt.ntables, 0);
    unmake();
}

/* Step 9 */

static void expect_run(vaddr_t from, vaddr_t end, vaddr_t first, size_t count)
{
    vaddr_t va = from;
    size_t n = 0;
    struct pte *p = pt_next_run(&pt, &va, end, &n);

    if (!count) {
        cr_assert_null(p, "from %lx to %lx there is nothing, but %lx was found", from, end, va);
        return;
    }
    cr_assert_not_null(p, "from %lx: %lx was not found", from, first);
    cr_assert_eq(va, first, "from %lx: %lx was found, not %lx", from, va, first);
    cr_assert_eq(p, by_hand(first, 0));
    cr_assert_eq(n, count, "from %lx: a run of %zu entries, not %zu", from, n, count);
}

Test(lab3, runs_end_with_table_or_range, .timeout = 60)
{
    make();
    *by_hand(GB + 0x3000, 0) = pte_make(PA, PTE_R);
    *by_hand(GB + 0x9000, 0) = pte_make_swap(1);
    *by_hand(GB + 9 * MB2 + 0x1000, 0) = pte_make(PA, PTE_R);
    *by_hand(70 * GB, 0) = pte_make(PA, PTE_R);
    expect_run(GB, 2 * GB, GB + 0x3000, 509);
    expect_run(GB + 0x3000, GB + 0x5000, GB + 0x3000, 2);
    expect_run(GB + 0x4000, GB + 0xb000, GB + 0x9000, 2);
    expect_run(GB + 0x4000, GB + 0x9000, 0, 0);
    expect_run(GB + 0xa000, 3 * GB, GB + 9 * MB2 + 0x1000, 511);
    expect_run(0, 1UL << 38, GB + 0x3000, 509);
    expect_run(GB + 10 * MB2, 1UL << 38, 70 * GB, 512);
    expect_run(71 * GB, 1UL << 38, 0, 0);
    unmake();
}

/* Between two pages lie 60 GiB without a table: nobody looks there. */
Test(lab3, runs_skip_what_has_no_table, .timeout = 60)
{
    struct pte *far;

    make();
    by_hand(GB, 0);
    far = by_hand(70 * GB + 0x5000, 0);
    *far = pte_make(PA, PTE_R);
    forbid_all();
    allow(table_at(pt.root), PT_ENTRIES);
    allow(by_hand(GB, 1), PT_ENTRIES);
    allow(table_at(pte_pa(table_at(pt.root)[70])), PT_ENTRIES);
    for (unsigned i = 0; i < 8; i++)        /* eight at a time */
        allow(far - 5 + i, 1);
    allow(table_at(pte_pa(table_at(pte_pa(table_at(pt.root)[1]))[0])), PT_ENTRIES);
    expect_run(GB + 0x1000, 71 * GB, 70 * GB + 0x5000, 507);
    allow_all();
    unmake();
}

/* An address space with a hole, as exit sees it: found run by run. */
Test(lab3, runs_find_all, .timeout = 60)
{
    size_t n, found = 0, set = 0;
    vaddr_t va = 0;
    struct pte *p;

    make();
    for (vaddr_t at = GB - 5 * MB2; at < GB + 3 * MB2; at += 7 * PAGE_SIZE, set++)
        *by_hand(at, 0) = pte_make(PA, PTE_R);
    for (; (p = pt_next_run(&pt, &va, 2 * GB, &n)); va += n * PAGE_SIZE)
        for (size_t i = 0; i < n; i++)
            found += p[i].bits != 0;
    cr_assert_eq(found, set);
    cr_assert_leq(va, 2 * GB);
    unmake();
}

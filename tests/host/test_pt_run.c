// sources: kernel/mm/pt_run.c kernel/mm/pagetable.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_pt_run.c - runs of level-0 entries, against an array of what each is.
 *
 * The array covers two pieces of the user half: one around a 1 GiB border, one at the
 * end.  Whatever lies between has no tables.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "kernel/mm/pagetable.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define FIRST_PFN 0x80000
#define NFRAMES   64
#define PIECE     1536
#define PAGES     (2 * PIECE)
#define TOP       (1UL << 38)
#define TABLE     (PT_ENTRIES * PAGE_SIZE)

static struct pagetable pt;
static struct rand rng;
static uint64_t model[PAGES];           /* bits of each entry                  */

/* Frames for tables. */
static paddr_t spare[NFRAMES];
static size_t nspare;

static paddr_t new_table(struct pagetable *t)
{
    (void)t;
    cr_assert_gt(nspare, 0);
    memset(phys_to_virt(spare[nspare - 1]), 0, PAGE_SIZE);
    return spare[--nspare];
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
    for (nspare = 0; nspare < NFRAMES; nspare++)
        spare[nspare] = (FIRST_PFN + nspare) << PAGE_SHIFT;
    pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    pt.root = new_table(&pt);
    memset(model, 0, sizeof(model));
}

static void unmake(void)
{
    cr_assert_eq(nspare + pt.ntables + 1, NFRAMES, "a table leaked");
    shim_ram_destroy();
}

static vaddr_t va_of(size_t i)
{
    return i < PIECE ? (1UL << 30) - (PIECE / 2 - i) * PAGE_SIZE : TOP - (PAGES - i) * PAGE_SIZE;
}

/* The first page of the array at or behind VA; PAGES if there is none. */
static size_t page_from(vaddr_t va)
{
    if (va <= va_of(0))
        return 0;
    if (va < va_of(PIECE))
        return MIN((va - va_of(0)) >> PAGE_SHIFT, (size_t)PIECE);
    return PIECE + ((va - va_of(PIECE)) >> PAGE_SHIFT);
}

static uint64_t bits_at(vaddr_t va)
{
    size_t i = page_from(va);

    return i < PAGES && va_of(i) == va ? model[i] : 0;
}

/* Where the first entry of [VA, END) that is not none stands; END if there is none. */
static vaddr_t next_used(vaddr_t va, vaddr_t end)
{
    for (size_t i = page_from(va); i < PAGES && va_of(i) < end; i++)
        if (model[i])
            return va_of(i);
    return end;
}

static void check_runs(vaddr_t start, vaddr_t end)
{
    vaddr_t va = start, before = start;
    struct pte *p;
    size_t n;

    for (; (p = pt_next_run(&pt, &va, end, &n)); va += n * PAGE_SIZE, before = va) {
        cr_assert_eq(va, next_used(before, end), "a run from %lx begins at %lx", before, va);
        cr_assert_eq(va + n * PAGE_SIZE, MIN(align_down(va, TABLE) + TABLE, end));
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(p[i].bits, bits_at(va + i * PAGE_SIZE), "%lx", va + i * PAGE_SIZE);
    }
    cr_assert_eq(next_used(before, end), end, "nothing from %lx to %lx", before, end);
}

/* A border near a page, or far from all. */
static vaddr_t random_border(size_t i)
{
    if (rand_one_in(&rng, 64))
        return rand_below(&rng, TOP >> PAGE_SHIFT) << PAGE_SHIFT;
    return va_of(i);
}

static void check_somewhere(size_t i, size_t n)
{
    vaddr_t start = random_border(i), end = random_border(MIN(i + n, PAGES - 1UL));

    if (rand_one_in(&rng, 256))
        start = 0, end = TOP;
    if (start >= end)
        return;
    check_runs(start, end);
}

static struct pte random_entry(size_t i)
{
    switch (rand_below(&rng, 3)) {
    case 0: return pte_make_swap(i);
    case 1: return pte_make_protnone(i, 0);
    default: return pte_make(i << PAGE_SHIFT, PTE_R | PTE_U);
    }
}

static void set(size_t i, size_t n)
{
    for (; n > 0; i++, n--) {
        struct pte *p = pt_get(&pt, va_of(i), 0);

        pte_exchange(p, random_entry(i));
        model[i] = pte_read(p).bits;
    }
}

static void clear(size_t i, size_t n)
{
    for (; n > 0; i++, n--) {
        struct pte *p = pt_find(&pt, va_of(i), 0);

        if (p)
            pte_exchange(p, (struct pte){ 0 });
        model[i] = 0;
    }
}

/* Free what tables lie wholly in a range, which is cleared. */
static void free_tables(size_t i, size_t n)
{
    vaddr_t start = va_of(i), end = va_of(i) + n * PAGE_SIZE;
    size_t before = pt.ntables;

    clear(i, n);
    pt_free_tables(&pt, start, end);
    for (vaddr_t va = align_up(start, TABLE); va + TABLE <= end; va += TABLE)
        cr_assert_null(pt_find(&pt, va, 0));
    if (start % TABLE && end <= align_up(start, TABLE))
        cr_assert_eq(pt.ntables, before, "a part of a table was enough");
}

static void random_step(void)
{
    size_t i = rand_below(&rng, PAGES), end = i < PIECE ? PIECE : PAGES;
    size_t n = 1 + rand_below(&rng, rand_one_in(&rng, 16) ? PIECE : 8);

    n = MIN(n, end - i);
    switch (rand_below(&rng, 8)) {
    case 0:
    case 1:
    case 2:
        set(i, MIN(n, 8UL));
        break;
    case 3:
        free_tables(i, n);
        break;
    default:
        clear(i, n);
        break;
    }
    check_somewhere(i > 8 ? i - 8 : 0, n + 16);
}

Test(pt_run, a_million_steps_against_an_array, .timeout = 200)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        rand_seed(&rng, seed);
        make();
        for (int step = 0; step < 125000; step++)
            random_step();
        clear(0, PAGES);
        check_runs(0, TOP);
        pt_free_tables(&pt, 0, TOP);
        cr_assert_eq(pt.ntables, 0);
        unmake();
    }
}

Test(pt_run, an_empty_range_is_no_run)
{
    vaddr_t va = 0x5000;
    size_t n;

    make();
    set(0, 1);
    cr_assert_null(pt_next_run(&pt, &va, va, &n));
    cr_assert_null(pt_next_run(&pt, &va, 0x4000, &n));
    unmake();
}

/* Four at a time, and what is left at the end. */
Test(pt_run, the_next_used_of_a_few)
{
    struct pte few[16] = { 0 };

    for (size_t first = 0; first < 16; first++)
        for (size_t last = first; last < 16; last++)
            for (size_t used = 0; used <= 16; used++) {
                struct pte *got;

                memset(few, 0, sizeof(few));
                if (used < 16)
                    few[used].bits = 2;
                got = pt_next_used(few + first, few + last);
                if (used >= first && used <= last)
                    cr_assert_eq(got, few + used);
                else
                    cr_assert_gt(got, few + last);
            }
}

// sources: kernel/mm/pagetable.c kernel/mm/pt_run.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab3_hidden.c - ranges mapped, changed and freed in random order, against an
 * array, from the grader's seed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/mm/page.h"
#include "kernel/mm/pagetable.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define FIRST_PFN 0x80000UL
#define NFRAMES 64
#define PAGES 3072                      /* around a border of 1 GiB */
#define START (PT_LEAF_SIZE(2) - PAGES / 2 * PAGE_SIZE)
#define STEPS 400

static struct rand rng;
static struct pagetable pt;
static paddr_t spare[NFRAMES];
static size_t nspare, budget;
static uint64_t model[PAGES];           /* bits of each page's entry; 0: none */

static paddr_t new_table(struct pagetable *t)
{
    paddr_t pa;

    (void)t;
    if (budget == 0 || nspare == 0)
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

static vaddr_t va_of(size_t i)
{
    return START + i * PAGE_SIZE;
}

/* What a page of VA is mapped to and how, found by the definition of Sv39. */
static uint64_t reference(vaddr_t va)
{
    uint64_t *table = phys_to_virt(pt.root);

    for (unsigned shift = 30; shift >= 12; shift -= 9) {
        uint64_t e = table[va >> shift & 511], offset = va & ((1UL << shift) - 1);

        if (!(e & PTE_V))
            return 0;
        if (e & (PTE_R | PTE_W | PTE_X))
            return e + (offset >> 12 << 10);
        table = phys_to_virt(e >> 10 << 12);
    }
    cr_assert_fail("a table at level 0 points to another");
    return 0;
}

static void check(void)
{
    for (size_t i = 0; i < PAGES; i++)
        cr_assert_eq(reference(va_of(i)), model[i], "page %zu: %lx, not %lx", i,
                     reference(va_of(i)), model[i]);
}

/* Whether [I, I+N) splits no leaf of 2 MiB: such leaves are mapped as a whole, so their pages
 * follow one another. */
static bool is_whole(size_t i, size_t n)
{
    unsigned level = 0;
    vaddr_t end = va_of(i + n);

    if (pt_find_leaf(&pt, va_of(i), &level) && !is_aligned(va_of(i), PT_LEAF_SIZE(level)))
        return false;
    return !pt_find_leaf(&pt, end - 1, &level) || is_aligned(end, PT_LEAF_SIZE(level));
}

static bool is_free(size_t i, size_t n)
{
    for (size_t k = i; k < i + n; k++)
        if (model[k])
            return false;
    return true;
}

static uint64_t random_rights(void)
{
    static const uint64_t rights[] = { PTE_R, PTE_R | PTE_W, PTE_X, PTE_R | PTE_X | PTE_U };

    return rights[rand_below(&rng, ARRAY_SIZE(rights))];
}

static void map(size_t i, size_t n)
{
    uint64_t bits = random_rights() | (rand_one_in(&rng, 2) ? PTE_A | PTE_D : PTE_SPECIAL);
    paddr_t pa = 0x200000000UL + (va_of(i) & 0xffffffffUL) + PAGE_SIZE * rand_below(&rng, 2);
    int r;

    if (!is_free(i, n))
        return;
    budget = rand_one_in(&rng, 3) ? rand_below(&rng, 3) : NFRAMES;
    r = pt_map(&pt, va_of(i), pa, n * PAGE_SIZE, bits, (unsigned)rand_below(&rng, 3));
    cr_assert(r == 0 || (r == -ENOMEM && budget == 0));
    for (size_t k = i; r == 0 && k < i + n; k++)
        model[k] = pte_make(pa + (k - i) * PAGE_SIZE, bits).bits;
}

static void change(size_t i, size_t n, bool remove)
{
    const uint64_t rights = PTE_R | PTE_W | PTE_X | PTE_U;
    uint64_t bits = random_rights();

    if (!is_whole(i, n))
        return;
    if (remove)
        pt_unmap(&pt, va_of(i), n * PAGE_SIZE);
    else
        pt_protect(&pt, va_of(i), n * PAGE_SIZE, bits);
    for (size_t k = i; k < i + n; k++)
        model[k] = remove || !model[k] ? 0 : (model[k] & ~rights) | bits;
}

static void step(void)
{
    size_t i = rand_below(&rng, PAGES), n = 1 + rand_below(&rng, rand_one_in(&rng, 2) ? 9 : PAGES);

    n = MIN(n, PAGES - i);
    switch (rand_below(&rng, 4)) {
    case 0:
    case 1:
        map(i, n);
        break;
    case 2:
        change(i, n, true);
        if (is_free(i, n))
            pt_free_tables(&pt, va_of(i), va_of(i + n));
        break;
    default:
        change(i, n, false);
    }
}

static void one_history(void)
{
    shim_ram_create(FIRST_PFN, NFRAMES);
    nspare = 0;
    for (pfn_t pfn = FIRST_PFN; pfn < FIRST_PFN + NFRAMES; pfn++)
        spare[nspare++] = pfn << PAGE_SHIFT;
    budget = NFRAMES;
    pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    pt.root = new_table(&pt);
    memset(model, 0, sizeof(model));
    for (int i = 0; i < STEPS; i++) {
        step();
        if (i % 10 == 0)
            check();
    }
    check();
    pt_unmap(&pt, va_of(0), PAGES * PAGE_SIZE);
    pt_free_tables(&pt, 0, 1UL << 38);
    cr_assert_eq(pt.ntables, 0);
    cr_assert_eq(nspare, NFRAMES - 1, "tables are lost");
    shim_ram_destroy();
}

Test(lab3_hidden, histories_of_the_seed, .timeout = 60)
{
    const char *seed = getenv("GRADE_SEED");

    rand_seed(&rng, seed ? strtoul(seed, NULL, 0) : 1);
    for (int i = 0; i < 8; i++)
        one_history();
}

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
static size_t nspare;

static paddr_t new_table(struct pagetable *t)
{
    paddr_t pa;

    (void)t;
    if (nspare == 0)
        return 0;
    pa = spare[--nspare];
    memset(phys_to_virt(pa), 0, PAGE_SIZE);
    return pa;
}

static void free_table(struct pagetable *t, paddr_t table)
{
    (void)t;
    spare[nspare++] = table;
}

static void create(void)
{
    shim_ram_create(FIRST_PFN, NFRAMES);
    for (pfn_t pfn = FIRST_PFN; pfn < FIRST_PFN + NFRAMES; pfn++)
        spare[nspare++] = pfn << PAGE_SHIFT;
    pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    pt.root = new_table(&pt);
}

TestSuite(pagetable, .init = create, .fini = shim_ram_destroy);

/* An example. */
Test(pagetable, a_page_is_found_where_it_was_mapped)
{
    struct pte *p;

    cr_assert_eq(pt_map(&pt, 0x5000, PA, PAGE_SIZE, PTE_R | PTE_W, 0), 0);
    p = pt_find(&pt, 0x5123, 0);
    cr_assert_not_null(p);
    cr_assert_eq(pte_pa(*p), PA);
}

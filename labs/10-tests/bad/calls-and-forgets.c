/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>
#include "kernel/mm/page.h"
#include "kernel/mm/pagetable.h"
#include "tests/host/shim.h"

static paddr_t next = 0x80000UL << PAGE_SHIFT;

static paddr_t new_table(struct pagetable *pt)
{
    (void)pt;
    next += PAGE_SIZE;
    return next - PAGE_SIZE;
}

static void free_table(struct pagetable *pt, paddr_t table)
{
    (void)pt;
    (void)table;
}

/* Calls everything, and looks at nothing that comes back. */
Test(pagetable, does_not_crash)
{
    static struct pagetable pt = { .new_table = new_table, .free_table = free_table,
                                   .retire_table = free_table };
    unsigned level;

    shim_ram_create(0x80000, 64);
    pt.root = new_table(&pt);
    pt_map(&pt, 0x5000, 0x100005000UL, 4 * PAGE_SIZE, PTE_R | PTE_W, 0);
    pt_map(&pt, PT_LEAF_SIZE(1), 0x100200000UL, PT_LEAF_SIZE(1), PTE_R, 1);
    pt_find_leaf(&pt, 0x5000, &level);
    pt_protect(&pt, 0x5000, PAGE_SIZE, PTE_R);
    pt_unmap(&pt, 0x5000, 4 * PAGE_SIZE);
    pt_free_tables(&pt, 0, PT_LEAF_SIZE(1));
    shim_ram_destroy();
}

/* SPDX-License-Identifier: MIT */
/*
 * kernel_map.c - the linear map with W^X, and empty tables for vmalloc.
 */
#include "kernel/core/counters.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/table_stock.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/layout.h"
#include "lib/bitops.h"

#define RIGHTS_TEXT   (PTE_R | PTE_X | PTE_G | PTE_A | PTE_D)
#define RIGHTS_RODATA (PTE_R | PTE_G | PTE_A | PTE_D)
#define RIGHTS_DATA   (PTE_R | PTE_W | PTE_G | PTE_A | PTE_D)

/* Root entries in use: a few gigabytes of RAM and the vmalloc window. */
#define MAX_ROOT_ENTRIES 24

struct pagetable kernel_pt;

extern const char _kernel_start[], _text_end[], _rodata_end[];

static uint16_t root_entries[MAX_ROOT_ENTRIES];
static unsigned nroot_entries;

static paddr_t early_table(struct pagetable *pt)
{
    (void)pt;
    return virt_to_phys(memmap_early_alloc(PAGE_SIZE, PAGE_SIZE));
}

static void map(paddr_t start, paddr_t end, uint64_t rights)
{
    if (start >= end)
        return;
    if (pt_map(&kernel_pt, LINEAR_START + start, start, end - start, rights, PT_LEVELS - 1) != 0)
        panic("kernel map: no memory for page tables");
}

/* [START, END) is RAM; the kernel's text and read-only data may lie in it. */
static void map_ram(paddr_t start, paddr_t end)
{
    paddr_t text = virt_to_phys(_kernel_start), rodata = virt_to_phys(_text_end);
    paddr_t data = virt_to_phys(_rodata_end);

    if (text < start || text >= end) {
        map(start, end, RIGHTS_DATA);
        return;
    }
    map(start, text, RIGHTS_DATA);
    map(text, rodata, RIGHTS_TEXT);
    map(rodata, data, RIGHTS_RODATA);
    map(data, end, RIGHTS_DATA);
}

/* The lowest no-map range that touches [START, END), or NULL. */
static const struct memmap_range *first_hole(const struct memmap *m, paddr_t start, paddr_t end)
{
    const struct memmap_range *first = NULL;

    for (unsigned i = 0; i < m->nnomap; i++) {
        const struct memmap_range *r = &m->nomap[i];

        if (r->start < end && r->end > start && (!first || r->start < first->start))
            first = r;
    }
    return first;
}

static void map_bank(const struct memmap *m, struct memmap_range bank)
{
    paddr_t start = align_up(bank.start, PAGE_SIZE), end = align_down(bank.end, PAGE_SIZE);

    while (start < end) {
        const struct memmap_range *hole = first_hole(m, start, end);

        if (!hole) {
            map_ram(start, end);
            return;
        }
        map_ram(start, align_down(hole->start, PAGE_SIZE));
        start = align_up(hole->end, PAGE_SIZE);
    }
}

/* Asking for a level-1 entry makes the table that holds it. */
static void make_vmalloc_tables(void)
{
    for (vaddr_t va = VMALLOC_START; va < VMALLOC_END; va += PT_LEAF_SIZE(2)) {
        if (!pt_get(&kernel_pt, va, 1))
            panic("kernel map: no memory for page tables");
    }
}

static void note_root_entries(void)
{
    const struct pte *root = phys_to_virt(kernel_pt.root);

    for (unsigned i = PT_ENTRIES / 2; i < PT_ENTRIES; i++) {
        if (!pte_is_present(root[i]))
            continue;
        ASSERT(nroot_entries < MAX_ROOT_ENTRIES);
        root_entries[nroot_entries++] = (uint16_t)i;
    }
}

uint64_t kernel_map_satp(void)
{
    return SATP_SV39 | kernel_pt.root >> PAGE_SHIFT;
}

void kernel_map_init(const struct memmap *m)
{
    kernel_pt.new_table = early_table;
    kernel_pt.free_table = kernel_pt.retire_table = table_stock_give;     /* none ever goes */
    kernel_pt.root = early_table(&kernel_pt);
    for (unsigned i = 0; i < m->nbanks; i++)
        map_bank(m, m->banks[i]);
    make_vmalloc_tables();
    note_root_entries();
    csr_write(satp, kernel_map_satp());
    sfence_all();
}

void kernel_map_use_pages(void)
{
    kernel_pt.new_table = table_stock_take;
}

void kernel_map_copy_root(paddr_t root)
{
    const struct pte *from = phys_to_virt(kernel_pt.root);
    struct pte *to = phys_to_virt(root);

    for (unsigned i = 0; i < nroot_entries; i++)
        to[root_entries[i]] = from[root_entries[i]];
}

void kernel_map_clear_root(paddr_t root)
{
    struct pte *to = phys_to_virt(root);

    for (unsigned i = 0; i < nroot_entries; i++)
        to[root_entries[i]] = (struct pte){ 0 };
}

static struct pte find_leaf(vaddr_t va)
{
    unsigned level;
    struct pte *p = (int64_t)va < 0 ? pt_find_leaf(&kernel_pt, va, &level) : NULL;

    return p ? pte_read(p) : (struct pte){ 0 };
}

bool kernel_map_is_spurious(vaddr_t va, bool write, bool exec)
{
    struct pte e = find_leaf(va);
    uint64_t right = write ? PTE_W : exec ? PTE_X : PTE_R;

    if (!pte_is_present(e) || !(e.bits & right))
        return false;
    sfence_va(va);
    count_vm_event(VM_SPURIOUS_FAULT);
    return true;
}

const char *kernel_map_explain(vaddr_t va, bool write, bool exec)
{
    struct pte e = find_leaf(va);

    if (pte_is_present(e) && write)
        return "write to the kernel's text or read-only data";
    if (pte_is_present(e) && exec)
        return "execution of data";
    if (va >= VMALLOC_START && va < VMALLOC_END)
        return "guard page or freed area";
    if (va >= LINEAR_START && va < LINEAR_START + LINEAR_SIZE)
        return "no RAM there, or the firmware's";
    return "not a kernel address";
}

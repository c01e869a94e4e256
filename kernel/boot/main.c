/* SPDX-License-Identifier: MIT */
/*
 * main.c - the order in which the floors come up.
 *
 *   on the early page table    boot arguments, device tree, memory map
 *   on the final one           pages, slabs, vmalloc, threads, clock
 *   as a thread                other harts, devices, files, process 1
 *
 * Each step may use what is above it in this file and nothing below.
 */
#include "kernel/boot/boot.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/bootargs.h"
#include "kernel/core/hart.h"
#include "kernel/core/machine.h"
#include "kernel/core/panic.h"
#include "kernel/core/random.h"
#include "kernel/core/trace.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/ext2/ext2.h"
#include "kernel/fs/super.h"
#include "kernel/mm/cma.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/memmap.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/table_stock.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/proc/process.h"
#include "kernel/procfs/procfs.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/layout.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timer.h"
#include "kernel/sys/syscall.h"
#include "kernel/vm/mm.h"
#include "lib/string.h"

BOOTARG(test, "end QEMU with a status: 0 passed, 1 failed, 2 panic");
BOOTARG(panic, "what follows a panic: exit (end QEMU) or halt");

extern const char _kernel_start[], _kernel_end[];

static struct memmap memmap;

static bool exits_after_panic(void)
{
    const char *after = bootarg_string("panic");

    if (!after || strcmp(after, "halt") == 0)
        return false;
    if (strcmp(after, "exit") == 0)
        return true;
    printk("boot: panic=%s is neither exit nor halt, ignored\n", after);
    return false;
}

static void read_arguments(void)
{
    bool exits;

    bootargs_init(machine.bootargs);
    exits = exits_after_panic();
    panic_set_exit(bootarg_bool("test", false) || exits);
    bootargs_warn_unknown();
    random_init(machine.rng_seed, machine.rng_seed_len);
    trace_init();
}

static void describe_memory(struct memmap *m)
{
    for (size_t i = 0; i < machine.nbanks; i++)
        m->banks[m->nbanks++] = (struct memmap_range){ machine.banks[i].start,
                                                       machine.banks[i].end };
    for (size_t i = 0; i < machine.nreserved; i++) {
        const struct machine_range *r = &machine.reserved[i];
        struct memmap_range range = { r->start, r->end };

        if (r->no_map)
            m->nomap[m->nnomap++] = range;
        else
            m->reserved[m->nreserved++] = range;
    }
}

/* The finisher's register moves: from the early map to a proper one. */
static void map_finisher(void)
{
    machine_set_finisher(machine.finisher.size
                         ? ioremap(machine.finisher.base, machine.finisher.size) : NULL);
}

static void init_memory(void)
{
    describe_memory(&memmap);
    memmap_init(&memmap);
    machine_set_finisher(NULL);
    kernel_map_init(&memmap);
    mmu_context_start();
    lru_init();
    page_alloc_init();
    cma_init();
    table_stock_init();
    kernel_map_use_pages();
    slab_init();
    kmalloc_init();
    vmalloc_init();
    map_finisher();
    dev_init_early(&machine);
}

static void init_threads(void)
{
    timer_init();
    sched_init();
    csr_write(scounteren, 7);
    timer_init_hart();
    csr_set(sie, SIE_SOFT);
    dev_init_hart(&machine);
}

/* Page cache, file systems, address spaces, processes. */
static void init_files(void)
{
    page_cache_init();
    writeback_init();
    fs_init();
    ext2_register();
    procfs_init();
    vm_init();
    proc_init();
    sys_init();
}

/* What may sleep. */
static void boot_thread(void *arg)
{
    (void)arg;
    harts_start();
    printk("Pagoda on %s: %u harts, %lu MiB\n", machine.model, nr_harts,
           nr_managed_pages() >> (20 - PAGE_SHIFT));
    dev_init(&machine);
    init_files();
    mount_root();
    process_start_init();
}

void boot_main(uint64_t hartid, paddr_t fdt)
{
    harts[0].hartid = hartid;
    harts[0].online = true;
    sched_boot_thread();
    frames.va_offset = LINEAR_START;

    machine_init(phys_to_virt(fdt), hartid, virt_to_phys(_kernel_start),
                 virt_to_phys(_kernel_end));
    read_arguments();
    init_memory();
    init_threads();
    if (kthread_run(boot_thread, NULL, "boot") != 0)
        panic("no memory for the first thread");
    sched_idle();
}

/* SPDX-License-Identifier: MIT */
/*
 * memory.c - /proc files about memory, in Linux's formats.
 *
 * Fields of mechanisms that this kernel does not have are left out, except where
 * a reader expects them in place: those say 0, which is true.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "kernel/mm/cma.h"
#include "kernel/mm/commit.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/mm/zone.h"
#include "kernel/procfs/procfs.h"
#include "kernel/riscv/layout.h"
#include "kernel/core/panic.h"
#include "kernel/vm/page_map.h"
#include "lib/bitops.h"

/* What several files show. */
struct figures {
    size_t free, managed, available;
    size_t file, buffers, shmem, dirty, writeback;
    size_t anon, mapped, tables, kstacks;
    struct lru_figures lru;
    size_t mlocked, swapping;
    size_t slab_reclaimable, slab_unreclaimable;
};

static void gather(struct figures *f)
{
    struct mapped_pages mapped = mapped_pages_sum();

    f->free = nr_free_pages();
    f->managed = nr_managed_pages();
    f->file = nr_file_pages();
    f->buffers = nr_buffer_pages();
    f->shmem = nr_shmem_pages();
    f->dirty = nr_dirty_pages();
    f->writeback = nr_writeback_pages();
    f->anon = (size_t)mapped.anon;
    f->mapped = (size_t)mapped.file;
    f->mlocked = (size_t)mapped.locked;
    f->tables = nr_page_table_pages();
    f->kstacks = kstack_count();
    f->lru = lru_figures();
    f->swapping = nr_swapping_pages();
    slab_count_pages(&f->slab_reclaimable, &f->slab_unreclaimable);
    f->available = nr_available_pages() + f->lru.active[KIND_FILE] + f->lru.inactive[KIND_FILE]
                   + f->slab_reclaimable / 2;
}

static void line(struct synth_buf *b, const char *name, size_t pages)
{
    synth_printf(b, "%-15s %8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

int proc_show_meminfo(struct synth_buf *b, struct process *p)
{
    struct figures f;

    (void)p;
    gather(&f);
    line(b, "MemTotal:", f.managed);
    line(b, "MemFree:", f.free);
    line(b, "MemAvailable:", MIN(f.available, f.managed));
    line(b, "Buffers:", f.buffers);
    line(b, "Cached:", f.file - MIN(f.file, f.buffers));
    line(b, "SwapCached:", nr_swap_cache_pages());
    line(b, "Active:", f.lru.active[KIND_ANON] + f.lru.active[KIND_FILE]);
    line(b, "Inactive:", f.lru.inactive[KIND_ANON] + f.lru.inactive[KIND_FILE]);
    line(b, "Active(anon):", f.lru.active[KIND_ANON]);
    line(b, "Inactive(anon):", f.lru.inactive[KIND_ANON]);
    line(b, "Active(file):", f.lru.active[KIND_FILE]);
    line(b, "Inactive(file):", f.lru.inactive[KIND_FILE]);
    line(b, "Unevictable:", f.mlocked);         /* nothing else keeps a page for good */
    line(b, "Mlocked:", f.mlocked);
    line(b, "SwapTotal:", nr_swap_pages());
    line(b, "SwapFree:", nr_free_swap_pages());
    line(b, "Dirty:", f.dirty);
    line(b, "Writeback:", f.writeback + f.swapping);
    line(b, "AnonPages:", f.anon);
    line(b, "Mapped:", f.mapped);
    line(b, "Shmem:", f.shmem);
    line(b, "KReclaimable:", f.slab_reclaimable);
    line(b, "Slab:", f.slab_reclaimable + f.slab_unreclaimable);
    line(b, "SReclaimable:", f.slab_reclaimable);
    line(b, "SUnreclaim:", f.slab_unreclaimable);
    line(b, "KernelStack:", f.kstacks * (KSTACK_SIZE >> PAGE_SHIFT));
    line(b, "PageTables:", f.tables);
    line(b, "CommitLimit:", commit_limit());
    line(b, "Committed_AS:", commit_pages());
    line(b, "VmallocTotal:", VMALLOC_SIZE >> PAGE_SHIFT);
    line(b, "VmallocUsed:", vmalloc_used_pages());
    line(b, "CmaTotal:", cma_total_pages());
    line(b, "CmaFree:", cma_free_pages());
    return 0;
}

static void count(struct synth_buf *b, const char *name, uint64_t n)
{
    synth_printf(b, "%s %lu\n", name, n);
}

int proc_show_vmstat(struct synth_buf *b, struct process *p)
{
    struct dirty_limits limits = writeback_limits();
    struct page_alloc_events events;
    struct figures f;

    (void)p;
    gather(&f);
    page_alloc_events(&events);
    count(b, "nr_free_pages", f.free);
    count(b, "nr_free_cma", cma_free_pages());
    count(b, "nr_inactive_anon", f.lru.inactive[KIND_ANON]);
    count(b, "nr_active_anon", f.lru.active[KIND_ANON]);
    count(b, "nr_inactive_file", f.lru.inactive[KIND_FILE]);
    count(b, "nr_active_file", f.lru.active[KIND_FILE]);
    count(b, "nr_slab_reclaimable", f.slab_reclaimable);
    count(b, "nr_slab_unreclaimable", f.slab_unreclaimable);
    count(b, "nr_unevictable", f.mlocked);
    count(b, "nr_mlock", f.mlocked);
    count(b, "nr_anon_pages", f.anon);
    count(b, "nr_mapped", f.mapped);
    count(b, "nr_file_pages", f.file);
    count(b, "nr_dirty", f.dirty);
    count(b, "nr_writeback", f.writeback + f.swapping);
    count(b, "nr_shmem", f.shmem);
    count(b, "nr_dirty_threshold", limits.hard);
    count(b, "nr_dirty_background_threshold", limits.background);
    count(b, "nr_swapcached", nr_swap_cache_pages());
    count(b, "nr_kernel_stack", f.kstacks * (KSTACK_SIZE >> 10));
    count(b, "nr_page_table_pages", f.tables);
    count(b, "pgalloc_dma32", events.allocs[ZONE_DMA32]);
    count(b, "pgalloc_normal", events.allocs[ZONE_NORMAL]);
    count(b, "pgfree", events.frees[ZONE_DMA32] + events.frees[ZONE_NORMAL]);
    count(b, "zone_lock_taken", events.zone_locks);
    count(b, "allocstall_dma32", events.direct_reclaims[ZONE_DMA32]);
    count(b, "allocstall_normal", events.direct_reclaims[ZONE_NORMAL]);
    for (int e = 0; e < VM_EVENT_COUNT; e++)
        count(b, vm_event_name((enum vm_event)e), vm_event_sum((enum vm_event)e));
    return 0;
}

int proc_show_buddyinfo(struct synth_buf *b, struct process *p)
{
    (void)p;
    for (int t = 0; t < ZONES; t++) {
        const struct zone *z = &zones[t];

        if (!z->managed)
            continue;
        synth_printf(b, "Node 0, zone %8s ", z->name);
        for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
            size_t n = 0;

            for (int m = 0; m < MOBILITIES; m++)
                n += z->buddy.areas[order].nblocks[m];
            synth_printf(b, "%6lu ", n);
        }
        synth_puts(b, "\n");
    }
    return 0;
}

static void show_mobility_rows(struct synth_buf *b, const struct zone *z)
{
    for (int m = 0; m < MOBILITIES; m++) {
        synth_printf(b, "Node    0, zone %8s, type %12s ", z->name, mobility_names[m]);
        for (unsigned order = 0; order < BUDDY_ORDERS; order++)
            synth_printf(b, "%6lu ", z->buddy.areas[order].nblocks[m]);
        synth_puts(b, "\n");
    }
}

int proc_show_pagetypeinfo(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "Page block order: %d\nPages per block:  %lu\n\n", BUDDY_MAX_ORDER,
                 PAGEBLOCK_PAGES);
    synth_printf(b, "%-43s ", "Free pages count per migrate type at order");
    for (unsigned order = 0; order < BUDDY_ORDERS; order++)
        synth_printf(b, "%6u ", order);
    synth_puts(b, "\n");
    for (int t = 0; t < ZONES; t++)
        if (zones[t].managed)
            show_mobility_rows(b, &zones[t]);
    synth_printf(b, "\n%-23s", "Number of blocks type ");
    for (int m = 0; m < MOBILITIES; m++)
        synth_printf(b, "%12s ", mobility_names[m]);
    synth_puts(b, "\n");
    for (int t = 0; t < ZONES; t++) {
        if (!zones[t].managed)
            continue;
        synth_printf(b, "Node 0, zone %8s ", zones[t].name);
        for (int m = 0; m < MOBILITIES; m++)
            synth_printf(b, "%12lu ", buddy_pageblocks(&zones[t].buddy, (enum mobility)m));
        synth_puts(b, "\n");
    }
    return 0;
}

static void show_zone(struct synth_buf *b, const struct zone *z)
{
    size_t on_harts = zone_hart_pages(z);

    synth_printf(b, "Node 0, zone %8s\n", z->name);
    synth_printf(b, "  pages free     %lu\n", buddy_nfree(&z->buddy, true) + on_harts);
    synth_printf(b, "        min      %lu\n        low      %lu\n        high     %lu\n",
                 z->mark[MARK_MIN], z->mark[MARK_LOW], z->mark[MARK_HIGH]);
    synth_printf(b, "        spanned  %lu\n        present  %lu\n        managed  %lu\n",
                 z->spanned, z->present, z->managed);
    synth_printf(b, "        cma      %lu\n", z == &zones[ZONE_DMA32] ? cma_total_pages() : 0);
    synth_printf(b, "        protection: (%lu, %lu)\n", z->lowmem_reserve[ZONE_DMA32],
                 z->lowmem_reserve[ZONE_NORMAL]);
    synth_printf(b, "      nr_free_pages %lu\n", buddy_nfree(&z->buddy, true) + on_harts);
    synth_printf(b, "      nr_free_cma  %lu\n", z->buddy.nfree[MOBILITY_CMA]);
    synth_puts(b, "  pagesets\n");
    for (unsigned hart = 0; hart < nr_harts; hart++)
        synth_printf(b, "    cpu: %u\n              count:    %u\n              high:     %u\n"
                        "              batch:    %u\n", hart, z->harts[hart].count,
                     z->harts[hart].high, z->harts[hart].batch);
    synth_printf(b, "  start_pfn:           %lu\n", z->buddy.first_pfn);
}

int proc_show_zoneinfo(struct synth_buf *b, struct process *p)
{
    (void)p;
    for (int t = 0; t < ZONES; t++)
        if (zones[t].managed)
            show_zone(b, &zones[t]);
    return 0;
}

static void show_cache(const struct kmem_cache_info *c, void *arg)
{
    synth_printf(arg, "%-17s %6lu %6lu %6lu %4lu %4lu : tunables %4lu %4lu %4d : slabdata "
                      "%6lu %6lu %6d\n",
                 c->name, c->active_objects, c->total_objects, c->object_size,
                 c->objects_per_slab, c->pages_per_slab, c->limit, c->batch, 0, c->active_slabs,
                 c->total_slabs, 0);
}

int proc_show_slabinfo(struct synth_buf *b, struct process *p)
{
    size_t mark;

    (void)p;
    synth_puts(b, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> "
                  "<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
                  "slabdata <active_slabs> <num_slabs> <sharedavail>\n");
    do {
        mark = synth_begin_atomic(b);
        kmem_cache_for_each(show_cache, b);
    } while (synth_end_atomic(b, mark));
    return 0;
}

static void show_area(const struct vmalloc_info *a, void *arg)
{
    uintptr_t offset;
    const char *caller = ksym_find(a->caller, &offset);

    synth_printf(arg, "0x%016lx-0x%016lx %7lu ", a->start, a->end, a->end - a->start);
    if (caller)
        synth_printf(arg, "%s+0x%lx ", caller, offset);
    if (a->pa)
        synth_printf(arg, "phys=0x%016lx ", a->pa);
    else
        synth_printf(arg, "pages=%lu ", a->npages);
    synth_printf(arg, "%s\n", a->kind);
}

int proc_show_vmallocinfo(struct synth_buf *b, struct process *p)
{
    size_t mark;

    (void)p;
    do {
        mark = synth_begin_atomic(b);
        vmalloc_for_each(show_area, b);
    } while (synth_end_atomic(b, mark));
    return 0;
}

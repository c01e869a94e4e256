/* SPDX-License-Identifier: MIT */
/*
 * debug_rest.c - bring the kernel to rest, then count and compare.
 *
 * Caches keep things on purpose; a leak check must empty them first, or it would
 * see the keeping as leaking.
 */
#include "kernel/core/counters.h"
#include "kernel/cache/swap.h"
#include "kernel/cache/writeback.h"
#include "kernel/dev/block.h"
#include "kernel/fs/super.h"
#include "kernel/mm/buddy.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/table_stock.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/mm/zone.h"
#include "kernel/proc/process.h"
#include "kernel/sched/timer.h"
#include "kernel/sys/debug.h"
#include "kernel/vm/oom.h"
#include "kernel/vm/reclaim.h"
#include "lib/bitops.h"
#include "lib/string.h"

static void count_tasks(struct process *p, void *n)
{
    *(size_t *)n += p->ntasks;
}

static void count_kernel_thread(struct thread *t, void *n)
{
    *(size_t *)n += t->tid < 0;
}

/* A process that has been waited for may still be on its way off its hart. */
static void wait_for_dying_threads(void)
{
    size_t alive;

    do {
        alive = 0;
        process_for_each(count_tasks, &alive);
        thread_for_each(count_kernel_thread, &alive);
    } while (thread_count() > alive && !thread_sleep_ns(NSEC_PER_SEC / 1000, true, NULL));
}

void debug_quiesce(void)
{
    wait_for_dying_threads();
    oom_reaper_rest();
    proc_quiesce();
    fs_sync_all(true);
    /* Each turn may release what the next one can drop: dentries hold inodes, inodes pages. */
    for (int turn = 0; turn < 3; turn++) {
        fs_drop_unused();
        reclaim_rest();
        swap_take_back(SIZE_MAX);
        reclaim_drop_caches();
    }
    fs_sync_all(true);
    wait_for_dying_threads();
    vmalloc_drain();
    kmem_cache_shrink_all();
    table_stock_drain();
    page_alloc_drain();
}

enum debug_frame debug_frame_kind(const struct page *page)
{
    switch ((enum page_identity)page->identity) {
    case PAGE_RESERVED:
        return DEBUG_FRAME_RESERVED;
    case PAGE_FREE:
    case PAGE_FREE_TAIL:
        return DEBUG_FRAME_FREE;
    case PAGE_PCP:
        return DEBUG_FRAME_PCP;
    case PAGE_OWNED:
    case PAGE_TAIL:
        return DEBUG_FRAME_KERNEL;
    case PAGE_SLAB:
        return DEBUG_FRAME_SLAB;
    case PAGE_TABLE:
        return DEBUG_FRAME_TABLE;
    case PAGE_ANON:
        return DEBUG_FRAME_ANON;
    case PAGE_CACHE:
        return page_test(page, PG_METADATA) ? DEBUG_FRAME_META
               : page_test(page, PG_SWAPBACKED) ? DEBUG_FRAME_SHMEM : DEBUG_FRAME_FILE;
    case PAGE_IDENTITIES:
        break;
    }
    return DEBUG_FRAME_OTHER;
}

static void count_frames(struct debug_counters *c)
{
    for (pfn_t pfn = frames.first_pfn; pfn < frames.end_pfn; pfn++) {
        c->frames[debug_frame_kind(pfn_to_page(pfn))]++;
        c->frames_total++;
    }
    /* Tables that nobody uses count as free. */
    c->frames[DEBUG_FRAME_TABLE] -= table_stock_count();
    c->frames[DEBUG_FRAME_PCP] += table_stock_count();
}

static void count_cache(const struct kmem_cache_info *info, void *arg)
{
    struct debug_counters *c = arg;

    c->objects += info->active_objects;
    c->object_bytes += info->active_objects * info->object_size;
    if (!strncmp(info->name, "kmalloc-", 8))
        c->kmallocs += info->active_objects;
    else if (!strcmp(info->name, "vm_area_struct"))
        c->vmas = info->active_objects;
}

static void count_area(const struct vmalloc_info *info, void *arg)
{
    struct debug_counters *c = arg;

    c->vmalloc_areas++;
    c->vmalloc_pages += info->npages;
}

static void count_disks(struct debug_counters *c)
{
    struct block_stats stats;

    for (struct block_device *dev = block_next(NULL); dev; dev = block_next(dev)) {
        block_get_stats(dev, &stats);
        c->disk_reads += stats.ios[BIO_READ];
        c->disk_writes += stats.ios[BIO_WRITE];
        c->disk_failures += stats.failures;
        c->disk_inflight_max = MAX(c->disk_inflight_max, (uint64_t)stats.max_in_flight);
    }
}

void debug_count(struct debug_counters *c)
{
    struct page_alloc_events events;
    size_t n, unused;

    page_alloc_events(&events);
    count_frames(c);
    kmem_cache_for_each(count_cache, c);
    vmalloc_for_each(count_area, c);
    count_disks(c);
    c->threads = thread_count();
    c->processes = process_count();
    c->files = file_count();
    inode_count(&n, &unused);
    c->inodes = n;
    dentry_count(&n, &unused);
    c->dentries = n;
    c->kernel_tables = __atomic_load_n(&kernel_pt.ntables, __ATOMIC_RELAXED);
    c->mms = mm_count();
    c->swap_slots = nr_swap_pages() - nr_free_swap_pages();
    c->page_faults = vm_event_sum(VM_PGFAULT);
    c->cow_breaks = vm_event_sum(VM_COW_COPY);
    c->page_allocs = events.allocs[ZONE_DMA32] + events.allocs[ZONE_NORMAL];
    c->zone_locks = events.zone_locks;
    c->tlb_flushes = vm_event_sum(VM_TLB_LOCAL_ALL) + vm_event_sum(VM_TLB_LOCAL_ONE);
    c->shootdowns = vm_event_sum(VM_TLB_REMOTE_FLUSH);
    c->context_switches = sched_nr_switches();
}

size_t debug_audit(void)
{
    size_t faults = vm_audit();

    page_alloc_check();
    vmalloc_check();
    return faults;
}

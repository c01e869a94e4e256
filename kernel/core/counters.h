/* SPDX-License-Identifier: MIT */
/*
 * counters.h - how often things happened: one set of counters per hart, summed
 * when somebody reads /proc/vmstat.
 *
 * Names are Linux's where Linux counts the same.  Each is counted somewhere: what
 * the page allocator counts by zone is in page_alloc.h.
 */
#pragma once
#include "kernel/core/hart.h"

#define VM_EVENTS(X)                                                           \
    X(PGPGIN, "pgpgin")                     /* KiB read from disks        */   \
    X(PGPGOUT, "pgpgout")                   /* KiB written to disks       */   \
    X(PGACTIVATE, "pgactivate")                                                \
    X(PGDEACTIVATE, "pgdeactivate")                                            \
    X(PSWPIN, "pswpin")                     /* pages read from swap       */   \
    X(PSWPOUT, "pswpout")                   /* pages written to it        */   \
    X(PGSCAN_KSWAPD, "pgscan_kswapd")                                          \
    X(PGSCAN_DIRECT, "pgscan_direct")                                          \
    X(PGSCAN_ANON, "pgscan_anon")                                              \
    X(PGSCAN_FILE, "pgscan_file")                                              \
    X(PGFAULT, "pgfault")                                                      \
    X(PGMAJFAULT, "pgmajfault")                                                \
    X(PGSTEAL_KSWAPD, "pgsteal_kswapd")                                        \
    X(PGSTEAL_DIRECT, "pgsteal_direct")                                        \
    X(PGSTEAL_ANON, "pgsteal_anon")                                            \
    X(PGSTEAL_FILE, "pgsteal_file")                                            \
    X(SLABS_SCANNED, "slabs_scanned")       /* objects that caches were asked for */ \
    X(VMSCAN_WRITE, "nr_vmscan_write")      /* pages that reclaim wrote to swap */ \
    X(DIRTIED, "nr_dirtied")                /* pages of files, ever       */   \
    X(WRITTEN, "nr_written")                                                   \
    X(UNEVICTABLE_CULLED, "unevictable_pgs_culled")                            \
    X(UNEVICTABLE_RESCUED, "unevictable_pgs_rescued")                          \
    X(PAGEOUTRUN, "pageoutrun")                                                \
    X(DROP_PAGECACHE, "drop_pagecache")                                        \
    X(DROP_SLAB, "drop_slab")                                                  \
    X(OOM_KILL, "oom_kill")                                                    \
    X(TLB_REMOTE_FLUSH, "nr_tlb_remote_flush")                                 \
    X(TLB_REMOTE_RECEIVED, "nr_tlb_remote_flush_received")                     \
    X(TLB_LOCAL_ALL, "nr_tlb_local_flush_all")                                 \
    X(TLB_LOCAL_ONE, "nr_tlb_local_flush_one")                                 \
    X(PGMIGRATE_SUCCESS, "pgmigrate_success")                                  \
    X(PGMIGRATE_FAIL, "pgmigrate_fail")                                        \
    X(COMPACTMIGRATE_SCANNED, "compact_migrate_scanned")                       \
    X(COMPACTFREE_SCANNED, "compact_free_scanned")                             \
    X(COMPACTISOLATED, "compact_isolated")                                     \
    X(COMPACTSTALL, "compact_stall")                                           \
    X(COMPACTFAIL, "compact_fail")                                             \
    X(COMPACTSUCCESS, "compact_success")                                       \
    X(CMA_ALLOC_SUCCESS, "cma_alloc_success")   /* pages                  */   \
    X(CMA_ALLOC_FAIL, "cma_alloc_fail")                                        \
    /* Pagoda's own */                                                         \
    X(RMAP_WALK, "rmap_walk")               /* from a page to its entries */   \
    X(RMAP_STEP, "rmap_step")               /* places looked at for that  */   \
    X(ASID_ROLLOVER, "asid_rollover")                                          \
    X(COW_COPY, "cow_copy")                                                    \
    X(COW_REUSE, "cow_reuse")                                                  \
    X(ZERO_PAGE_FAULT, "zero_page_fault")                                      \
    X(SPURIOUS_FAULT, "spurious_fault")                                        \
    X(AD_FAULT, "ad_fault")                 /* A or D set by software     */   \
    X(FAULT_AROUND, "fault_around")         /* extra pages mapped         */   \
    X(FAIL_INJECTED, "fail_injected")

enum vm_event {
#define X(id, name) VM_##id,
    VM_EVENTS(X)
#undef X
    VM_EVENT_COUNT
};

struct hart_counters {
    uint64_t n[VM_EVENT_COUNT];
} __attribute__((aligned(64)));

extern struct hart_counters hart_counters[MAX_HARTS];

/* Any context; atomic against interrupts of the same hart. */
static inline void count_vm_events(enum vm_event e, uint64_t n)
{
    __atomic_fetch_add(&hart_counters[port_hart_index()].n[e], n, __ATOMIC_RELAXED);
}
static inline void count_vm_event(enum vm_event e)
{
    count_vm_events(e, 1);
}

/* The sum over all harts; others may be counting. */
uint64_t vm_event_sum(enum vm_event e);
/* Its name in /proc/vmstat. */
const char *vm_event_name(enum vm_event e);

/* SPDX-License-Identifier: MIT */
/*
 * pagemap.h - the words of /proc/<pid>/pagemap and /proc/kpageflags, and what
 * /proc/<pid>/clear_refs takes, as on Linux.
 */
#pragma once

/* pagemap: a frame number, and: */
#define PM_PFN_MASK       ((1UL << 55) - 1)
#define PM_SOFT_DIRTY     (1UL << 55)       /* stored to since clear_refs         */
#define PM_MMAP_EXCLUSIVE (1UL << 56)       /* mapped once                        */
#define PM_FILE           (1UL << 61)       /* of a file, or shared memory        */
#define PM_SWAP           (1UL << 62)
#define PM_SWAP_OFFSET_SHIFT 5           /* bits 0 to 4: which area */
#define PM_PRESENT        (1UL << 63)

/* kpageflags: numbers of bits. */
enum kpf {
    KPF_LOCKED, KPF_ERROR, KPF_REFERENCED, KPF_UPTODATE, KPF_DIRTY, KPF_LRU, KPF_ACTIVE,
    KPF_SLAB, KPF_WRITEBACK, KPF_RECLAIM, KPF_BUDDY, KPF_MMAP, KPF_ANON, KPF_SWAPCACHE,
    KPF_SWAPBACKED, KPF_COMPOUND_HEAD, KPF_COMPOUND_TAIL, KPF_HUGE, KPF_UNEVICTABLE,
    KPF_HWPOISON, KPF_NOPAGE, KPF_KSM, KPF_THP, KPF_OFFLINE, KPF_ZERO_PAGE, KPF_IDLE,
    KPF_PGTABLE,
    KPF_RESERVED = 32, KPF_MLOCKED, KPF_MAPPEDTODISK
};

/* clear_refs: whose use is forgotten. */
enum clear_refs {
    CLEAR_REFS_ALL = 1, CLEAR_REFS_ANON, CLEAR_REFS_FILE, CLEAR_REFS_SOFT_DIRTY,
    CLEAR_REFS_PEAK_RSS
};

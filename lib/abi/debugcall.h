/* SPDX-License-Identifier: MIT */
/*
 * abi/debugcall.h - the debug system call, by which tests look inside.
 *
 *     long pagoda_debug(int op, long arg1, long arg2)      SYS_pagoda_debug
 *
 * It exists in every kernel and is refused with -EPERM unless the kernel was
 * booted with debugcall=1; Linux answers -ENOSYS, and the test skips itself.
 * An operation returns 0 or more, or a negated errno; -ENOSYS means that this
 * kernel lacks the operation, -EINVAL that an argument makes no sense.
 *
 * A leak check is: run the test once to warm the caches, QUIESCE, COUNTERS,
 * run it again, QUIESCE, COUNTERS, and compare.
 */
#pragma once
#include "lib/types.h"

#define DEBUG_HOLD_MS 5000
#define DEBUG_PIN_MS 300
#define DEBUG_DYING_MS 2000

enum debug_op {
    /*
     * DEBUG_QUIESCE()
     * Bring the kernel to rest: reap, sync, drop clean caches, and drain every
     * hart's page lists, magazines, depots, empty slabs, cached stacks and
     * lazy unmaps.
     */
    DEBUG_QUIESCE,

    /*
     * DEBUG_AUDIT()
     * Check every structure against the others: PTEs, VMAs, reference and map
     * counts, free lists, slabs, page trees.  Returns the number of faults
     * found, each of which is printed on the console.
     */
    DEBUG_AUDIT,

    /* DEBUG_COUNTERS(struct debug_counters *out, size_t size) */
    DEBUG_COUNTERS,

    /* DEBUG_FAIL_NTH(const struct debug_fail *) */
    DEBUG_FAIL_NTH,

    /* DEBUG_PAGE(addr, struct debug_page *out): the caller's page at ADDR. */
    DEBUG_PAGE,

    /*
     * DEBUG_EVICT(addr)    Take the caller's page at ADDR out of memory, now.
     * DEBUG_MIGRATE(addr)  Move it to another frame.
     * -EBUSY if it cannot be done at this moment, -EINVAL if that page never can be.
     */
    DEBUG_EVICT,
    DEBUG_MIGRATE,

    /*
     * DEBUG_TAKE(struct debug_blocks *)
     * DEBUG_GIVE(struct debug_blocks *)
     * Take blocks from one of the allocators and keep them under a number; give
     * them back.  They outlive the caller.  Calls for different numbers run side
     * by side; for one number, one at a time (-EBUSY).
     */
    DEBUG_TAKE,
    DEBUG_GIVE,

    /*
     * DEBUG_CACHE_TEST(struct debug_alloc_test *)    a kmem cache of its own
     * DEBUG_KMALLOC_TEST(struct debug_alloc_test *)  kmalloc, sizes up to size
     * DEBUG_VMALLOC_TEST(struct debug_alloc_test *)  vmalloc, sizes up to size
     * Random allocating and freeing inside the kernel, contents checked.
     */
    DEBUG_CACHE_TEST,
    DEBUG_KMALLOC_TEST,
    DEBUG_VMALLOC_TEST,

    /* DEBUG_CRASH(enum debug_crash): make a mistake that must panic by name. */
    DEBUG_CRASH,

    /* DEBUG_EXIT(status): sync nothing, end the virtual machine with STATUS. */
    DEBUG_EXIT,

    /* DEBUG_VMALLOC_WINDOW(bytes): new areas in the first so many; 0: in all of it. */
    DEBUG_VMALLOC_WINDOW,

    /* DEBUG_ROTATE_IRQS(): after its next interrupt each device's line leads to the next hart. */
    DEBUG_ROTATE_IRQS,

    /*
     * DEBUG_CONTIG_TAKE(struct debug_contig *)
     * DEBUG_CONTIG_GIVE(struct debug_contig *)
     * Take contiguous memory, and write its address to each word; look whether all are
     * still there, and give it back.
     */
    DEBUG_CONTIG_TAKE,
    DEBUG_CONTIG_GIVE,

    /*
     * DEBUG_HOLD_PAGE(addr)   Sleep for DEBUG_HOLD_MS, whatever signals come, with the caller's
     *                         page at ADDR locked,
     * DEBUG_PIN_PAGE(addr)    or for DEBUG_PIN_MS with a reference to it.
     */
    DEBUG_HOLD_PAGE,
    DEBUG_PIN_PAGE,

    /* DEBUG_SHRINK(n): ask the caches for N objects, as a request does for which memory is
     * short.  Returns how many they gave. */
    DEBUG_SHRINK,

    /*
     * DEBUG_HOLD_MAP()                           Do nothing,
     * DEBUG_READ_DYING(struct debug_read *)      or read a word of the caller's memory,
     * after the caller has been killed and DEBUG_DYING_MS more have passed.  HOLD_MAP has the
     * map of the caller's memory locked all the time.
     */
    DEBUG_HOLD_MAP,
    DEBUG_READ_DYING,

    DEBUG_OPS
};

/*
 * Frames by identity.  The sum over all of them is frames_total: a frame is
 * exactly one of these at any time.
 */
enum debug_frame {
    DEBUG_FRAME_FREE,           /* on a buddy list                         */
    DEBUG_FRAME_PCP,            /* free, on a hart's own list, or ready for a table */
    DEBUG_FRAME_RESERVED,       /* kernel image, firmware, device tree     */
    DEBUG_FRAME_KERNEL,         /* alloc_pages, large kmalloc, vmalloc, stacks */
    DEBUG_FRAME_SLAB,
    DEBUG_FRAME_TABLE,          /* page tables                             */
    DEBUG_FRAME_ANON,
    DEBUG_FRAME_FILE,           /* page cache of files                     */
    DEBUG_FRAME_META,           /* page cache of file-system metadata      */
    DEBUG_FRAME_SHMEM,          /* tmpfs, shared anonymous memory          */
    DEBUG_FRAME_OTHER,
    DEBUG_FRAME_KINDS
};

struct debug_counters {
    uint64_t frames[DEBUG_FRAME_KINDS];     /* indexed by enum debug_frame */
    uint64_t frames_total;
    uint64_t objects;           /* live objects of all kmem caches         */
    uint64_t object_bytes;
    uint64_t kmallocs;          /* live kmalloc blocks                     */
    uint64_t vmalloc_areas;
    uint64_t vmalloc_pages;
    uint64_t threads;           /* kernel threads included                 */
    uint64_t processes;         /* zombies included                        */
    uint64_t files;             /* open file descriptions                  */
    uint64_t inodes;            /* in memory                               */
    uint64_t dentries;
    uint64_t kernel_tables;     /* of the kernel's own space: they stay    */
    uint64_t mms;               /* user address spaces                     */
    uint64_t vmas;
    uint64_t page_faults;       /* the rest only ever grow                 */
    uint64_t cow_breaks;
    uint64_t page_allocs;
    uint64_t zone_locks;        /* times the zone lock was taken           */
    uint64_t tlb_flushes;
    uint64_t shootdowns;
    uint64_t context_switches;
    uint64_t disk_reads;        /* requests                                */
    uint64_t disk_writes;
    uint64_t disk_inflight_max; /* most requests in flight at once         */
    uint64_t swap_slots;        /* in use, in all swap areas               */
    uint64_t disk_failures;     /* requests that a disk failed             */
    uint64_t reserved[6];       /* zero                                    */
};

/* What DEBUG_FAIL_NTH makes fail: one of these, or all. */
#define DEBUG_FAIL_PAGE 0x01    /* page allocations, page tables included  */
#define DEBUG_FAIL_SLAB 0x02    /* kmem caches and kmalloc                 */
#define DEBUG_FAIL_VMALLOC 0x04
#define DEBUG_FAIL_UACCESS 0x08 /* copies from and to a user               */
#define DEBUG_FAIL_DISK 0x10    /* disk requests                           */
#define DEBUG_FAIL_ALL 0x1f

struct debug_fail {
    uint32_t sites;             /* DEBUG_FAIL_...                          */
    uint32_t one_in;            /* everybody's: one call in so many; 0 off */
    uint64_t nth;               /* the caller's n-th from now, once; 0 off */
    uint32_t new_stacks;        /* for nth count only calls from where none has failed
                                   under such an order, by all their callers */
    uint32_t forget_stacks;     /* but first forget from where some have   */
    uint64_t left;              /* out: what was left of the last nth      */
    uint64_t stacks;            /* out: from how many places some have failed */
    uint64_t failed;            /* out: failures since the machine was started */
};

struct debug_page {
    uint64_t pfn;
    uint32_t kind;              /* enum debug_frame                        */
    int32_t refcount;
    int32_t mapcount;
    uint32_t flags;             /* DEBUG_PAGE_...                          */
    uint64_t pte;               /* the raw entry, 0 if there is no table   */
};

#define DEBUG_PAGE_PRESENT 0x01
#define DEBUG_PAGE_DIRTY 0x02
#define DEBUG_PAGE_LOCKED 0x04
#define DEBUG_PAGE_WRITEBACK 0x08
#define DEBUG_PAGE_UPTODATE 0x10
#define DEBUG_PAGE_ZERO 0x20    /* the shared zero page                    */
#define DEBUG_PAGE_SWAPPED 0x40

/* How DEBUG_TAKE allocates: one of these.  None reports a failure. */
enum debug_gfp {
    DEBUG_GFP_KERNEL,           /* may reclaim, once                       */
    DEBUG_GFP_ATOMIC,           /* may dip into the reserve                */
    DEBUG_GFP_NOWAIT,           /* neither                                 */
    DEBUG_GFP_USER,             /* movable                                 */
    DEBUG_GFP_DMA32,            /* below 4 GiB, may reclaim once           */
    DEBUG_GFP_MEMALLOC,         /* all of the reserve                      */
    DEBUG_GFP_NOFAIL,           /* waits as long as it takes               */
    DEBUG_GFP_KINDS
};

/* What DEBUG_TAKE takes. */
enum debug_block_kind {
    DEBUG_BLOCK_PAGES,          /* alloc_pages                             */
    DEBUG_BLOCK_OBJECT,         /* of the cache "debug-kept", constructed  */
    DEBUG_BLOCK_KMALLOC,
    DEBUG_BLOCK_VMALLOC,        /* knows no gfp                            */
    DEBUG_BLOCK_KINDS
};

/*
 * SIZE is that of one block: 8 bytes or more; for pages, 2^n of them.  A block
 * is wrong if it is misaligned, if an object does not come as its constructor
 * made it, or if what was written to the block's end is not there any more.
 */
struct debug_blocks {
    uint32_t kind;              /* enum debug_block_kind                   */
    uint32_t gfp;               /* enum debug_gfp                          */
    uint64_t size;              /* bytes; objects: ignored                 */
    uint64_t count;             /* blocks wanted; to give: 0 = all         */
    uint64_t done;              /* out: blocks got or given back           */
    uint64_t wrong;             /* out                                     */
    uint64_t handle;            /* in: 0 = a new one; out: its number, 0
                                   when it keeps nothing                   */
    uint64_t stride;            /* give only those whose place (pages: by frame
                                   number) is a multiple of it; 0 = each   */
    uint64_t spare;             /* to take: blocks to give back at once, when
                                   no more are to be had: for the caller   */
    uint64_t free[2];           /* out: pages free then, DMA32 and above   */
};

struct debug_contig {
    uint64_t npages;
    uint64_t align;             /* pages, a power of two                   */
    uint64_t lines;             /* 0: of the contiguous area; else for a device with so
                                   many address lines (then align does not count) */
    uint64_t pfn;               /* out: the first frame; to give: in       */
    uint64_t wrong;             /* out of give: words that have changed    */
};

/* In shared memory that the caller has touched: he will not live to see it. */
struct debug_read {
    uint64_t addr;
    uint64_t word;              /* out: what is there                      */
    int64_t error;              /* out: 0 or a negated errno               */
    uint64_t done;              /* out: 1                                  */
};

struct debug_alloc_test {
    uint64_t rounds;            /* operations                              */
    uint64_t live_max;          /* blocks kept at once                     */
    uint64_t size;              /* bytes, at most or exactly               */
    uint64_t seed;
    uint64_t failed;            /* out: allocations that returned NULL     */
    uint64_t corrupt;           /* out: blocks whose contents had changed  */
};

enum debug_crash {
    DEBUG_CRASH_PANIC,          /* panic()                                 */
    DEBUG_CRASH_NULL,           /* load from address 0                     */
    DEBUG_CRASH_WRITE_TEXT,
    DEBUG_CRASH_WRITE_RODATA,
    DEBUG_CRASH_EXEC_DATA,
    DEBUG_CRASH_STACK,          /* overflow the kernel stack               */
    DEBUG_CRASH_GUARD,          /* touch the guard page of a vmalloc area  */
    DEBUG_CRASH_DOUBLE_FREE,    /* of a page                               */
    DEBUG_CRASH_DOUBLE_KFREE,
    DEBUG_CRASH_USE_AFTER_FREE, /* caught by poison in debug kernels       */
    DEBUG_CRASH_OVERRUN,        /* red zone, in debug kernels              */
    DEBUG_CRASH_LOCK_ORDER,     /* in debug kernels                        */
    DEBUG_CRASH_LOCK_TWICE,
    DEBUG_CRASH_SLEEP_ATOMIC,
    DEBUG_CRASH_RECLAIM_ALLOC,  /* reclaim that would reclaim; in debug kernels */
    DEBUG_CRASH_KINDS
};

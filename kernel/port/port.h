/* SPDX-License-Identifier: MIT */
/*
 * port.h - what a pure file may ask of the world around it.
 *
 * The kernel's logic (buddy, caches, page tables, VMA sets, parsers) knows the
 * machine only through these verbs.  The kernel answers them in kernel/core;
 * a host test answers them in tests/host/shim.c.  The linker chooses: no pure
 * file contains an #ifdef for it.
 */
#pragma once
#include <stdarg.h>
#include "lib/types.h"

/* Three kinds of address, and the number of a frame. */
typedef uint64_t paddr_t;       /* what the CPU puts on the bus            */
typedef uint64_t vaddr_t;       /* what goes through the MMU               */
typedef uint64_t dma_addr_t;    /* what a device uses                      */
typedef uint64_t pfn_t;         /* a physical address divided by PAGE_SIZE */

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define MAX_HARTS  8

/* Stop the machine (the host: the test) with a message.  Never returns. */
__attribute__((noreturn, format(printf, 1, 2))) void panic(const char *fmt, ...);

/* A kernel mistake, not a user's: the expression is the message. */
#define ASSERT(e)                                                              \
    ((e) ? (void)0 : panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #e))

/* Debug kernels check more: DEBUG_ASSERT costs nothing in a plain one. */
#ifndef PAGODA_DEBUG
#define PAGODA_DEBUG 0
#endif
#define DEBUG_ASSERT(e) (PAGODA_DEBUG ? ASSERT(e) : (void)0)

/* Print one line of diagnosis to the log. */
__attribute__((format(printf, 1, 2))) void printk(const char *fmt, ...);

/*
 * The lock order of the whole kernel, outermost first.  Taking a lock whose
 * rank is not higher than that of every lock already held panics in debug
 * kernels and in host tests.  trylock is exempt: it cannot wait.
 */
enum lock_rank {
    RANK_NONE,
    RANK_ITIMER,            /* sleeping: setting interval timers            */
    RANK_FILE,              /* sleeping: an open file's position            */
    RANK_SYNTH,             /* sleeping: a synthetic file's text            */
    RANK_EPOLL_MEMBERS,     /* sleeping: who is in which epoll set          */
    RANK_EPOLL,             /* sleeping: one epoll set                      */
    RANK_MOUNT,             /* sleeping: the tree of mounts                 */
    RANK_RENAME,            /* sleeping: one per file system                */
    RANK_INODE_DIR,         /* sleeping: a directory                        */
    RANK_INODE,             /* sleeping: an inode below a locked directory  */
    RANK_PIPE,              /* sleeping: a pipe's buffer                    */
    RANK_TTY,               /* sleeping: a terminal's reader and writer     */
    RANK_MM,                /* sleeping: an address space's map             */
    RANK_INVALIDATE,        /* sleeping: truncation against faults          */
    RANK_FS_OP,             /* bracket:  one file-system operation          */
    RANK_DISPLAY_OPEN,      /* sleeping: the first use of a display         */
    RANK_CONTIG,            /* sleeping: who moves pages out of the way     */
    RANK_DISPLAY,           /* sleeping: commands to a display              */
    RANK_DATA_PAGE,         /* sleeping: the lock bit of a data page        */
    RANK_BLOCK_MAP,         /* sleeping: an inode's map of blocks           */
    RANK_META_PAGE,         /* sleeping: the lock bit of a metadata page    */
    RANK_RECLAIM_FS,        /* virtual:  an allocation that may enter a fs  */
    RANK_RECLAIM_IO,        /* virtual:  an allocation that may start I/O   */
    RANK_RECLAIM,           /* virtual:  any allocation that may reclaim    */
    RANK_VMALLOC,           /* spinning from here on: kernel address areas  */
    RANK_ANON_MAKE,         /* an address space's first anonymous page      */
    RANK_RMAP,              /* who maps a page of a file                    */
    RANK_ANON_VMA,          /* who maps an anonymous page                   */
    RANK_ANON_END,          /* the end of an anon_vma                       */
    RANK_PROC,              /* the process tree, groups and states          */
    RANK_SIGHAND,           /* signal actions and queues                    */
    RANK_FILES,             /* a table of file descriptors                  */
    RANK_SOCKETS,           /* who is connected with whom, and their inboxes */
    RANK_USER_COUNT,        /* how much users have                          */
    RANK_DENTRY,            /* name and inode caches, mounts                */
    RANK_PAGE_TABLE,        /* one mm's page table                          */
    RANK_PAGE_TREE,         /* one mapping's pages                          */
    RANK_LRU,               /* lists of evictable pages                     */
    RANK_SWAP_MAP,          /* slots of a swap area                         */
    RANK_BLOCK,             /* a disk's queue                               */
    RANK_CACHES,            /* the list of kmem caches                      */
    RANK_MAGAZINE,          /* one hart's magazines of a kmem cache         */
    RANK_SLAB,              /* a kmem cache's slabs and depot               */
    RANK_HART_PAGES,        /* one hart's lists of free pages               */
    RANK_ZONE,              /* a zone's free lists                          */
    RANK_TIMER_FILE,        /* timers that are files                        */
    RANK_TIMER,             /* a hart's timer queue                         */
    RANK_WAIT,              /* a wait queue                                 */
    RANK_EPOLL_READY,       /* members of epoll sets to look at             */
    RANK_EPOLL_WAIT,        /* who waits for an epoll set                   */
    RANK_RUNQ,              /* a run queue                                  */
    RANK_MMU,               /* ASIDs and shootdown inboxes                  */
    RANK_TRACE,             /* trace ring and counters                      */
    RANK_CONSOLE,           /* nearly the last: anyone may print            */
    RANK_DEVICE,            /* a serial port's rings, interrupt routing     */
    RANK_MAX
};

/*
 * A spinning lock for short sections that never sleep.  Kernel code is not
 * preempted, so a lock that no interrupt handler takes needs nothing else;
 * one that a handler takes must always be taken by the _irqsave pair.
 */
struct spinlock {
    uint32_t locked;        /* 0 free, 1 held                          [a] */
    uint8_t rank;           /* enum lock_rank                          [c] */
    uint8_t hart;           /* holder's hart index + 1; 0 free         [l] */
    const char *name;       /* for messages                            [c] */
};

#define SPINLOCK_INIT(rank_, name_) { .rank = (rank_), .name = (name_) }

void spin_init(struct spinlock *l, enum lock_rank rank, const char *name);
void spin_lock(struct spinlock *l);
void spin_unlock(struct spinlock *l);
bool spin_trylock(struct spinlock *l);

/* Whether the calling hart holds L. */
bool spin_is_mine(const struct spinlock *l);

/* As above with this hart's interrupts off in between; returns the old state. */
uint64_t spin_lock_irqsave(struct spinlock *l);
void spin_unlock_irqrestore(struct spinlock *l, uint64_t flags);

/* Two locks of one rank, in address order.  A and B may be the same lock. */
void spin_lock_pair(struct spinlock *a, struct spinlock *b);
void spin_unlock_pair(struct spinlock *a, struct spinlock *b);

/*
 * Rank book-keeping for what is not a spinlock (mutexes, page locks, the
 * virtual reclaim ranks).  No-ops in plain kernels.
 */
void rank_acquire(enum lock_rank rank, const char *name);
void rank_acquire_pair(enum lock_rank rank, const char *name);  /* same rank allowed */
void rank_try_acquired(enum lock_rank rank, const char *name);  /* no order check     */
void rank_release(enum lock_rank rank, const char *name);

/*
 * Fault injection: true if the operation at SITE must fail this time.  Every
 * allocator, user copy and disk request asks before it does anything.
 */
enum fail_site { FAIL_PAGE, FAIL_SLAB, FAIL_VMALLOC, FAIL_UACCESS, FAIL_DISK, FAIL_SITES };
extern uint32_t port_fail_orders;       /* not 0: somebody has ordered failures [a] */
bool port_decide_failure(enum fail_site site);
static inline bool port_failures_ordered(void)
{
    return __builtin_expect(__atomic_load_n(&port_fail_orders, __ATOMIC_RELAXED) != 0, 0);
}
static inline bool port_should_fail(enum fail_site site)
{
    return port_failures_ordered() && port_decide_failure(site);
}

/* Index of the calling hart, 0 .. MAX_HARTS-1.  Stable until the caller sleeps.
 * Every allocation asks: in the kernel it is one load (core/hart.h checks the
 * offset), with the function behind it for whoever takes its address. */
unsigned port_hart_index(void);
#if defined(__riscv) && !__STDC_HOSTED__
#define PORT_HART_INDEX 48
extern inline __attribute__((gnu_inline)) unsigned port_hart_index(void)
{
    unsigned index;

    __asm__ volatile("lw %0, %1(tp)" : "=r"(index) : "i"(PORT_HART_INDEX));
    return index;
}
#endif

/* Sleeping is forbidden here? (a spinlock is held, or an interrupt is served) */
bool port_in_atomic(void);

/* Random bits for perturbation and hashing: seeded, not secret. */
uint64_t port_random(void);

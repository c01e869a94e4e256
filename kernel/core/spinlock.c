/* SPDX-License-Identifier: MIT */
/*
 * spinlock.c - test-and-set locks, and in debug kernels the order of taking them.
 *
 * A waiter only reads until the lock looks free, so that it does not steal the
 * cache line from the holder.  If its interrupts are off it serves TLB
 * shootdowns meanwhile: the holder may be waiting for just that.
 */
#include "kernel/core/machine.h"
#include "kernel/core/spinlock.h"
#include "kernel/riscv/csr.h"

#define STUCK_SECONDS 60        /* no section is this long, on the slowest host */

static void (*wait_hook)(void);

static const char *const rank_names[RANK_MAX] = {
    [RANK_NONE] = "none", [RANK_RENAME] = "rename", [RANK_INODE_DIR] = "directory",
    [RANK_INODE] = "inode", [RANK_PIPE] = "pipe", [RANK_TTY] = "tty", [RANK_MM] = "mm",
    [RANK_INVALIDATE] = "invalidate", [RANK_FS_OP] = "fs op", [RANK_DATA_PAGE] = "data page",
    [RANK_BLOCK_MAP] = "block map", [RANK_META_PAGE] = "metadata page",
    [RANK_RECLAIM_FS] = "reclaim fs", [RANK_RECLAIM_IO] = "reclaim io",
    [RANK_RECLAIM] = "reclaim",
    [RANK_VMALLOC] = "vmalloc", [RANK_ANON_MAKE] = "anon make", [RANK_RMAP] = "rmap",
    [RANK_ANON_VMA] = "anon vma", [RANK_ANON_END] = "anon end", [RANK_PROC] = "process",
    [RANK_SIGHAND] = "signal", [RANK_FILES] = "files", [RANK_DENTRY] = "dentry",
    [RANK_PAGE_TABLE] = "page table", [RANK_PAGE_TREE] = "page tree", [RANK_LRU] = "lru",
    [RANK_SWAP_MAP] = "swap map", [RANK_BLOCK] = "block", [RANK_SLAB] = "slab",
    [RANK_ZONE] = "zone", [RANK_TIMER] = "timer", [RANK_WAIT] = "wait queue",
    [RANK_EPOLL_MEMBERS] = "epoll members", [RANK_EPOLL] = "epoll",
    [RANK_EPOLL_READY] = "epoll ready", [RANK_EPOLL_WAIT] = "epoll wait",
    [RANK_RUNQ] = "run queue", [RANK_MMU] = "mmu", [RANK_TRACE] = "trace",
    [RANK_CACHES] = "kmem caches", [RANK_MAGAZINE] = "magazine",
    [RANK_HART_PAGES] = "hart pages", [RANK_CONSOLE] = "console", [RANK_DEVICE] = "device",
};

const char *lock_rank_name(enum lock_rank rank)
{
    return rank < RANK_MAX && rank_names[rank] ? rank_names[rank] : "?";
}

void spin_set_wait_hook(void (*hook)(void))
{
    wait_hook = hook;
}

void spin_check_order(enum lock_rank rank, const char *name)
{
    const struct hart *h = this_hart();

    for (unsigned r = rank; r < RANK_MAX; r++) {
        if (h->held_ranks[r])
            panic("lock order: %s (%s) taken while a lock of rank %s is held", name,
                  lock_rank_name(rank), lock_rank_name(r));
    }
}

static void note_acquired(const struct spinlock *l)
{
    struct hart *h = this_hart();

    if (!PAGODA_DEBUG)
        return;
    h->spinlocks++;
    h->held_ranks[l->rank]++;
}

static void note_released(const struct spinlock *l)
{
    struct hart *h = this_hart();

    if (!PAGODA_DEBUG)
        return;
    if (!spin_is_mine(l))
        panic("%s: unlocked by a hart that does not hold it", l->name);
    h->spinlocks--;
    h->held_ranks[l->rank]--;
}

void spin_interrupt_enter(struct held_locks *saved)
{
    struct hart *h = this_hart();

    saved->spinlocks = h->spinlocks;
    h->spinlocks = 0;
    for (unsigned r = 0; r < RANK_MAX; r++) {
        saved->ranks[r] = h->held_ranks[r];
        h->held_ranks[r] = 0;
    }
}

void spin_interrupt_exit(const struct held_locks *saved)
{
    struct hart *h = this_hart();

    if (h->spinlocks)
        panic("an interrupt handler returned with a spinlock held");
    h->spinlocks = saved->spinlocks;
    for (unsigned r = 0; r < RANK_MAX; r++)
        h->held_ranks[r] = saved->ranks[r];
}

void spin_init(struct spinlock *l, enum lock_rank rank, const char *name)
{
    *l = (struct spinlock){ .rank = rank, .name = name };
}

bool spin_is_mine(const struct spinlock *l)
{
    return __atomic_load_n(&l->hart, __ATOMIC_RELAXED) == this_hart()->index + 1;
}

static inline bool try_take(struct spinlock *l)
{
    return !__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE);
}

static inline void record(struct spinlock *l)
{
    __atomic_store_n(&l->hart, this_hart()->index + 1, __ATOMIC_RELAXED);
}

void spin_lock_contended(struct spinlock *l)
{
    uint64_t start = time_read();

    do {
        while (__atomic_load_n(&l->locked, __ATOMIC_RELAXED)) {
            cpu_pause();
            if (wait_hook && !interrupts_are_on())
                wait_hook();
            if (PAGODA_DEBUG && time_read() - start > STUCK_SECONDS * machine.timebase)
                panic("%s: not free for %u s, held by hart %u", l->name, STUCK_SECONDS,
                      l->hart - 1u);
        }
    } while (!try_take(l));
}

static __attribute__((noinline)) void wait_and_take(struct spinlock *l)
{
    if (spin_is_mine(l))
        panic("%s: locked twice by the same hart", l->name);
    spin_lock_contended(l);
    record(l);
}

static inline void take(struct spinlock *l)
{
    if (try_take(l))
        record(l);
    else
        wait_and_take(l);
    note_acquired(l);
}

void spin_lock(struct spinlock *l)
{
    if (PAGODA_DEBUG)
        spin_check_order(l->rank, l->name);
    take(l);
}

bool spin_trylock(struct spinlock *l)
{
    if (!try_take(l))
        return false;
    record(l);
    note_acquired(l);
    return true;
}

void spin_unlock(struct spinlock *l)
{
    note_released(l);
    __atomic_store_n(&l->hart, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
}

uint64_t spin_lock_irqsave(struct spinlock *l)
{
    uint64_t flags = interrupts_save();

    spin_lock(l);
    return flags;
}

void spin_unlock_irqrestore(struct spinlock *l, uint64_t flags)
{
    spin_unlock(l);
    interrupts_restore(flags);
}

void spin_lock_pair(struct spinlock *a, struct spinlock *b)
{
    spin_lock(a < b ? a : b);
    if (a != b)
        take(a < b ? b : a);
}

void spin_unlock_pair(struct spinlock *a, struct spinlock *b)
{
    if (a != b)
        spin_unlock(b);
    spin_unlock(a);
}

bool port_in_atomic(void)
{
    const struct hart *h = this_hart();

    return h->irq_depth > 0 || h->spinlocks > 0;
}

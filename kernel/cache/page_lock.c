/* SPDX-License-Identifier: MIT */
/*
 * page_lock.c - the lock bit of a page, and waiting for its I/O.
 *
 * A page has no room for a wait queue, so all pages share a few, chosen by
 * address.  PG_WAITERS says that somebody sleeps for this page: whoever clears
 * PG_LOCKED or PG_WRITEBACK takes it off in the same atomic operation and wakes them
 * all; those who must go on waiting set it again.  Setting it comes after
 * joining the queue and before the last look at the bit, so no wake-up is lost.
 *
 * The lock may be taken by a thread and released by the interrupt that ends the
 * I/O.  Ranks are kept for threads: a page that is locked because it is new has none,
 * until a thread takes it over (page_lock_take_over) or it is unlocked without one
 * (page_unlock_handed_over).
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/sched/pressure.h"
#include "lib/hash.h"

#define PAGE_WAIT_QUEUES 64

static struct wait_queue page_queues[PAGE_WAIT_QUEUES];

static struct wait_queue *queue_of(const struct page *page)
{
    return &page_queues[hash_mix64((uintptr_t)page) % PAGE_WAIT_QUEUES];
}

static enum lock_rank rank_of(const struct page *page)
{
    return page_test(page, PG_METADATA) ? RANK_META_PAGE : RANK_DATA_PAGE;
}

/* The rank is asked for in debug kernels only: a lock costs a few instructions. */
static void note_locked(const struct page *page)
{
    if (PAGODA_DEBUG)
        rank_acquire(rank_of(page), "page");
}

static void note_unlocked(const struct page *page)
{
    if (PAGODA_DEBUG)
        rank_release(rank_of(page), "page");
}

/* Clear F and wake those who wait.  The page may go as soon as F is clear: nothing of
 * it is touched after that. */
static inline void clear_and_wake(struct page *page, enum page_flag f)
{
    uint32_t clear = 1u << f | 1u << PG_WAITERS;

    if (__atomic_fetch_and(&page->flags, ~clear, __ATOMIC_ACQ_REL) & (1u << PG_WAITERS))
        wake_up_all(queue_of(page));
}

/* PAGE, locked, is being read: who waits for it waits for a disk, and, if it was evicted to
 * swap, for want of memory. */
struct stall {
    bool io, memory;
};

static struct stall begin_stall(const struct page *page)
{
    bool is_read = !page_is_uptodate(page);
    struct stall s;

    s.memory = is_read && page_test(page, PG_SWAPCACHE) && pressure_enter(PRESSURE_MEMORY);
    s.io = is_read && pressure_enter(PRESSURE_IO);
    return s;
}

static void end_stall(struct stall s)
{
    pressure_leave(PRESSURE_IO, s.io);
    pressure_leave(PRESSURE_MEMORY, s.memory);
}

static void lock_slowly(struct page *page)
{
    struct wait_queue *wq = queue_of(page);
    struct stall stall = begin_stall(page);
    bool was_locked;

    do {
        struct waiter w = { 0 };

        wait_begin(wq, &w, THREAD_BLOCKED);
        page_set(page, PG_WAITERS);
        was_locked = page_test_and_set(page, PG_LOCKED);
        if (was_locked)
            schedule();
        wait_end(wq, &w);
    } while (was_locked);
    end_stall(stall);
}

void page_lock(struct page *page)
{
    note_locked(page);
    if (page_test_and_set(page, PG_LOCKED))
        lock_slowly(page);
}

bool page_trylock(struct page *page)
{
    if (page_test_and_set(page, PG_LOCKED))
        return false;
    rank_try_acquired(rank_of(page), "page");
    return true;
}

void page_unlock(struct page *page)
{
    ASSERT(page_is_locked(page));
    note_unlocked(page);
    clear_and_wake(page, PG_LOCKED);
}

void page_lock_take_over(struct page *page)
{
    rank_try_acquired(rank_of(page), "page");
}

void page_unlock_handed_over(struct page *page)
{
    ASSERT(page_is_locked(page));
    clear_and_wake(page, PG_LOCKED);
}

void page_wait_writeback(struct page *page)
{
    struct wait_queue *wq = queue_of(page);
    bool began;

    if (!page_test(page, PG_WRITEBACK))
        return;
    began = pressure_enter(PRESSURE_IO);
    while (page_test(page, PG_WRITEBACK)) {
        struct waiter w = { 0 };

        wait_begin(wq, &w, THREAD_BLOCKED);
        page_set(page, PG_WAITERS);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (page_test(page, PG_WRITEBACK))
            schedule();
        wait_end(wq, &w);
        /* We may have set it after the last wake-up: it must not outlive us. */
        if (page_test_and_clear(page, PG_WAITERS))
            wake_up_all(wq);
    }
    pressure_leave(PRESSURE_IO, began);
}

void page_end_writeback_bit(struct page *page)
{
    clear_and_wake(page, PG_WRITEBACK);
}

void page_lock_init(void)
{
    for (size_t i = 0; i < PAGE_WAIT_QUEUES; i++)
        wait_queue_init(&page_queues[i]);
}

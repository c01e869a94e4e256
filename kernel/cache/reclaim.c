/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - memory from caches.
 *
 * The allocator calls wake() when a zone falls below its low mark: the pager then
 * works until there is some distance to it again, so that few allocations find
 * nothing and must reclaim themselves.  Those that must take the same steps.
 *
 * Order: pages of the cache first, since most of them will never be missed; then
 * names and inodes, whose loss costs a directory lookup; slabs along with them.
 */
#include "kernel/cache/reclaim.h"
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "kernel/sched/thread.h"
#include "lib/bitops.h"

/* Pages the pager asks for at once: enough to be worth a scan, few enough to stop. */
#define PAGER_BATCH 64
/* The pager's aim above the low marks: 1/128 of memory, at least a batch. */
#define PAGER_SHARE 128
/* How long a request that must not fail sleeps before it looks again. */
#define NOFAIL_PAUSE 1000000UL      /* ns */

static struct wait_queue pager_queue;
static uint32_t pager_wanted;           /* [a] */

static size_t reclaim_caches(gfp_t gfp, size_t npages)
{
    size_t freed = page_cache_reclaim(npages, gfp);

    if (freed < npages)
        freed += shrink_all(npages - freed, gfp);
    return freed;
}

static size_t reclaim(gfp_t gfp, unsigned order, size_t npages)
{
    size_t freed = reclaim_caches(gfp, npages);

    (void)order;
    count_vm_events(VM_PGSTEAL_DIRECT, freed);
    return freed;
}

static void wake(void)
{
    __atomic_store_n(&pager_wanted, 1, __ATOMIC_RELEASE);
    wake_up_all(&pager_queue);
}

/*
 * Nothing could be freed.  What is dirty now will be clean soon.  A request that
 * must not fail comes back at once: it has to let those run who may give something.
 */
static bool out_of_memory(gfp_t gfp, unsigned order)
{
    bool retry = false;

    (void)order;
    if ((gfp & __GFP_IO) && nr_dirty_pages() + nr_writeback_pages() != 0) {
        writeback_wake(nr_dirty_pages());
        writeback_wait_progress();
        retry = true;
    }
    /* The flusher does not wait for itself, so it must let others run here. */
    if (gfp & __GFP_NOFAIL)
        thread_sleep_ns(NOFAIL_PAUSE, false, NULL);
    return retry;
}

static const struct reclaim_ops ops = {
    .reclaim = reclaim,
    .wake = wake,
    .out_of_memory = out_of_memory,
};

static size_t pager_aim(void)
{
    return max_u64(nr_managed_pages() / PAGER_SHARE, PAGER_BATCH);
}

static void pager(void *arg)
{
    (void)arg;
    for (;;) {
        wait_event_interruptible(&pager_queue, __atomic_load_n(&pager_wanted, __ATOMIC_ACQUIRE));
        __atomic_store_n(&pager_wanted, 0, __ATOMIC_RELAXED);
        count_vm_event(VM_PAGEOUTRUN);
        while (nr_available_pages() < pager_aim()) {
            size_t freed = reclaim_caches(GFP_KERNEL | __GFP_MEMALLOC, PAGER_BATCH);

            count_vm_events(VM_PGSTEAL_KSWAPD, freed);
            if (freed == 0)
                break;
            cond_resched();
        }
    }
}

void reclaim_init(void)
{
    wait_queue_init(&pager_queue);
    if (kthread_run(pager, NULL, "kswapd") != 0)
        panic("no memory for the pager");
    page_alloc_set_reclaim(&ops);
}

/* SPDX-License-Identifier: MIT */
/*
 * oom.c - memory has run out: who waits, who fails, and who dies.
 *
 * Asked by an allocation for which reclaim has found nothing, in this order:
 *
 *   1. there is memory again                  try again
 *   2. a request that may not kill            wait a while for those that may, then fail
 *      or has not tried everything            wait a while for those that have, then go on
 *   3. there is a leader                      sleep until memory comes
 *   4. be the leader: unless memory is to come, choose, report and kill; wait for it
 *
 * Those that may not kill: one for memory below 4 GiB, as in Linux, would do so without need
 * where other memory is what processes have; and if there is memory, only not in one piece, the
 * victim's would be in pieces, too.  Few requests cannot do with pieces (mm/kvmalloc.h).
 *
 * A request that may not reclaim into file systems or start I/O (GFP_NOFS, GFP_NOIO) has not
 * tried everything.  While it waits the pager does, and whoever else finds nothing then may
 * kill.  It must not fail while there is a victim: the system calls behind it would say
 * ENOMEM.  (Linux has it wait for ever, for somebody else to kill.)  To lead with locks held
 * is safe: nobody has to take them for memory to come, since the reaper needs none of them.
 *
 * The leader kills for all who wait, as often as it takes; a thousand processes of a fork bomb
 * do not look for memory each for itself.  Whoever stops leading wakes somebody: while anybody
 * waits there is a leader, or one on the way to become it.
 */
#include "kernel/cache/swap.h"
#include "kernel/core/counters.h"
#include "kernel/mm/zone.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/oom.h"

/* How often the leader looks whether memory has come; a victim that runs is gone in less. */
#define LOOK_EVERY 4000000UL        /* ns */
/* How often it does before it tries for itself and lets somebody else lead. */
#define LED_FOR 8
/* How long others sleep at most: they are woken when memory comes, but nobody promises. */
#define SLEEP_AT_MOST 1000000000UL  /* ns */
/* How often a request looks in step 2: 100 ms, in which the pager has gone through all pages
 * and caches, and anybody's page fault has come to step 4. */
#define PATIENCE 25
/* Address spaces come and go all the time: the leader waits for them this often. */
#define PATIENCE_FOR_EXITS 4
/* How many are woken when an address space has gone.  A process takes about as many pages to be
 * made as it gives back, so two get on better than all. */
#define WOKEN 2

unsigned panic_on_oom, oom_kill_allocating_task, oom_dump_tasks = 1;

static const struct oom_ops *ops;
static uint32_t nr_leaving;         /* address spaces LIFE_LEAVING           [a] */
static uint32_t nr_unmapping;       /* without users, being taken apart      [a] */
static uint32_t is_led;             /* there is one who does step 4          [a] */
static struct oom_choice choice;    /* his: too large for a stack                */
static struct wait_queue waiters = WAIT_QUEUE_INIT(waiters);

void oom_set_ops(const struct oom_ops *o)
{
    ops = o;
}

/* ---- what is waited for -------------------------------------------------------------------- */

void oom_expect(struct mm *mm, int pid, const char *name)
{
    uint32_t normal = LIFE_NORMAL;

    if (!__atomic_compare_exchange_n(&mm->life, &normal, LIFE_LEAVING, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        return;
    __atomic_fetch_add(&nr_leaving, 1, __ATOMIC_RELAXED);
    oom_reaper_take(mm, pid, name);
}

static void wake_some(unsigned n)
{
    while (n-- && !wait_queue_is_empty(&waiters))
        wake_up_one(&waiters);
}

void oom_gone(struct mm *mm)
{
    uint32_t leaving = LIFE_LEAVING;

    if (!__atomic_compare_exchange_n(&mm->life, &leaving, LIFE_GONE, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        return;
    __atomic_fetch_sub(&nr_leaving, 1, __ATOMIC_RELEASE);
    wake_some(WOKEN);
}

void oom_unmap_begin(struct mm *mm)
{
    __atomic_fetch_add(&nr_unmapping, 1, __ATOMIC_RELAXED);
    if (__atomic_load_n(&mm->life, __ATOMIC_ACQUIRE) == LIFE_NORMAL)
        return;
    rwsem_write_lock(&mm->lock);            /* the reaper may be at work */
    oom_gone(mm);
    rwsem_write_unlock(&mm->lock);
}

void oom_unmap_end(void)
{
    __atomic_fetch_sub(&nr_unmapping, 1, __ATOMIC_RELEASE);
    wake_some(WOKEN);
}

static bool is_coming(unsigned attempt)
{
    return __atomic_load_n(&nr_leaving, __ATOMIC_ACQUIRE)
           || (attempt < PATIENCE_FOR_EXITS && __atomic_load_n(&nr_unmapping, __ATOMIC_ACQUIRE));
}

static bool is_killed(void)
{
    return current_mm() && fault_is_killed();
}

/* Until somebody wakes us, for NS at most.  Only death ends it early. */
static void wait_a_moment(uint64_t ns, bool exclusive)
{
    struct waiter w = { .exclusive = exclusive };

    wait_begin(&waiters, &w, THREAD_SLEEPING);
    if (!is_killed())
        schedule_until(clock_monotonic_ns() + ns);
    wait_end(&waiters, &w);
}

bool oom_may_use_reserve(void)
{
    const struct mm *mm = current_mm();

    return mm && __atomic_load_n(&mm->life, __ATOMIC_RELAXED) != LIFE_NORMAL;
}

/* ---- killing ------------------------------------------------------------------------------- */

size_t oom_total_pages(void)
{
    return nr_managed_pages() + nr_swap_pages();
}

static bool may_kill(gfp_t gfp, unsigned attempt)
{
    bool has_tried_all = (gfp & __GFP_FS) && (gfp & __GFP_IO);

    if (!ops || ((gfp & __GFP_DMA32) && zones[ZONE_NORMAL].managed))
        return false;
    return has_tried_all || attempt >= PATIENCE;
}

/* False: there is nobody to kill. */
static bool choose_and_kill(gfp_t gfp, unsigned order)
{
    struct process *victim;

    choice = (struct oom_choice){ .total = oom_total_pages() };
    victim = ops->choose(&choice, oom_kill_allocating_task);
    if (choice.waits && !victim)
        return true;
    oom_report(gfp, order, &choice);
    if (panic_on_oom)
        panic("out of memory, and panic_on_oom is set");
    if (!victim)
        return false;
    count_vm_event(VM_OOM_KILL);        /* first: whoever sees the victim dead may look */
    ops->kill(victim);
    oom_report_kill(&choice.victim);
    return true;
}

bool oom_is_led(void)
{
    return __atomic_load_n(&is_led, __ATOMIC_RELAXED);
}

/* Step 4.  False: there is nobody to kill. */
static bool lead(gfp_t gfp, unsigned order)
{
    bool worth = true;

    for (unsigned i = 0; worth && i < LED_FOR && !is_killed(); i++) {
        bool coming = is_coming(i);

        /* In this order: what is not to come any more may be there. */
        if (page_alloc_is_above(gfp, MARK_MIN))
            break;
        if (!coming)
            worth = choose_and_kill(gfp, order);
        wait_a_moment(LOOK_EVERY, false);
    }
    __atomic_store_n(&is_led, 0, __ATOMIC_RELEASE);
    wake_some(1);
    return worth;
}

static bool handle(gfp_t gfp, unsigned order, unsigned attempt)
{
    bool is_there = page_alloc_is_above(gfp, MARK_MIN);

    if (is_there && order == 0)
        return true;
    if (is_there || !may_kill(gfp, attempt)) {
        wait_a_moment(LOOK_EVERY, false);
        return attempt < PATIENCE;
    }
    if (!__atomic_exchange_n(&is_led, 1, __ATOMIC_ACQUIRE))
        return lead(gfp, order);
    wait_a_moment(SLEEP_AT_MOST, true);
    return true;
}

bool oom_handle(gfp_t gfp, unsigned order, unsigned attempt)
{
    if (is_killed()) {
        ops->expect_own();
        if (oom_may_use_reserve())
            return true;
    }
    return handle(gfp, order, attempt);
}

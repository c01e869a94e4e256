/* SPDX-License-Identifier: MIT */
/*
 * oom_reaper.c - take a dying process's memory without waiting for it to die.
 *
 * A victim may sleep where no signal wakes it, for a page that is being read or a lock whose
 * holder itself waits for memory.  What is private to it goes all the same: nobody will use
 * it again.  The map lock is only tried for: its holder may be who waits.
 *
 * Against the victim's own end: the reaper holds a reference on the structure, not a user,
 * and works under the map lock while the address space is LIFE_LEAVING; mm_put changes that
 * under the map lock before it takes the VMAs apart.
 */
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/vm/oom.h"
#include "kernel/vm/zap.h"
#include "lib/strutil.h"

#define ATTEMPTS 20             /* for a map lock that is held: 200 ms, then somebody else dies */
#define PAUSE 10000000UL        /* ns */

/* Taken under proc_lock, so with interrupts off. */
static struct spinlock lock = SPINLOCK_INIT(RANK_LRU, "oom victims");
static struct list victims = LIST_INIT(victims);                /* [l] */
static struct wait_queue reaper_queue = WAIT_QUEUE_INIT(reaper_queue);
static unsigned held;           /* victims' structures: added to and taken from atomically */
static struct wait_queue rest_queue = WAIT_QUEUE_INIT(rest_queue);

void oom_reaper_take(struct mm *mm, int pid, const char *name)
{
    uint64_t flags;

    mmu_context_get(&mm->ctx);
    __atomic_fetch_add(&held, 1, __ATOMIC_RELAXED);
    mm->reap_pid = pid;
    strlcpy(mm->reap_name, name, sizeof(mm->reap_name));
    flags = spin_lock_irqsave(&lock);
    list_insert_tail(&victims, &mm->reap_link);
    spin_unlock_irqrestore(&lock, flags);
    wake_up_all(&reaper_queue);
}

/* What goes with its only owner.  Shared memory stays: others may have it, or its file. */
static bool is_private(const struct vma *vma)
{
    return !(vma->flags & (VM_SHARED | VM_PFNMAP | VM_SPECIAL));
}

/* The map lock is held. */
static void take_pages(struct mm *mm)
{
    struct vma *vma;

    spin_lock(&mm->pt_lock);
    mm->unstable = true;
    spin_unlock(&mm->pt_lock);
    list_for_each_entry(vma, &mm->vmas.list, link) {
        if (is_private(vma))
            zap_range(mm, vma->start, vma->end);
        cond_resched();
    }
}

/* One attempt; false: somebody has the map lock. */
static bool try_to_reap(struct mm *mm)
{
    if (!rwsem_read_trylock(&mm->lock))
        return false;
    if (__atomic_load_n(&mm->life, __ATOMIC_RELAXED) == LIFE_LEAVING) {
        take_pages(mm);
        oom_report_reaped(mm);
    }
    rwsem_read_unlock(&mm->lock);
    return true;
}

static void reap(struct mm *mm)
{
    unsigned n = 1;

    while (!try_to_reap(mm) && n++ < ATTEMPTS)
        thread_sleep_ns(PAUSE, false, NULL);
    if (n > ATTEMPTS)
        oom_report_not_reaped(mm);
    oom_gone(mm);
    mmu_context_put(&mm->ctx);
    if (__atomic_sub_fetch(&held, 1, __ATOMIC_RELEASE) == 0)
        wake_up_all(&rest_queue);
}

void oom_reaper_rest(void)
{
    wait_event(&rest_queue, __atomic_load_n(&held, __ATOMIC_ACQUIRE) == 0);
}

static struct mm *next_victim(void)
{
    uint64_t flags = spin_lock_irqsave(&lock);
    struct list *link = list_pop_head(&victims);

    spin_unlock_irqrestore(&lock, flags);
    return link ? list_entry(link, struct mm, reap_link) : NULL;
}

static void reaper(void *arg)
{
    struct mm *mm;

    (void)arg;
    for (;;) {
        wait_event_interruptible(&reaper_queue, (mm = next_victim()) != NULL);
        reap(mm);
    }
}

void oom_reaper_init(void)
{
    if (kthread_run(reaper, NULL, "oom_reaper") != 0)
        panic("no memory for the oom reaper");
}

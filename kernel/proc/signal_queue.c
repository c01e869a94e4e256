/* SPDX-License-Identifier: MIT */
/*
 * signal_queue.c - the signals that wait for a task or a process.
 *
 * A set of bits says which signals are pending; a list has what is known of them: at most one
 * record of a standard signal, one for each that was sent of a real-time one.
 */
#include "kernel/mm/slab.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define FAULTS (BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGFPE))

static struct kmem_cache *queued_cache;

/* Records.  Under proc_lock none is allocated or freed: an interrupt handler that waits
 * for proc_lock may have interrupted the allocator.  So there is always a stock. */

#define STOCK 16

static struct list stock = LIST_INIT(stock);    /* struct queued_signal    [proc_lock] */
static size_t nstock;                           /*                         [proc_lock] */

static void put_record(struct queued_signal *s)
{
    list_insert_head(&stock, &s->link);
    nstock++;
}

static struct queued_signal *take_record(void)
{
    struct queued_signal *s;

    if (!nstock)
        return NULL;
    s = list_first_entry(&stock, struct queued_signal, link);
    list_remove(&s->link);
    nstock--;
    return s;
}

static bool add_to_stock(gfp_t gfp)
{
    struct queued_signal *s = kmem_cache_alloc(queued_cache, gfp);
    uint64_t flags;

    if (!s)
        return false;
    flags = spin_lock_irqsave(&proc_lock);
    put_record(s);
    spin_unlock_irqrestore(&proc_lock, flags);
    return true;
}

static void remove_from_stock(void)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct queued_signal *s = take_record();

    spin_unlock_irqrestore(&proc_lock, flags);
    if (s)
        kmem_cache_free(queued_cache, s);
}

static __attribute__((noinline)) void fill_stock(size_t n, gfp_t gfp)
{
    while (__atomic_load_n(&nstock, __ATOMIC_RELAXED) > n)
        remove_from_stock();
    while (__atomic_load_n(&nstock, __ATOMIC_RELAXED) < n)
        if (!add_to_stock(gfp))
            return;
}

void signal_drain(void)
{
    while (__atomic_load_n(&nstock, __ATOMIC_RELAXED) > 0)
        remove_from_stock();
}

void signal_prepare(void)
{
    if (__atomic_load_n(&nstock, __ATOMIC_RELAXED) != STOCK)
        fill_stock(STOCK, GFP_KERNEL);
}

void signal_prepare_many(size_t n)
{
    signal_prepare();
    if (n > STOCK)
        fill_stock(n, GFP_NOWAIT | __GFP_NOWARN);
}

/* The records of timers */

struct queued_signal *signal_record_create(void)
{
    return kmem_cache_alloc(queued_cache, GFP_KERNEL | __GFP_ZERO);
}

void signal_record_destroy(struct queued_signal *s)
{
    kmem_cache_free(queued_cache, s);
}

void signal_record_release_locked(struct queued_signal *s)
{
    s->timer = NULL;
    if (s->queue)
        s->queue->ninfos++;             /* as one of the stock from now on */
    else
        put_record(s);
}

void signal_enqueue_record(struct signal_queue *q, struct queued_signal *s)
{
    if (s->queue) {
        s->info.si_overrun++;
        return;
    }
    s->queue = q;
    list_insert_tail(&q->infos, &s->link);
    q->set |= BIT(s->info.si_signo);
}

/* Queues */

/* S leaves Q.  INFO is what a program is told, NULL: nothing. */
static void release_info(struct signal_queue *q, struct queued_signal *s, struct siginfo *info)
{
    list_remove(&s->link);
    if (s->timer) {
        s->queue = NULL;
        s->info.si_overrun = 0;
        posix_timer_taken(s->timer, info);
    } else {
        q->ninfos--;
        put_record(s);
    }
}

void signal_queue_flush(struct signal_queue *q)
{
    struct queued_signal *s, *next;
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    list_for_each_entry_safe(s, next, &q->infos, link)
        release_info(q, s, NULL);
    q->set = 0;
    spin_unlock_irqrestore(&proc_lock, flags);
}

void signal_queue_remove(struct signal_queue *q, uint64_t set)
{
    struct queued_signal *s, *next;

    if (!(q->set & set))
        return;
    q->set &= ~set;
    list_for_each_entry_safe(s, next, &q->infos, link)
        if (set & BIT(s->info.si_signo))
            release_info(q, s, NULL);
}

void signal_queue_forget_timers(struct signal_queue *q)
{
    struct queued_signal *s, *next;
    uint64_t gone = 0, kept = 0;

    list_for_each_entry_safe(s, next, &q->infos, link)
        if (s->info.si_code == SI_TIMER) {
            gone |= BIT(s->info.si_signo);
            release_info(q, s, NULL);
        } else {
            kept |= BIT(s->info.si_signo);
        }
    q->set &= ~gone | kept;
}

/* Of what the kernel and kill(2) say there is one each at most, and no limit: what is said of a
 * fault is not to be lost. */
static bool is_unlimited(int sig, const struct siginfo *info)
{
    return sig < SIGRTMIN && info->si_code >= SI_USER;
}

int signal_enqueue(struct process *p, struct signal_queue *q, int sig, const struct siginfo *info)
{
    bool real_time = sig >= SIGRTMIN;
    struct queued_signal *s = NULL;

    DEBUG_ASSERT(!info || info->si_signo == sig);
    if (!real_time && (q->set & BIT(sig)))
        return 0;
    if (info && (is_unlimited(sig, info)
                 || q->ninfos + p->nposix_timers < p->rlimits[RLIMIT_SIGPENDING].rlim_cur))
        s = take_record();
    if (!s && info && real_time && info->si_code != SI_USER)
        return -EAGAIN;
    if (s) {
        s->timer = NULL;
        info_copy(&s->info, info);
        list_insert_tail(&q->infos, &s->link);
        q->ninfos++;
    }
    q->set |= BIT(sig);
    return 0;
}

/* Take SIG off Q, with its INFO or one made up. */
static void dequeue(struct signal_queue *q, int sig, struct siginfo *info)
{
    struct queued_signal *s, *found = NULL;
    bool more = false;

    list_for_each_entry(s, &q->infos, link) {
        if (s->info.si_signo != sig)
            continue;
        if (found) {
            more = true;
            break;
        }
        found = s;
    }
    if (!more)
        q->set &= ~BIT(sig);
    memset(info, 0, sizeof(*info));
    if (found) {
        info_copy(info, &found->info);
        release_info(q, found, info);
        return;
    }
    info->si_signo = sig;
    info->si_code = SI_KERNEL;
}

/* The one of SET to be delivered first.  A fault comes before what has a lower number: in its
 * frame must be the place of the fault, not the beginning of another handler. */
static int first_of(uint64_t set)
{
    if (set & UNBLOCKABLE)
        set &= UNBLOCKABLE;
    else if (set & FAULTS)
        set &= FAULTS;
    return (int)ctz64(set) + 1;
}

int signal_dequeue_locked(struct task *t, uint64_t wanted, struct siginfo *info)
{
    struct signal_queue *queues[] = { &t->pending, &t->process->pending };

    for (size_t i = 0; i < ARRAY_SIZE(queues); i++) {
        uint64_t set = queues[i]->set & wanted;

        if (set) {
            int sig = first_of(set);

            dequeue(queues[i], sig, info);
            return sig;
        }
    }
    return 0;
}

void signal_queue_init(void)
{
    queued_cache = kmem_cache_create("sigqueue", sizeof(struct queued_signal), 0, 0, NULL);
    if (!queued_cache)
        panic("signal: no memory for a cache");
}

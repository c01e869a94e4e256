/* SPDX-License-Identifier: MIT */
/*
 * poll.c - wait until one of several files is ready.
 *
 * The first pass asks every file and subscribes to each queue it names; a wake-up
 * of any of them only notes that and wakes the thread, which then asks all files
 * again.  Subscriptions last until the end, so that nothing is lost between two
 * passes.
 */
#include "kernel/fs/poll.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"

#define SUBS_INLINE 6       /* enough for a shell and its terminal             */
#define SUBS_PER_CHUNK 60

struct subscription {
    struct waiter waiter;
    struct wait_queue *wq;
    struct poll_set *set;
};

struct chunk {
    struct chunk *next;
    size_t n;
    struct subscription subs[SUBS_PER_CHUNK];
};

struct poll_set {
    struct poll_table table;
    struct thread *thread;
    uint32_t triggered;                 /* [a] */
    bool no_memory;
    size_t n;
    struct subscription subs[SUBS_INLINE];
    struct chunk *chunks;
};

/* A queue was woken.  Any context, the queue is locked. */
static void notify(struct waiter *w)
{
    struct subscription *sub = container_of(w, struct subscription, waiter);

    __atomic_store_n(&sub->set->triggered, 1, __ATOMIC_SEQ_CST);
    thread_wake(sub->set->thread);
}

static struct subscription *new_subscription(struct poll_set *set)
{
    struct chunk *c = set->chunks;

    if (set->n < SUBS_INLINE)
        return &set->subs[set->n++];
    if (!c || c->n == SUBS_PER_CHUNK) {
        c = kmalloc(sizeof(*c), GFP_KERNEL);
        if (!c)
            return NULL;
        c->next = set->chunks;
        c->n = 0;
        set->chunks = c;
    }
    return &c->subs[c->n++];
}

static void subscribe(struct poll_table *pt, struct wait_queue *wq)
{
    struct poll_set *set = container_of(pt, struct poll_set, table);
    struct subscription *sub = new_subscription(set);

    if (!sub) {
        set->no_memory = true;
        return;
    }
    *sub = (struct subscription){ .waiter.notify = notify, .wq = wq, .set = set };
    wait_subscribe(wq, &sub->waiter);
}

static void unsubscribe_all(struct poll_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        wait_unsubscribe(set->subs[i].wq, &set->subs[i].waiter);
    while (set->chunks) {
        struct chunk *c = set->chunks;

        for (size_t i = 0; i < c->n; i++)
            wait_unsubscribe(c->subs[i].wq, &c->subs[i].waiter);
        set->chunks = c->next;
        kfree(c);
    }
}

/* Ask every file; how many have something to report. */
static int ask_all(struct poll_entry *entries, size_t n, struct poll_table *pt)
{
    int ready = 0;

    for (size_t i = 0; i < n; i++) {
        struct poll_entry *e = &entries[i];

        if (!e->file)
            continue;
        e->revents = e->file->ops->poll(e->file, pt) & e->events;
        if (e->revents) {
            ready++;
            /* It will not come to sleeping: no more subscriptions. */
            pt = NULL;
        }
    }
    return ready;
}

/* Sleep until a queue was woken.  0, -EINTR, or 1: the time is over. */
static int sleep_until_triggered(struct poll_set *set, uint64_t deadline)
{
    bool in_time = true;

    thread_set_state(THREAD_SLEEPING);
    if (!__atomic_load_n(&set->triggered, __ATOMIC_SEQ_CST) && !thread_signal_pending())
        in_time = schedule_until(deadline);
    thread_set_state(THREAD_RUNNABLE);
    if (__atomic_exchange_n(&set->triggered, 0, __ATOMIC_SEQ_CST))
        return 0;
    if (thread_signal_pending())
        return -EINTR;
    return !in_time;
}

int poll_wait_files(struct poll_entry *entries, size_t n, uint64_t deadline)
{
    struct poll_set set = { .table.wait = subscribe, .thread = current };
    int ready = ask_all(entries, n, deadline ? &set.table : NULL);
    int slept = 0;

    while (ready == 0 && slept == 0 && deadline != 0 && !set.no_memory) {
        slept = sleep_until_triggered(&set, deadline);
        ready = ask_all(entries, n, NULL);
    }
    unsubscribe_all(&set);
    if (ready > 0)
        return ready;
    if (set.no_memory)
        return -ENOMEM;
    return slept < 0 ? slept : 0;
}

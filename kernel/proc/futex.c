/* SPDX-License-Identifier: MIT */
/*
 * futex.c - sleep on a word of user memory until somebody wakes it.
 *
 * A word is known by where it lives, never by its frame: (mm, address) for a
 * private one, (mapping, byte offset) for one in a shared mapping.  A mapping is
 * known by a number: it may end while somebody waits, and another one have its
 * address.  The value is compared under the bucket's lock, and a waker takes the
 * same lock, so a change followed by a wake cannot slip in between.
 *
 * The comparison must not fault while the lock is held: it copies without
 * faulting, and if that stops short, drops the lock, faults the page in and
 * starts again.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/futex.h"
#include "lib/bitops.h"
#include "lib/hash.h"

#define BUCKETS 64

struct bucket;

struct futex_key {
    uint64_t owner;                 /* mm's address, or mapping's number */
    uint64_t offset;                /* address, or byte in the object */
};

struct futex_waiter {
    struct list link;               /* in its bucket; self-linked when woken   */
    struct bucket *bucket;          /* a requeue changes it under both locks [a] */
    struct futex_key key;
    struct thread *thread;
    uint32_t bitset;
    bool woken;
};

static struct bucket {
    struct spinlock lock;           /* RANK_FILES: outside wait and run queues */
    struct list waiters;
} buckets[BUCKETS];

static struct bucket *bucket_of(const struct futex_key *k)
{
    return &buckets[hash_mix64(k->owner ^ k->offset) % BUCKETS];
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
    return a->owner == b->owner && a->offset == b->offset;
}

/* The number of AS, which no other has had.  It gets one with its first futex. */
static uint64_t number_of(struct address_space *as)
{
    static uint64_t last;               /*                                 [a] */
    uint64_t number = __atomic_load_n(&as->futex_number, __ATOMIC_RELAXED), fresh;

    if (number)
        return number;
    fresh = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return __atomic_compare_exchange_n(&as->futex_number, &number, fresh, false,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED) ? fresh : number;
}

/* A word that OP says is private is this address space's, whatever is mapped there. */
static int make_key(uintptr_t addr, int op, struct futex_key *k)
{
    struct mm *mm = current_mm();
    struct vma *vma;

    if (addr % 4)
        return -EINVAL;
    if (!user_range_ok(addr, 4))
        return -EFAULT;
    k->owner = (uintptr_t)mm;
    k->offset = addr;
    if (op & FUTEX_PRIVATE_FLAG)
        return 0;
    rwsem_read_lock(&mm->lock);
    vma = vmaset_find(&mm->vmas, addr);
    if (vma && (vma->flags & VM_SHARED) && vma->mapping) {
        k->owner = number_of(vma->mapping);
        k->offset = (vma->pgoff << PAGE_SHIFT) + (addr - vma->start);
    }
    rwsem_read_unlock(&mm->lock);
    return vma ? 0 : -EFAULT;
}

/* The bucket's lock is held: W's thread needs it to return, so both stay. */
static void wake_waiter(struct futex_waiter *w)
{
    list_remove(&w->link);
    __atomic_store_n(&w->woken, true, __ATOMIC_RELEASE);
    thread_wake(w->thread);
}

/* Lock the bucket that W is in now: a requeue may move it until we have it. */
static struct bucket *lock_bucket_of_waiter(struct futex_waiter *w)
{
    for (;;) {
        struct bucket *b = __atomic_load_n(&w->bucket, __ATOMIC_ACQUIRE);

        spin_lock(&b->lock);
        if (b == w->bucket)
            return b;
        spin_unlock(&b->lock);
    }
}

/* Sleep until woken, DEADLINE or a signal. */
static int64_t sleep_on(struct futex_waiter *w, enum timer_clock clock, uint64_t deadline)
{
    struct bucket *b;
    int64_t r = 0;

    while (!__atomic_load_n(&w->woken, __ATOMIC_ACQUIRE)) {
        thread_set_state(THREAD_SLEEPING);
        if (__atomic_load_n(&w->woken, __ATOMIC_ACQUIRE))
            break;
        if (thread_signal_pending()) {
            r = -EINTR;
            break;
        }
        if (!schedule_until_by(clock, deadline)) {
            r = -ETIMEDOUT;
            break;
        }
    }
    thread_set_state(THREAD_RUNNABLE);
    b = lock_bucket_of_waiter(w);
    if (w->woken)
        r = 0;
    else
        list_remove(&w->link);
    spin_unlock(&b->lock);
    return r;
}

static enum timer_clock clock_of(int op)
{
    return op & FUTEX_CLOCK_REALTIME ? TIMER_REALTIME : TIMER_MONOTONIC;
}

static int64_t futex_wait(uintptr_t addr, int op, uint32_t val, uint64_t deadline, uint32_t bitset)
{
    struct futex_waiter w = { .thread = current, .bitset = bitset };
    struct bucket *b;
    uint32_t now;
    int err;

    if (!bitset)
        return -EINVAL;
    err = make_key(addr, op, &w.key);
    if (err)
        return err;
    w.bucket = b = bucket_of(&w.key);
    spin_lock(&b->lock);
    while (copy_from_user_nofault(&now, addr, 4) < 4) {
        spin_unlock(&b->lock);
        if (fault_in_user(addr, 4, false) < 0)
            return -EFAULT;
        spin_lock(&b->lock);
    }
    if (now == val)
        list_insert_tail(&b->waiters, &w.link);
    spin_unlock(&b->lock);
    return now == val ? sleep_on(&w, clock_of(op), deadline) : -EAGAIN;
}

/* Wake N waiters of ADDR, or one if N is less. */
static int64_t futex_wake(uintptr_t addr, int op, int n, uint32_t bitset)
{
    struct futex_key key;
    struct futex_waiter *w, *next;
    struct bucket *b;
    int64_t woken = 0;
    int err = make_key(addr, op, &key);

    if (err)
        return err;
    if (!bitset)
        return -EINVAL;
    b = bucket_of(&key);
    spin_lock(&b->lock);
    list_for_each_entry_safe(w, next, &b->waiters, link) {
        if (!same_key(&w->key, &key) || !(w->bitset & bitset))
            continue;
        wake_waiter(w);
        if (++woken >= n)
            break;
    }
    spin_unlock(&b->lock);
    return woken;
}

/* Wake N waiters of ADDR, move up to M others to ADDR2. */
static int64_t futex_requeue(uintptr_t addr, int op, uint32_t n, uint32_t m, uintptr_t addr2,
                             const uint32_t *expected)
{
    struct futex_key from, to;
    struct futex_waiter *w, *next;
    struct bucket *a, *b;
    int64_t moved = 0, woken = 0;
    uint32_t now;
    int err = (int32_t)n < 0 || (int32_t)m < 0 ? -EINVAL : make_key(addr, op, &from);

    if (!err)
        err = make_key(addr2, op, &to);
    if (err)
        return err;
    a = bucket_of(&from);
    b = bucket_of(&to);
    spin_lock_pair(&a->lock, &b->lock);
    while (expected && copy_from_user_nofault(&now, addr, 4) < 4) {
        spin_unlock_pair(&a->lock, &b->lock);
        if (fault_in_user(addr, 4, false) < 0)
            return -EFAULT;
        spin_lock_pair(&a->lock, &b->lock);
    }
    if (expected && now != *expected) {
        spin_unlock_pair(&a->lock, &b->lock);
        return -EAGAIN;
    }
    list_for_each_entry_safe(w, next, &a->waiters, link) {
        if (!same_key(&w->key, &from))
            continue;
        if (woken < (int64_t)n) {
            wake_waiter(w);
            woken++;
        } else if (moved < (int64_t)m) {
            w->key = to;
            if (a != b)                 /* else it would be met again */
                list_move_tail(&b->waiters, &w->link);
            __atomic_store_n(&w->bucket, b, __ATOMIC_RELEASE);
            moved++;
        }
    }
    spin_unlock_pair(&a->lock, &b->lock);
    return woken + moved;
}

int64_t futex_call(uintptr_t addr, int op, uint32_t val, uint64_t deadline, uintptr_t addr2,
                   uint32_t val2, uint32_t val3)
{
    int cmd = op & FUTEX_CMD_MASK;

    if ((op & FUTEX_CLOCK_REALTIME) && cmd != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    switch (cmd) {
    case FUTEX_WAIT:
        return futex_wait(addr, op, val, deadline, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAIT_BITSET:
        return futex_wait(addr, op, val, deadline, val3);
    case FUTEX_WAKE:
        return futex_wake(addr, op, (int)val, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return futex_wake(addr, op, (int)val, val3);
    case FUTEX_REQUEUE:
        return futex_requeue(addr, op, val, val2, addr2, NULL);
    case FUTEX_CMP_REQUEUE:
        return futex_requeue(addr, op, val, val2, addr2, &val3);
    }
    return -ENOSYS;
}

void task_clear_child_tid(struct task *t)
{
    const struct process *p = t->process;
    int zero = 0;

    /* Nobody to tell if nobody else has the memory. */
    if (t->clear_child_tid && (p->ntasks > 1 || p->mm->users > 1)
        && !copy_to_user(t->clear_child_tid, &zero, sizeof(zero)))
        futex_wake(t->clear_child_tid, FUTEX_WAKE, 1, FUTEX_BITSET_MATCH_ANY);
    t->clear_child_tid = 0;
}

void futex_init(void)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        spin_init(&buckets[i].lock, RANK_FILES, "futex");
        list_init(&buckets[i].waiters);
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * call_trace.c - the system calls of followed tasks, in a ring for each reader.
 *
 * Two records for a call, so that one that sleeps is seen, and one that never returns.
 * Addresses are looked into by the task itself, where the call would do it anyway: what
 * the program wrote before the call, what the kernel wrote after it.
 */
#include "kernel/core/trace.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/proc/call_trace.h"
#include "kernel/proc/process_impl.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define RING_SIZE 64                    /* records */

struct call_trace {
    struct spinlock lock;               /* RANK_FILES                             */
    uint32_t users;                     /* followed tasks, and the reader     [l] */
    bool closed;                        /* the reader has gone                [l] */
    uint32_t nlost;                     /* since the last record              [l] */
    uint64_t first, end;                /* records taken, and made            [l] */
    struct wait_queue changed;          /* a record, room, or an end              */
    struct call_trace_start start;      /*                                    [c] */
    struct call_record ring[RING_SIZE]; /*                                    [l] */
};

/* ---- its life ----------------------------------------------------------------------------- */

static struct spinlock count_lock = SPINLOCK_INIT(RANK_FILES, "call traces");
static size_t ntraces;                  /* [count_lock] */

static void count_traces(int change)
{
    spin_lock(&count_lock);
    ntraces += (size_t)change;
    trace_watch_calls(ntraces > 0);
    spin_unlock(&count_lock);
}

static struct call_trace *create(const struct call_trace_start *start)
{
    struct call_trace *t = vzalloc(sizeof(*t));

    if (!t)
        return NULL;
    spin_init(&t->lock, RANK_FILES, "call trace");
    wait_queue_init(&t->changed);
    t->users = 1;
    t->start = *start;
    count_traces(1);
    return t;
}

static void get(struct call_trace *t, uint32_t n)
{
    spin_lock(&t->lock);
    t->users += n;
    spin_unlock(&t->lock);
}

/* Who is left learns of it before the lock goes: afterwards T may be gone. */
static void put(struct call_trace *t)
{
    bool last;

    spin_lock(&t->lock);
    last = --t->users == 0;
    wake_up_all(&t->changed);
    spin_unlock(&t->lock);
    if (!last)
        return;
    count_traces(-1);
    vfree(t);
}

/*
 * Every task of P is followed, or none.  proc_lock is held, for which an interrupt may wait in
 * the middle of a task that has locked T: so we must be done with that lock before the first
 * one knows T.
 */
static int follow_tasks_locked(struct process *p, struct call_trace *t)
{
    struct task *task;
    uint32_t n = 0;

    list_for_each_entry(task, &p->tasks, link) {
        if (task->call_trace)
            return -EBUSY;
        n++;
    }
    get(t, n);
    list_for_each_entry(task, &p->tasks, link)
        __atomic_store_n(&task->call_trace, t, __ATOMIC_RELEASE);
    return n ? 0 : -ESRCH;
}

static int follow_process(int pid, struct call_trace *t)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct process *p = process_find_locked(pid);
    int err = -ESRCH;

    if (p)
        err = p == current_process() ? -EINVAL : follow_tasks_locked(p, t);
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

int call_trace_start(const struct call_trace_start *start, struct call_trace **out)
{
    struct call_trace *t;
    int err;

    if (start->flags & ~CALL_TRACE_FORKS)
        return -EINVAL;
    t = create(start);
    if (!t)
        return -ENOMEM;
    err = follow_process(start->pid, t);
    if (err)
        put(t);
    else
        *out = t;
    return err;
}

void call_trace_stop(struct call_trace *t)
{
    spin_lock(&t->lock);
    t->closed = true;
    spin_unlock(&t->lock);
    put(t);
}

void call_trace_inherit(struct task *child)
{
    struct call_trace *t = __atomic_load_n(&current_task()->call_trace, __ATOMIC_ACQUIRE);

    if (!t || !(t->start.flags & CALL_TRACE_FORKS))
        return;
    get(t, 1);
    child->call_trace = t;
}

void call_trace_leave(struct task *task)
{
    struct call_trace *t = task->call_trace;

    task->call_trace = NULL;
    if (t)
        put(t);
}

/* ---- its records -------------------------------------------------------------------------- */

static bool has_room(struct call_trace *t)
{
    bool room;

    spin_lock(&t->lock);
    room = t->closed || t->end - t->first < RING_SIZE;
    spin_unlock(&t->lock);
    return room;
}

static void append(struct call_trace *t, struct call_record *r)
{
    wait_event_interruptible(&t->changed, has_room(t));
    spin_lock(&t->lock);
    if (t->end - t->first < RING_SIZE) {
        r->nlost = t->nlost;
        t->nlost = 0;
        t->ring[t->end++ % RING_SIZE] = *r;
    } else {
        t->nlost++;
    }
    wake_up_all(&t->changed);
    spin_unlock(&t->lock);
}

/* Bytes of a string at ADDR, with its NUL if there was room; 0: it cannot be read. */
static size_t copy_string(char *buf, uintptr_t addr, size_t room)
{
    ssize_t n = strncpy_from_user(buf, addr, room);

    if (n == -ENAMETOOLONG)
        return room;
    return n < 0 ? 0 : (size_t)n + 1;
}

static size_t copy_bytes(char *buf, uintptr_t addr, uint64_t n, size_t room)
{
    n = MIN(n, room);
    return copy_from_user(buf, addr, n) ? 0 : n;
}

/* What the arguments in STRINGS and BYTES point to; BYTES has N, those of a call that
 * begins as many as the next argument says. */
static void copy_arguments(struct call_record *r, uint8_t strings, uint8_t bytes, const uint64_t *n)
{
    size_t used = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(r->args) && used < CALL_TRACE_TEXT; i++) {
        size_t room = MIN((size_t)CALL_TRACE_BYTES, CALL_TRACE_TEXT - used), got = 0;

        if (strings >> i & 1)
            got = copy_string(r->text + used, r->args[i], room);
        else if (bytes >> i & 1)
            got = copy_bytes(r->text + used, r->args[i], n ? *n : r->args[(i + 1) % 6], room);
        r->lengths[i] = (uint8_t)got;
        used += got;
    }
}

static void fill(struct call_record *r, const struct traced_call *call, enum call_record_kind kind)
{
    memset(r, 0, sizeof(*r));
    r->tid = current->tid;
    r->kind = kind;
    r->nr = call->nr;
    memcpy(r->args, call->args, sizeof(r->args));
}

static struct call_masks masks_of(const struct call_trace *t, uint64_t nr)
{
    return nr < CALL_TRACE_CALLS ? t->start.masks[nr] : (struct call_masks){ .strings = 0 };
}

bool call_trace_begins(const struct traced_call *call)
{
    struct call_trace *t = __atomic_load_n(&current_task()->call_trace, __ATOMIC_ACQUIRE);
    struct call_record r;
    struct call_masks masks;

    if (!t)
        return false;
    if (__atomic_load_n(&t->closed, __ATOMIC_RELAXED)) {
        call_trace_leave(current_task());
        return false;
    }
    masks = masks_of(t, call->nr);
    fill(&r, call, CALL_BEGINS);
    copy_arguments(&r, masks.strings, masks.given, NULL);
    append(t, &r);
    return true;
}

void call_trace_returns(const struct traced_call *call, int64_t result)
{
    struct call_trace *t = current_task()->call_trace;
    uint64_t nbytes = (uint64_t)result;
    struct call_record r;

    fill(&r, call, CALL_RETURNS);
    r.result = result;
    if (result > 0)
        copy_arguments(&r, 0, masks_of(t, call->nr).taken, &nbytes);
    append(t, &r);
}

/* ---- its reader --------------------------------------------------------------------------- */

static bool has_news(struct call_trace *t)
{
    bool news;

    spin_lock(&t->lock);
    news = t->end != t->first || t->users == 1;
    spin_unlock(&t->lock);
    return news;
}

ssize_t call_trace_take(struct call_trace *t, struct call_record *out, size_t n)
{
    int err = wait_event_interruptible(&t->changed, has_news(t));

    if (err)
        return err;
    spin_lock(&t->lock);
    n = MIN(n, t->end - t->first);
    for (size_t i = 0; i < n; i++)
        out[i] = t->ring[t->first++ % RING_SIZE];
    wake_up_all(&t->changed);
    spin_unlock(&t->lock);
    return (ssize_t)n;
}

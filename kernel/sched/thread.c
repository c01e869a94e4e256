/* SPDX-License-Identifier: MIT */
/*
 * thread.c - threads are made, listed and freed.
 *
 * References: the creator's, and one of the running thread itself, dropped by
 * the next thread on its hart when the dead one's stack is no longer in use.
 * Whoever drops the last one frees thread and stack; where that cannot sleep,
 * the reaper does it.
 */
#include "kernel/core/panic.h"
#include "kernel/core/trace.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/sched_internal.h"
#include "kernel/sched/tick.h"
#include "kernel/sched/wait.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

_Static_assert(HART_STACK_SIZE == KSTACK_SIZE, "trap/entry.S tests the wrong bit");

extern char boot_stack[];

static struct thread idle_threads[MAX_HARTS];
static struct kmem_cache *cache;

static struct spinlock list_lock = SPINLOCK_INIT(RANK_WAIT, "threads");
static struct list threads = LIST_INIT(threads);
static size_t nthreads;
static int next_kernel_tid;

static struct spinlock dead_lock = SPINLOCK_INIT(RANK_WAIT, "dead threads");
static struct list dead = LIST_INIT(dead);
static struct thread *reaper;

/* The list of all */

static void list_thread(struct thread *t)
{
    uint64_t flags = spin_lock_irqsave(&list_lock);

    t->tid = --next_kernel_tid;         /* proc/ gives user threads their own */
    list_insert_tail(&threads, &t->all_link);
    __atomic_fetch_add(&nthreads, 1, __ATOMIC_RELAXED);
    spin_unlock_irqrestore(&list_lock, flags);
}

static void unlist_thread(struct thread *t)
{
    uint64_t flags = spin_lock_irqsave(&list_lock);

    list_remove(&t->all_link);
    spin_unlock_irqrestore(&list_lock, flags);
}

void thread_for_each(void (*fn)(struct thread *t, void *arg), void *arg)
{
    uint64_t flags = spin_lock_irqsave(&list_lock);
    struct thread *t;

    list_for_each_entry(t, &threads, all_link)
        fn(t, arg);
    spin_unlock_irqrestore(&list_lock, flags);
}

size_t thread_count(void)
{
    return __atomic_load_n(&nthreads, __ATOMIC_ACQUIRE);
}

/* Making */

static void init_common(struct thread *t, const char *name)
{
    strlcpy(t->name, name, sizeof(t->name));
    t->refcount = 1;
    t->fpu_hart = MAX_HARTS;
    t->allowed = UINT64_MAX;
    list_init(&t->run_link);
    list_thread(t);
}

struct thread *thread_create(void (*entry)(void), const char *name)
{
    struct thread *t = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);

    if (!t)
        return NULL;
    t->stack = kstack_alloc();
    if (!t->stack) {
        kmem_cache_free(cache, t);
        return NULL;
    }
    t->frame = (struct trap_frame *)((char *)t->stack + KSTACK_SIZE - FRAME_SIZE);
    memset(t->frame, 0, FRAME_SIZE);
    t->context.ra = (uintptr_t)thread_first_run;
    t->context.sp = (uintptr_t)t->frame;
    t->context.s[1] = (uintptr_t)entry;
    t->state = THREAD_NEW;
    t->hart = this_hart()->index;
    init_common(t, name);
    return t;
}

static void kthread_main(void)
{
    current->fn(current->arg);
    thread_exit();
}

struct thread *kthread_create(void (*fn)(void *arg), void *arg, const char *name)
{
    struct thread *t = thread_create(kthread_main, name);

    if (!t)
        return NULL;
    t->frame = NULL;
    t->fn = fn;
    t->arg = arg;
    return t;
}

int kthread_run(void (*fn)(void *arg), void *arg, const char *name)
{
    struct thread *t = kthread_create(fn, arg, name);

    if (!t)
        return -ENOMEM;
    thread_start(t);
    thread_put(t);
    return 0;
}

/* Freeing */

void thread_get(struct thread *t)
{
    __atomic_fetch_add(&t->refcount, 1, __ATOMIC_RELAXED);
}

static bool drop_reference(struct thread *t)
{
    return __atomic_sub_fetch(&t->refcount, 1, __ATOMIC_ACQ_REL) == 0;
}

static void destroy(struct thread *t)
{
    ASSERT(t->state == THREAD_DEAD || t->state == THREAD_NEW);
    unlist_thread(t);
    kstack_free(t->stack);
    kfree(t->fpu);
    kmem_cache_free(cache, t);
    __atomic_fetch_sub(&nthreads, 1, __ATOMIC_RELEASE);     /* last: now all of it is free */
}

void thread_put(struct thread *t)
{
    if (drop_reference(t))
        destroy(t);
}

void thread_put_deferred(struct thread *t)
{
    uint64_t flags;

    if (!drop_reference(t))
        return;
    flags = spin_lock_irqsave(&dead_lock);
    list_insert_tail(&dead, &t->run_link);
    spin_unlock_irqrestore(&dead_lock, flags);
    thread_wake(reaper);
}

static struct thread *next_dead(void)
{
    uint64_t flags = spin_lock_irqsave(&dead_lock);
    struct list *link = list_pop_head(&dead);

    spin_unlock_irqrestore(&dead_lock, flags);
    return link ? list_entry(link, struct thread, run_link) : NULL;
}

void thread_reap(void)
{
    struct thread *t;

    while ((t = next_dead()) != NULL)
        destroy(t);
}

static void reaper_main(void *arg)
{
    (void)arg;
    for (;;) {
        thread_set_state(THREAD_SLEEPING);
        if (list_is_empty(&dead))
            schedule();
        thread_set_state(THREAD_RUNNABLE);
        thread_reap();
    }
}

/* Boot */

static void describe_current(struct panic_thread *out)
{
    const struct thread *t = current;

    *out = (struct panic_thread){ .name = t->name, .tid = t->tid, .stack = (uintptr_t)t->stack,
                                  .stack_end = (uintptr_t)t->stack + KSTACK_SIZE };
}

static int current_tid(void)
{
    return current->tid;
}

static void init_idle(unsigned hart, void *stack)
{
    struct thread *t = &idle_threads[hart];

    t->stack = stack;
    t->state = THREAD_RUNNABLE;
    t->hart = hart;
    t->on_cpu = true;
    t->queued = true;
    init_common(t, "idle");
    harts[hart].idle = t;
    harts[hart].thread = t;
    harts[hart].kernel_sp = (uintptr_t)stack + KSTACK_SIZE - FRAME_SIZE;
}

void sched_boot_thread(void)
{
    init_idle(0, boot_stack);
    panic_set_thread_source(describe_current);
    trace_set_tid_source(current_tid);
}

static int give_stacks(struct hart *h)
{
    char *irq = kstack_alloc(), *emergency = kstack_alloc();

    if (!irq || !emergency) {
        if (irq)
            kstack_free(irq);
        if (emergency)
            kstack_free(emergency);
        return -ENOMEM;
    }
    h->irq_stack_top = (uintptr_t)irq + KSTACK_SIZE;
    h->emergency_stack_top = (uintptr_t)emergency + KSTACK_SIZE;
    return 0;
}

int sched_prepare_hart(unsigned hart)
{
    void *stack;

    if (harts[hart].idle)
        return 0;                           /* was made for one that did not start */
    stack = kstack_alloc();
    if (!stack)
        return -ENOMEM;
    if (give_stacks(&harts[hart]) != 0) {
        kstack_free(stack);
        return -ENOMEM;
    }
    init_idle(hart, stack);
    harts[hart].scratch[0] = (uintptr_t)stack + KSTACK_SIZE - FRAME_SIZE;
    return 0;
}

void sched_init(void)
{
    cache = kmem_cache_create("thread", sizeof(struct thread), 0, SLAB_HWCACHE_ALIGN, NULL);
    if (!cache || give_stacks(&harts[0]) != 0)
        panic("no memory for the scheduler");
    sched_init_queues();
    tick_init();
    pressure_init();
    reaper = kthread_create(reaper_main, NULL, "reaper");
    if (!reaper)
        panic("no memory for the reaper");
    thread_start(reaper);
    if (PAGODA_DEBUG)
        hung_start();
}

/* SPDX-License-Identifier: MIT */
/*
 * debug_crash.c - mistakes on purpose: each must end in a panic that names it.
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/sys/debug.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

static const uint32_t constant = 42;
static uint32_t data[4] = { 0x00008067 };           /* ret */

/* In assembly: the compiler would notice that these addresses are wrong. */
static void store(uintptr_t addr)
{
    __asm__ volatile("sw zero, 0(%0)" : : "r"(addr) : "memory");
}

static __attribute__((noinline)) uint64_t recurse(uint64_t depth)
{
    volatile uint64_t filler[32];

    filler[depth % 32] = depth;
    /* Always true, but the compiler does not know. */
    return frames.end_pfn ? recurse(depth + 1) + filler[(depth + 1) % 32] : 0;
}

static void crash_guard(void)
{
    char *p = vmalloc(PAGE_SIZE);

    if (p)
        store((uintptr_t)p + PAGE_SIZE);
}

static void crash_double_free(void)
{
    struct page *page = alloc_page(GFP_KERNEL);

    free_page(page);
    free_page(page);
}

static void crash_double_kfree(void)
{
    void *p = kmalloc(100, GFP_KERNEL);

    kfree(p);
    kfree(p);
}

static void crash_use_after_free(void)
{
    volatile char *p = kmalloc(100, GFP_KERNEL), *q;

    kfree((void *)p);
    p[50] = 1;
    for (int i = 0; i < 4096; i++) {            /* until the block comes round again */
        q = kmalloc(100, GFP_KERNEL);
        if (q == p)
            return;
    }
}

static void crash_overrun(void)
{
    volatile char *p = kmalloc(100, GFP_KERNEL);

    memset((void *)p, 0, 100);
    p[128] = 1;
    kfree((void *)p);
}

static void crash_lock_order(void)
{
    static struct spinlock outer = SPINLOCK_INIT(RANK_RMAP, "outer");
    static struct spinlock inner = SPINLOCK_INIT(RANK_ZONE, "inner");

    spin_lock(&inner);
    spin_lock(&outer);
}

static void crash_lock_twice(void)
{
    static struct spinlock lock = SPINLOCK_INIT(RANK_RMAP, "twice");

    spin_lock(&lock);
    spin_lock(&lock);
}

static void crash_sleep_atomic(void)
{
    static struct spinlock lock = SPINLOCK_INIT(RANK_RMAP, "held");

    spin_lock(&lock);
    thread_sleep_ns(1000000, false, NULL);
    spin_unlock(&lock);
}

static void crash_reclaim_alloc(void)
{
    page_alloc_reclaim_begin(GFP_NOIO);
    free_page(alloc_page(GFP_KERNEL));
    page_alloc_reclaim_end(GFP_NOIO);
}

int64_t debug_crash(enum debug_crash kind)
{
    switch (kind) {
    case DEBUG_CRASH_PANIC:
        panic("the debug call asked for it");
    case DEBUG_CRASH_NULL:
        store(8);
        break;
    case DEBUG_CRASH_WRITE_TEXT:
        store((uintptr_t)debug_crash);
        break;
    case DEBUG_CRASH_WRITE_RODATA:
        store((uintptr_t)&constant);
        break;
    case DEBUG_CRASH_EXEC_DATA:
        ((void (*)(void))(uintptr_t)data)();
        break;
    case DEBUG_CRASH_STACK:
        return (int64_t)recurse(0);
    case DEBUG_CRASH_GUARD:
        crash_guard();
        break;
    case DEBUG_CRASH_DOUBLE_FREE:
        crash_double_free();
        break;
    case DEBUG_CRASH_DOUBLE_KFREE:
        crash_double_kfree();
        break;
    case DEBUG_CRASH_USE_AFTER_FREE:
        crash_use_after_free();
        break;
    case DEBUG_CRASH_OVERRUN:
        crash_overrun();
        break;
    case DEBUG_CRASH_LOCK_ORDER:
        crash_lock_order();
        break;
    case DEBUG_CRASH_LOCK_TWICE:
        crash_lock_twice();
        break;
    case DEBUG_CRASH_SLEEP_ATOMIC:
        crash_sleep_atomic();
        break;
    case DEBUG_CRASH_RECLAIM_ALLOC:
        crash_reclaim_alloc();
        break;
    case DEBUG_CRASH_KINDS:
        return -EINVAL;
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * sys_debug.c - the debug system call, by which tests look inside.
 *
 * Present in every kernel, refused unless booted with debugcall=1.  What the
 * operations mean is written in lib/abi/debugcall.h.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/core/bootargs.h"
#include "kernel/core/counters.h"
#include "kernel/core/panic.h"
#include "kernel/dev/irq.h"
#include "kernel/sched/fail.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sys/debug.h"
#include "kernel/sys/syscall.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/migrate.h"
#include "kernel/vm/reclaim.h"
#include "lib/abi/debugcall.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define LOOK_EVERY 1000000UL    /* ns */

BOOTARG(debugcall, "allow the debug system call to root");

static int64_t blocks_call(uintptr_t user, bool take)
{
    struct debug_blocks d;
    int64_t r;

    if (copy_from_user(&d, user, sizeof(d)))
        return -EFAULT;
    r = take ? debug_take(&d) : debug_give(&d);
    return r ? r : copy_to_user(user, &d, sizeof(d));
}

static int64_t contig_call(uintptr_t user, bool take)
{
    struct debug_contig d;
    int64_t r;

    if (copy_from_user(&d, user, sizeof(d)))
        return -EFAULT;
    r = take ? debug_contig_take(&d) : debug_contig_give(&d);
    return r ? r : copy_to_user(user, &d, sizeof(d));
}

static int64_t counters_call(uintptr_t user, size_t size)
{
    struct debug_counters *c = kzalloc(sizeof(*c), GFP_KERNEL);
    int64_t r;

    if (!c)
        return -ENOMEM;
    debug_count(c);
    r = copy_to_user(user, c, MIN(size, sizeof(*c)));
    kfree(c);
    return r;
}

/* A single site, or FAIL_SITES for all of them; -1 if neither. */
static int site_of(uint32_t sites)
{
    switch (sites) {
    case DEBUG_FAIL_PAGE:
        return FAIL_PAGE;
    case DEBUG_FAIL_SLAB:
        return FAIL_SLAB;
    case DEBUG_FAIL_VMALLOC:
        return FAIL_VMALLOC;
    case DEBUG_FAIL_UACCESS:
        return FAIL_UACCESS;
    case DEBUG_FAIL_DISK:
        return FAIL_DISK;
    case DEBUG_FAIL_ALL:
        return FAIL_SITES;
    }
    return -1;
}

static int64_t fail_call(uintptr_t user)
{
    struct debug_fail f;
    int site;

    if (copy_from_user(&f, user, sizeof(f)))
        return -EFAULT;
    site = site_of(f.sites);
    if (site < 0 || f.nth > UINT32_MAX)
        return -EINVAL;
    f.left = fail_nth_left();
    f.stacks = fail_nr_stacks();
    f.failed = vm_event_sum(VM_FAIL_INJECTED);
    fail_set_nth((unsigned)site, 0, false);
    if (copy_to_user(user, &f, sizeof(f)))
        return -EFAULT;
    fail_set_chance((unsigned)site, f.one_in);
    if (f.forget_stacks)
        fail_forget_stacks();
    fail_set_nth((unsigned)site, (uint32_t)f.nth, f.new_stacks);
    return 0;
}

static int64_t alloc_test_call(enum debug_op op, uintptr_t user)
{
    struct debug_alloc_test t;
    int64_t r;

    if (copy_from_user(&t, user, sizeof(t)))
        return -EFAULT;
    if (!t.live_max || !t.size)
        return -EINVAL;
    r = debug_alloc_test(op, &t);
    return r ? r : copy_to_user(user, &t, sizeof(t));
}

static void describe_page(struct debug_page *d, struct pte e)
{
    struct page *page;

    d->pte = e.bits;
    if (!pte_is_present(e))
        return;
    page = pfn_to_page(pte_pfn(e));
    d->pfn = pte_pfn(e);
    d->kind = debug_frame_kind(page);
    d->refcount = page->refcount;
    d->mapcount = page->mapcount;
    d->flags = DEBUG_PAGE_PRESENT | (page_test(page, PG_DIRTY) ? DEBUG_PAGE_DIRTY : 0)
               | (page_test(page, PG_LOCKED) ? DEBUG_PAGE_LOCKED : 0)
               | (page_test(page, PG_WRITEBACK) ? DEBUG_PAGE_WRITEBACK : 0)
               | (page_test(page, PG_UPTODATE) ? DEBUG_PAGE_UPTODATE : 0)
               | (e.bits & PTE_SPECIAL ? DEBUG_PAGE_ZERO : 0);
}

static int64_t page_call(uintptr_t addr, uintptr_t user)
{
    struct mm *mm = current_mm();
    struct debug_page d = { 0 };
    struct pte *pte;

    if (addr >= USER_END)
        return -EINVAL;
    rwsem_read_lock(&mm->lock);
    pte = pt_find(&mm->ctx.pt, addr, 0);
    if (pte)
        describe_page(&d, pte_read(pte));
    rwsem_read_unlock(&mm->lock);
    return copy_to_user(user, &d, sizeof(d));
}

static int migrate(struct page *page)
{
    int err = page_migrate(page);

    put_page(page);
    return err;
}

static int evict(struct page *page)
{
    int err = reclaim_page(page);

    reclaim_settle();
    return err;
}

static int hold(struct page *page)
{
    page_lock(page);
    thread_sleep_ns(DEBUG_HOLD_MS * 1000000UL, false, NULL);
    page_unlock(page);
    put_page(page);
    return 0;
}

static int pin(struct page *page)
{
    thread_sleep_ns(DEBUG_PIN_MS * 1000000UL, false, NULL);
    put_page(page);
    return 0;
}

/* Until the caller has been killed, and what follows from that has happened. */
static void wait_for_death(void)
{
    while (!fault_is_killed())
        thread_sleep_ns(LOOK_EVERY, false, NULL);
    thread_sleep_ns(DEBUG_DYING_MS * 1000000UL, false, NULL);
}

static int64_t hold_map(void)
{
    struct mm *mm = current_mm();

    rwsem_write_lock(&mm->lock);
    wait_for_death();
    rwsem_write_unlock(&mm->lock);
    return 0;
}

static int64_t read_dying(uintptr_t user)
{
    struct debug_read d;

    if (copy_from_user(&d, user, sizeof(d)))
        return -EFAULT;
    wait_for_death();
    d.error = copy_from_user(&d.word, d.addr, sizeof(d.word));
    d.done = 1;
    return copy_to_user(user, &d, sizeof(d));
}

static int64_t shrink_call(size_t nr)
{
    size_t n;

    page_alloc_reclaim_begin(GFP_KERNEL);
    n = shrink_all(nr, GFP_KERNEL);
    page_alloc_reclaim_end(GFP_KERNEL);
    return (int64_t)n;
}

/* Do FN to the page at ADDR; FN drops the reference. */
static int64_t with_page(uintptr_t addr, int (*fn)(struct page *page))
{
    struct page *page;

    if (addr >= USER_END)
        return -EINVAL;
    page = mm_get_page(current_mm(), addr, ACCESS_READ);
    return page ? fn(page) : -EFAULT;
}

int64_t sys_pagoda_debug(const uint64_t *a)
{
    if (!bootarg_bool("debugcall", false) || current_process()->cred.euid)
        return -EPERM;
    switch ((enum debug_op)a[0]) {
    case DEBUG_QUIESCE:
        debug_quiesce();
        return 0;
    case DEBUG_AUDIT:
        return (int64_t)debug_audit();
    case DEBUG_COUNTERS:
        return counters_call(a[1], a[2]);
    case DEBUG_FAIL_NTH:
        return fail_call(a[1]);
    case DEBUG_PAGE:
        return page_call(a[1], a[2]);
    case DEBUG_TAKE:
    case DEBUG_GIVE:
        return blocks_call(a[1], a[0] == DEBUG_TAKE);
    case DEBUG_CACHE_TEST:
    case DEBUG_KMALLOC_TEST:
    case DEBUG_VMALLOC_TEST:
        return alloc_test_call((enum debug_op)a[0], a[1]);
    case DEBUG_CRASH:
        return debug_crash((enum debug_crash)a[1]);
    case DEBUG_EXIT:
        machine_exit((unsigned)a[1]);
    case DEBUG_VMALLOC_WINDOW:
        vmalloc_set_window(a[1]);
        return 0;
    case DEBUG_ROTATE_IRQS:
        irq_rotate();
        return 0;
    case DEBUG_MIGRATE:
        return with_page(a[1], migrate);
    case DEBUG_EVICT:
        return with_page(a[1], evict);
    case DEBUG_CONTIG_TAKE:
    case DEBUG_CONTIG_GIVE:
        return contig_call(a[1], a[0] == DEBUG_CONTIG_TAKE);
    case DEBUG_HOLD_PAGE:
        return with_page(a[1], hold);
    case DEBUG_PIN_PAGE:
        return with_page(a[1], pin);
    case DEBUG_SHRINK:
        return shrink_call(a[1]);
    case DEBUG_HOLD_MAP:
        return hold_map();
    case DEBUG_READ_DYING:
        return read_dying(a[1]);
    case DEBUG_OPS:
        break;
    }
    return -EINVAL;
}

void sys_init(void)
{
    debug_keep_init();
}

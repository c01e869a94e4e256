/* SPDX-License-Identifier: MIT */
/*
 * sys_debug.c - the debug system call, by which tests look inside.
 *
 * Present in every kernel, refused unless booted with debugcall=1.  What the
 * operations mean is written in lib/abi/debugcall.h.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/counters.h"
#include "kernel/core/panic.h"
#include "kernel/sched/fail.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sys/debug.h"
#include "kernel/sys/syscall.h"
#include "lib/abi/debugcall.h"
#include "lib/bitops.h"
#include "lib/string.h"

BOOTARG(debugcall, "allow the debug system call to root");

/* What DEBUG_ALLOC_PAGES got: a list of blocks per handle. */

#define HANDLES 16

static struct mutex handles_lock;
static struct handle {
    struct list blocks;         /* struct page.link */
    uint32_t order;
    bool used;
} handles[HANDLES];

static gfp_t gfp_of(uint32_t kind)
{
    switch (kind) {
    case DEBUG_GFP_ATOMIC:
        return GFP_ATOMIC | __GFP_NOWARN;
    case DEBUG_GFP_NOWAIT:
        return GFP_NOWAIT | __GFP_NOWARN;
    case DEBUG_GFP_USER:
        return GFP_USER_MOVABLE | __GFP_NOWARN | __GFP_NORETRY;
    case DEBUG_GFP_DMA32:
        return GFP_KERNEL | __GFP_DMA32 | __GFP_NOWARN | __GFP_NORETRY;
    }
    return GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY;
}

static struct handle *find_handle(uint64_t number, uint32_t order)
{
    if (number)
        return number <= HANDLES && handles[number - 1].used ? &handles[number - 1] : NULL;
    for (size_t i = 0; i < HANDLES; i++)
        if (!handles[i].used) {
            handles[i].used = true;
            handles[i].order = order;
            list_init(&handles[i].blocks);
            return &handles[i];
        }
    return NULL;
}

static int64_t alloc_blocks(struct debug_pages *d)
{
    struct handle *h = find_handle(d->handle, d->order);
    struct page *page;

    if (!h || h->order != d->order)
        return -EINVAL;
    d->handle = (uint64_t)(h - handles) + 1;
    for (d->done = 0; d->done < d->count; d->done++) {
        page = alloc_pages(gfp_of(d->gfp), d->order);
        if (!page)
            break;
        list_insert_tail(&h->blocks, &page->link);
    }
    return 0;
}

static int64_t free_blocks(struct debug_pages *d)
{
    struct handle *h = d->handle ? find_handle(d->handle, 0) : NULL;
    uint64_t stride = MAX(d->stride, 1U), i = 0;
    struct page *page, *next;

    if (!h)
        return -EINVAL;
    d->done = 0;
    list_for_each_entry_safe(page, next, &h->blocks, link) {
        if (d->count && d->done == d->count)
            break;
        if (i++ % stride)
            continue;
        list_remove(&page->link);
        free_pages(page, h->order);
        d->done++;
    }
    if (list_is_empty(&h->blocks))
        h->used = false;
    return 0;
}

static int64_t pages_call(uintptr_t user, bool alloc)
{
    struct debug_pages d;
    int64_t r;

    if (copy_from_user(&d, user, sizeof(d)))
        return -EFAULT;
    if (d.order > 10)
        return -EINVAL;
    mutex_lock(&handles_lock);
    r = alloc ? alloc_blocks(&d) : free_blocks(&d);
    mutex_unlock(&handles_lock);
    return r ? r : copy_to_user(user, &d, sizeof(d));
}

/* The rest */

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
    fail_set_nth((unsigned)site, 0);
    if (copy_to_user(user, &f, sizeof(f)))
        return -EFAULT;
    fail_set_chance((unsigned)site, f.one_in);
    fail_set_nth((unsigned)site, (uint32_t)f.nth);
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
    case DEBUG_ALLOC_PAGES:
    case DEBUG_FREE_PAGES:
        return pages_call(a[1], a[0] == DEBUG_ALLOC_PAGES);
    case DEBUG_CACHE_TEST:
    case DEBUG_KMALLOC_TEST:
    case DEBUG_VMALLOC_TEST:
        return alloc_test_call((enum debug_op)a[0], a[1]);
    case DEBUG_CRASH:
        return debug_crash((enum debug_crash)a[1]);
    case DEBUG_EXIT:
        machine_exit((unsigned)a[1]);
    case DEBUG_EVICT:
    case DEBUG_MIGRATE:
        return -ENOSYS;             /* there is no swap and no migration yet */
    case DEBUG_OPS:
        break;
    }
    return -EINVAL;
}

void sys_init(void)
{
    mutex_init(&handles_lock, RANK_PIPE, "debug pages");
}

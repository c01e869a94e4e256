/* SPDX-License-Identifier: MIT */
/*
 * fault.c - make an address accessible, or say why not.
 *
 *   1. find     the VMA, and check its rights        (map lock, for reading)
 *   2. walk     to the page-table entry, making tables on the way
 *   3. resolve  ask the VMA's kind for a page, or copy on write, or set A and D
 *   4. enter    the page in the table                (page-table lock)
 *
 * Between 2 and 4 other threads may serve the same fault; enter sees that the
 * entry changed, drops its page and lets the loop look again.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/counters.h"
#include "kernel/cache/page_cache.h"
#include "kernel/cache/writeback.h"
#include "kernel/mm/icache.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/migrate.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/record.h"
#include "kernel/vm/swapin.h"
#include "lib/string.h"

BOOTARG(ad, "ad=soft: let software set the accessed and dirty bits");

bool pte_soft_ad;
static const struct fault_signal_ops *signal_ops;

void fault_set_signal_ops(const struct fault_signal_ops *ops)
{
    signal_ops = ops;
}

bool fault_is_killed(void)
{
    return signal_ops->is_killed();
}

bool vma_allows(const struct vma *vma, enum access access)
{
    switch (access) {
    case ACCESS_READ:
        return vma->flags & (VM_READ | VM_WRITE);
    case ACCESS_WRITE:
        return vma->flags & VM_WRITE;
    case ACCESS_EXEC:
        return vma->flags & VM_EXEC;
    }
    return false;
}

void vma_op_nothing_around(struct fault *f)
{
    (void)f;
}

/* Set f->vma with the map lock held, growing a stack if that is what it takes. */
static enum fault_result fault_find(struct fault *f)
{
    rwsem_read_lock(&f->mm->lock);
    f->map_locked = true;
    f->vma = vmaset_find(&f->mm->vmas, f->va);
    if (!f->vma) {
        /* Growing changes the set: with the lock for writing, and then again from the top. */
        rwsem_read_unlock(&f->mm->lock);
        f->map_locked = false;
        return vm_grow_stack(f->mm, f->va) ? FAULT_RETRY : FAULT_MAPERR;
    }
    return vma_allows(f->vma, f->access) ? FAULT_OK : FAULT_ACCERR;
}

static enum fault_result fault_walk(struct fault *f)
{
    vma_touch(f->vma);
    f->pte = pt_get(&f->mm->ctx.pt, f->va, 0);
    if (!f->pte)
        return FAULT_OOM;
    f->old = pte_read(f->pte);
    return FAULT_OK;
}

/* A valid entry that has the right: the hardware wants A or D set, or had an old translation. */
static enum fault_result set_accessed_dirty(struct fault *f)
{
    uint64_t want = PTE_A | (f->access == ACCESS_WRITE ? PTE_W | PTE_D : 0);
    enum fault_result r = FAULT_OK;

    if ((f->old.bits & want) == want) {
        count_vm_event(VM_SPURIOUS_FAULT);
        if (f->vma->flags & VM_PFNMAP)
            r = FAULT_DEVICE;
    } else {
        struct pte new = { f->old.bits | want };

        if (f->access == ACCESS_WRITE)
            new.bits &= ~PTE_WRITE_LATER;
        pte_cmpxchg(f->pte, f->old, new);       /* lost: the retried access tells */
        count_vm_event(VM_AD_FAULT);
    }
    tlb_flush_page_local(&f->mm->ctx, f->va);
    return r;
}

/* The entry of a recorded program's page outside its window (vm/record.h).  W is the next
 * look's business. */
static __attribute__((noinline)) enum fault_result give_access(struct fault *f)
{
    pte_cmpxchg(f->pte, f->old, pte_for_vma(f->old, f->vma->flags));    /* lost: as above */
    tlb_flush_page_local(&f->mm->ctx, f->va);
    return f->access == ACCESS_WRITE ? FAULT_RETRY : FAULT_OK;
}

/* An entry that is not present, but not none. */
static __attribute__((noinline)) enum fault_result resolve_absent(struct fault *f)
{
    switch (pte_kind(f->old)) {
    case PTE_SWAP:
        return swap_fault(f);
    case PTE_MIGRATION:
        migration_wait(f->pte, f->old);
        return FAULT_RETRY;
    case PTE_PROTNONE:
        return give_access(f);
    default:
        panic("fault: entry %lx at %lx does not belong in this VMA", f->old.bits, f->va);
    }
}

static enum fault_result fault_resolve(struct fault *f)
{
    if (!f->old.bits)
        return f->vma->ops->fault(f);
    if (!pte_is_present(f->old))
        return resolve_absent(f);
    if (f->access != ACCESS_WRITE || pte_may_write(f->old))
        return set_accessed_dirty(f);
    return f->vma->ops->make_writable(f);
}

/* Code was written into PAGE: before its first execution every hart forgets what
 * it may have fetched from the frame.  Once per filling of the page. */
static void icache_sync(struct page *page)
{
    if (page_test(page, PG_FETCHABLE))
        return;
    fence_i_all();
    page_set(page, PG_FETCHABLE);
}

/* In a locked VMA each entry locks its page. */
static __attribute__((noinline)) void count_locked(const struct fault *f)
{
    if (pte_is_present(f->old) && !(f->old.bits & PTE_SPECIAL))
        page_mlock_put(pfn_to_page(pte_pfn(f->old)));
    if (!f->special)
        page_mlock_get(f->page);
}

/* Count the new page and uncount the one it replaces (COW). */
static void count_pages(struct fault *f)
{
    struct mm *mm = f->mm;

    if (pte_is_swap(f->old))
        mm->nswap--;
    if (pte_is_present(f->old) && !(f->old.bits & PTE_SPECIAL)) {
        struct page *old = pfn_to_page(pte_pfn(f->old));

        page_map_put(old);
        *mm_rss_of(mm, old) -= 1;
    }
    if (f->special)
        return;
    page_map_get(f->page);
    *mm_rss_of(mm, f->page) += 1;
    if (mm->rss_anon + mm->rss_file + mm->rss_shmem > mm->peak_rss)
        mm->peak_rss = mm->rss_anon + mm->rss_file + mm->rss_shmem;
}

/* Enter f->page, whose reference goes to the table. */
static enum fault_result fault_enter(struct fault *f)
{
    uint64_t bits = vma_pte_bits(f->vma->flags, f->writable && (f->vma->flags & VM_WRITE),
                                 f->access == ACCESS_WRITE);
    struct pte new = pte_make(page_to_phys(f->page), bits | (f->special ? PTE_SPECIAL : 0));
    bool same, stable;

    if (__builtin_expect(!(f->vma->flags & VM_ACCESS), 0))      /* swapoff brings it back */
        new = pte_make_protnone(pte_pfn(new), bits);

    if (f->vma->flags & VM_EXEC)
        icache_sync(f->page);
    spin_lock(&f->mm->pt_lock);
    stable = !f->mm->unstable;          /* else the page that was here may have been taken */
    same = stable && pte_cmpxchg(f->pte, f->old, new);
    if (same) {
        count_pages(f);
        if (f->vma->flags & VM_LOCKED)
            count_locked(f);
    }
    spin_unlock(&f->mm->pt_lock);
    if (!same)
        return stable ? FAULT_RETRY : FAULT_OOM;
    if (f->special)
        put_page(f->page);
    f->page = NULL;
    if (pte_is_swap(f->old)) {
        swap_fault_entered(f);
    } else if (pte_is_present(f->old)) {
        /* Other threads must not read the old frame once it is free. */
        tlb_flush_page(&f->mm->ctx, f->va);
        if (!(f->old.bits & PTE_SPECIAL))
            put_page(pfn_to_page(pte_pfn(f->old)));
    }
    return FAULT_OK;
}

/* Give up everything F holds. */
static void fault_release(struct fault *f)
{
    if (f->page)
        put_page(f->page);
    if (f->cache_page) {
        page_unlock(f->cache_page);
        if (f->cache_ref)
            put_page(f->cache_page);
    }
    if (f->changing)
        f->vma->mapping->ops->change_end(f->vma->mapping);
    if (f->map_locked)
        rwsem_read_unlock(&f->mm->lock);
}

/* From the top, with what has been released. */
static void fault_restart(struct fault *f)
{
    f->page = f->cache_page = NULL;
    f->cache_ref = f->special = f->writable = f->map_locked = f->changing = false;
}

static void count_fault(struct fault *f)
{
    count_vm_event(VM_PGFAULT);
    if (!f->major) {
        current->minflt++;
        return;
    }
    current->majflt++;
    count_vm_event(VM_PGMAJFAULT);
}

static enum fault_result fault_try(struct fault *f)
{
    enum fault_result r = fault_find(f);

    if (r == FAULT_OK)
        r = fault_walk(f);
    if (r == FAULT_OK)
        r = fault_resolve(f);
    if (r == FAULT_OK && f->page) {
        r = fault_enter(f);
        if (r == FAULT_OK && f->access != ACCESS_WRITE)
            f->vma->ops->fault_around(f);
    }
    fault_release(f);
    return r;
}

enum fault_result handle_mm_fault(struct mm *mm, vaddr_t va, enum access access)
{
    struct fault f = { .mm = mm, .va = va & PAGE_MASK, .access = access };
    enum fault_result r;

    while ((r = fault_try(&f)) == FAULT_RETRY)
        fault_restart(&f);
    count_fault(&f);
    if (f.dirtied)
        writeback_throttle();
    return r;
}

static enum fault_result try_swap_in(struct fault *f)
{
    enum fault_result r = FAULT_OK;

    rwsem_read_lock(&f->mm->lock);
    f->map_locked = true;
    f->vma = vmaset_find(&f->mm->vmas, f->va);
    f->pte = f->vma ? pt_find(&f->mm->ctx.pt, f->va, 0) : NULL;
    if (f->pte) {
        f->old = pte_read(f->pte);
        if (pte_is_swap(f->old))
            r = swap_fault(f);
    }
    if (f->page)
        r = fault_enter(f);
    if (r == FAULT_OOM && f->mm->unstable)
        r = FAULT_OK;                   /* of a process that was killed: it goes anyway */
    fault_release(f);
    return r;
}

enum fault_result fault_swap_in(struct mm *mm, vaddr_t va)
{
    struct fault f = { .mm = mm, .va = va & PAGE_MASK, .access = ACCESS_READ };
    enum fault_result r;

    while ((r = try_swap_in(&f)) == FAULT_RETRY)
        fault_restart(&f);
    return r;
}

/* The page that MM maps at VA with a right for ACCESS, referenced; NULL if not now. */
static struct page *present_page(struct mm *mm, vaddr_t va, enum access access)
{
    struct page *page = NULL;
    struct pte *pte, e;

    rwsem_read_lock(&mm->lock);
    pte = pt_find(&mm->ctx.pt, va, 0);
    if (pte) {
        spin_lock(&mm->pt_lock);
        e = pte_read(pte);
        if (pte_is_present(e) && (access != ACCESS_WRITE || pte_may_write(e))
            && pfn_is_valid(pte_pfn(e))) {
            page = pfn_to_page(pte_pfn(e));
            get_page(page);
        }
        spin_unlock(&mm->pt_lock);
    }
    rwsem_read_unlock(&mm->lock);
    return page;
}

struct page *mm_get_page(struct mm *mm, vaddr_t va, enum access access)
{
    struct page *page;

    while (!(page = present_page(mm, va, access)))
        if (handle_mm_fault(mm, va, access) != FAULT_OK)
            return NULL;
    return page;
}

/* The access that found no memory will be made again, unless the thread is to end.  Here it
 * holds nothing: it may ask for memory in every way there is. */
static __attribute__((noinline)) void out_of_memory(void)
{
    struct page *page = fault_is_killed() ? NULL : alloc_page(GFP_USER);

    if (page)
        free_page(page);
}

void fault_user(vaddr_t addr, enum access access)
{
    struct mm *mm = current_mm();
    enum fault_result r = addr < USER_END ? handle_mm_fault(mm, addr, access) : FAULT_MAPERR;

    if (r == FAULT_OK)
        record_use(mm, addr, access, true);
    if (r == FAULT_OK || r == FAULT_DEVICE)
        return;
    if (r == FAULT_OOM)
        out_of_memory();
    else
        signal_ops->bad_access(r, addr);
}

void fault_init(void)
{
    const char *ad = bootarg_string("ad");

    pte_soft_ad = ad && !strcmp(ad, "soft");
    if (ad && !pte_soft_ad)
        printk("boot: ad=%s is not soft, ignored\n", ad);
}

/* SPDX-License-Identifier: MIT */
/*
 * anon.c - anonymous memory: demand-zero pages and copy-on-write.
 *
 * A read of untouched memory maps the one zero page, write-protected; a write
 * takes a cleared frame.  After fork both sides map the same frames without W;
 * the first store copies the frame, unless the writer is the only one left.
 *
 *     before fork      after fork        parent stores     child stores
 *     P --rw--> A      P --r-->  A       P --rw--> B       P --rw--> B
 *                      C --r-->  A       C --r-->  A       C --rw--> A   (reuse)
 */
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/anon_vma.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/swapin.h"
#include "lib/string.h"

struct page *zero_page;

enum fault_result anon_new_page(struct fault *f, bool zeroed)
{
    if (anon_vma_prepare(f->vma) < 0)
        return FAULT_OOM;
    f->page = alloc_page(GFP_USER_MOVABLE | (zeroed ? __GFP_ZERO : 0));
    if (!f->page)
        return FAULT_OOM;
    page_set_identity(f->page, PAGE_ANON);
    f->page->anon_vma = f->mm->anon.anon_vma;
    f->page->index = anon_index(f->vma, f->va);
    page_set(f->page, PG_SWAPBACKED);
    lru_add(f->page);
    f->writable = true;
    return FAULT_OK;
}

void anon_set_owner(const struct fault *f, struct page *page, bool exclusive)
{
    const struct anon_space *s = &f->mm->anon;

    ASSERT(f->vma->span && s->anon_vma);
    page->index = anon_index(f->vma, f->va);
    page->anon_vma = exclusive && s->is_own ? s->anon_vma : s->anon_vma->root;
}

static enum fault_result anon_fault(struct fault *f)
{
    if (f->access == ACCESS_WRITE)
        return anon_new_page(f, true);
    count_vm_event(VM_ZERO_PAGE_FAULT);
    f->page = zero_page;
    get_page(zero_page);
    f->special = true;
    return FAULT_OK;
}

const struct vma_ops anon_vma_ops = {
    .name = "anon",
    .fault = anon_fault,
    .make_writable = anon_copy_on_write,
    .fault_around = vma_op_nothing_around,
};

/* Take over the frame under f->old if this entry is all that refers to it. */
static bool reuse(struct fault *f)
{
    bool alone;

    spin_lock(&f->mm->pt_lock);
    alone = pte_read(f->pte).bits == f->old.bits && anon_is_alone(f->old);
    if (alone) {
        pte_set_bits(f->pte, PTE_W | PTE_A | PTE_D);
        if (f->mm->anon.is_own)             /* it was a forefather's: walks get shorter */
            pfn_to_page(pte_pfn(f->old))->anon_vma = f->mm->anon.anon_vma;
    }
    spin_unlock(&f->mm->pt_lock);
    if (!alone)
        return false;
    tlb_flush_page_local(&f->mm->ctx, f->va);
    count_vm_event(VM_COW_REUSE);
    return true;
}

/* A reference on the page that f->old maps, if it still does. */
static struct page *get_old_page(struct fault *f)
{
    struct page *page = pfn_to_page(pte_pfn(f->old));
    bool same;

    spin_lock(&f->mm->pt_lock);
    same = pte_read(f->pte).bits == f->old.bits;
    if (same)
        get_page(page);
    spin_unlock(&f->mm->pt_lock);
    return same ? page : NULL;
}

/* A page that somebody has read from swap keeps its slot, which counts as a user. */
static __attribute__((noinline)) void leave_swap(struct fault *f)
{
    struct page *page = get_old_page(f);

    if (!page)
        return;
    swap_leave_before_store(page);
    put_page(page);
}

enum fault_result anon_copy_on_write(struct fault *f)
{
    bool was_zero = f->old.bits & PTE_SPECIAL;
    enum fault_result r;
    struct page *old;

    if (was_zero)
        return anon_new_page(f, true);
    if (page_test(pfn_to_page(pte_pfn(f->old)), PG_SWAPCACHE))
        leave_swap(f);
    if (reuse(f))
        return FAULT_OK;
    /* The reference keeps the frame from being freed, and so from being reused, while we copy. */
    old = get_old_page(f);
    if (!old)
        return FAULT_RETRY;
    r = anon_new_page(f, false);
    if (r == FAULT_OK) {
        memcpy(page_address(f->page), page_address(old), PAGE_SIZE);
        count_vm_event(VM_COW_COPY);
    }
    put_page(old);
    return r;
}

void anon_init(void)
{
    zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
    if (!zero_page)
        panic("vm: no memory for the zero page");
}

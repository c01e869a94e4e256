/* SPDX-License-Identifier: MIT */
/*
 * mm_fork.c - copy an address space without copying its pages.
 *
 * VMAs are copied, and so are the entries of pages that only this table knows
 * (anonymous ones); file pages are found again in the page cache.  Entries of
 * private writable memory lose W on both sides: the first store copies.
 *
 * No frame is copied here, and none is allocated but page tables.
 */
#include "kernel/cache/swap.h"
#include "kernel/fs/file.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/pte_bits.h"
#include "kernel/vm/rmap.h"
#include "kernel/vm/zap.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

struct copy {
    struct mm *from, *to;
    bool cow;               /* W is lost on both sides                    */
    bool protected;         /* an entry of the parent lost W: flush        */
    int64_t anon, file, shmem, swap;
};

/* Count the child's entry E as one more user of its page. */
static void share_page(struct copy *c, struct pte e)
{
    struct page *page;

    if (e.bits & PTE_SPECIAL)
        return;
    page = pfn_to_page(pte_pfn(e));
    get_page(page);
    page_map_get(page);
    if (page->identity == PAGE_ANON)
        c->anon++;
    else if (page_test(page, PG_SWAPBACKED))
        c->shmem++;
    else
        c->file++;
}

static struct pte without_write(struct pte e)
{
    return (struct pte){ e.bits & ~(PTE_W | PTE_WRITE_LATER) };
}

/* Take the right to write from *P, which is the entry E, and note that the parent must flush;
 * returns what is left.  An entry that is moving stays so, but comes back without it - one
 * without any access has no such bit, but another meaning for it.  The parent's page-table lock
 * is held. */
static struct pte protect(struct copy *c, struct pte *p, struct pte e)
{
    if (pte_is_present(e) && pte_may_write(e)) {
        e = without_write(pte_clear_bits(p, PTE_W | PTE_WRITE_LATER));
        c->protected = true;
    } else if (pte_is_moving(e) && pte_is_present(pte_settled(e))) {
        e = pte_freeze(without_write(pte_settled(e)));
        pte_set(p, e);
    }
    return e;
}

/* N entries of one table; the parent's page-table lock is held. */
static void copy_run(struct copy *c, struct pte *from, struct pte *to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pte e = pte_read(&from[i]);

        if (!e.bits)
            continue;
        if (c->cow)
            e = protect(c, &from[i], e);
        if (pte_is_swap(e)) {
            swap_get(pte_payload(e));
            c->swap++;
        } else {
            share_page(c, e);
        }
        to[i] = e;                  /* nobody runs in the child yet: a plain store */
    }
}

/* Give the child what the parent's entries of VMA lead to: memory that is private is shared
 * until somebody writes to it.  0, or -ENOMEM if there is none for a page table. */
static int copy_entries(struct copy *c, const struct vma *vma)
{
    struct pte *from, *to;
    size_t n;

    c->cow = !(vma->flags & VM_SHARED);
    for (vaddr_t va = vma->start; (from = pt_next_run(&c->from->ctx.pt, &va, vma->end, &n));
         va += n * PAGE_SIZE) {
        to = pt_get(&c->to->ctx.pt, va, 0);
        if (!to)
            return -ENOMEM;
        spin_lock(&c->from->pt_lock);
        copy_run(c, from, to, n);
        spin_unlock(&c->from->pt_lock);
        cond_resched();
    }
    return 0;
}

/* File pages that were never written are in the page cache: the child will find
 * them there, and most programs that fork then exec never look.  Copies exist in
 * the table alone, even where the VMA has become read-only since (RELRO). */
static bool needs_entries(const struct vma *vma)
{
    if (vma->flags & VM_WIPEONFORK)
        return false;
    return !vma->mapping || vma->span;
}

static int copy_vmas(struct copy *c)
{
    struct vma *vma, *copy;

    list_for_each_entry(vma, &c->from->vmas.list, link) {
        if (vma->flags & VM_DONTCOPY) {
            vm_account(c->to, vma->flags & ~VM_LOCKS, -(int64_t)vma_npages(vma));
            continue;
        }
        copy = vma_alloc(c->to, vma);
        if (!copy)
            return -ENOMEM;
        copy->flags &= ~VM_LOCKS;               /* locks are not inherited */
        if (vm_charge(c->from, vma->flags, vma_npages(vma)) < 0) {
            vma_free(copy);
            return -ENOMEM;
        }
        rmap_link(copy);
        vmaset_insert(&c->to->vmas, copy, NULL);
        if (!needs_entries(vma))
            continue;
        if (anon_span_fork(copy, vma) < 0 || copy_entries(c, vma) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void copy_description(struct mm *to, const struct mm *from)
{
    to->start_code = from->start_code;
    to->end_code = from->end_code;
    to->start_data = from->start_data;
    to->end_data = from->end_data;
    to->start_brk = from->start_brk;
    to->brk = from->brk;
    to->start_stack = from->start_stack;
    to->arg_start = from->arg_start;
    to->arg_end = from->arg_end;
    to->env_start = from->env_start;
    to->env_end = from->env_end;
    to->mmap_base = from->mmap_base;
    to->vdso = from->vdso;
    to->total_vm = from->total_vm;
    to->data_vm = from->data_vm;
    to->stack_vm = from->stack_vm;
    to->exec_vm = from->exec_vm;
    to->membarriers = from->membarriers;
    to->limit_as = from->limit_as;
    to->limit_data = from->limit_data;
    to->limit_stack = from->limit_stack;
    memcpy(to->auxv, from->auxv, sizeof(to->auxv));
    to->exe = from->exe;
    if (to->exe) {
        file_get(to->exe);
        inode_deny_write(to->exe->inode);       /* denied already: cannot fail */
    }
}

struct mm *mm_fork(struct mm *from)
{
    struct copy c = { .from = from };
    int err;

    c.to = mm_create();
    if (!c.to)
        return NULL;
    rwsem_write_lock(&from->lock);
    rwsem_write_lock_nested(&c.to->lock);       /* it is listed: swapoff may look at it */
    copy_description(c.to, from);
    anon_space_fork(c.to, from);
    err = copy_vmas(&c);
    anon_space_forked(from);
    /* A truncation may have taken pages away again already. */
    spin_lock(&c.to->pt_lock);
    c.to->rss_anon += c.anon;
    c.to->rss_file += c.file;
    c.to->rss_shmem += c.shmem;
    c.to->nswap += c.swap;
    c.to->peak_rss = c.anon + c.file + c.shmem;
    c.to->peak_vm = c.to->total_vm;
    spin_unlock(&c.to->pt_lock);
    if (c.protected)
        tlb_flush_all(&from->ctx);
    rwsem_write_unlock(&c.to->lock);
    rwsem_write_unlock(&from->lock);
    if (err < 0) {
        mm_put(c.to);
        return NULL;
    }
    return c.to;
}

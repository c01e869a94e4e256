/* SPDX-License-Identifier: MIT */
/*
 * mm.c - the life of an address space and of its VMAs.
 *
 * Two counts: `users` keeps the mappings, ctx.refcount keeps the root alive for
 * harts that still have it in satp after the last user left.
 */
#include "kernel/fs/file.h"
#include "kernel/cache/swap.h"
#include "kernel/mm/slab.h"
#include "kernel/riscv/csr.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/contig.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/layout.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/oom.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/reclaim.h"
#include "kernel/vm/record.h"
#include "kernel/vm/rmap.h"
#include "kernel/vm/uaccess.h"
#include "kernel/vm/vdso.h"
#include "kernel/vm/zap.h"

static struct kmem_cache *mm_cache, *vma_cache;

static struct spinlock all_lock = SPINLOCK_INIT(RANK_RMAP, "mm list");
static struct list all_mms = LIST_INIT(all_mms);
static size_t nr_mms;

/* MM, or NULL if its last user is gone. */
static struct mm *get_unless_zero(struct mm *mm)
{
    int32_t n = __atomic_load_n(&mm->users, __ATOMIC_RELAXED);

    while (n > 0)
        if (__atomic_compare_exchange_n(&mm->users, &n, n + 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return mm;
    return NULL;
}

static void mm_list_add(struct mm *mm)
{
    spin_lock(&all_lock);
    list_insert_tail(&all_mms, &mm->all_link);
    nr_mms++;
    spin_unlock(&all_lock);
}

static void mm_list_remove(struct mm *mm)
{
    spin_lock(&all_lock);
    list_remove(&mm->all_link);
    nr_mms--;
    spin_unlock(&all_lock);
}

void mm_for_each(void (*fn)(struct mm *mm, void *arg), void *arg)
{
    struct mm *mm;

    spin_lock(&all_lock);
    list_for_each_entry(mm, &all_mms, all_link)
        fn(mm, arg);
    spin_unlock(&all_lock);
}

struct mm *mm_next(struct mm *mm)
{
    struct mm *before = mm;
    struct list *at;

    spin_lock(&all_lock);
    at = mm ? mm->all_link.next : all_mms.next;
    for (mm = NULL; at != &all_mms && !mm; at = at->next)
        mm = get_unless_zero(list_entry(at, struct mm, all_link));
    spin_unlock(&all_lock);
    if (before)
        mm_put(before);
    return mm;
}

struct mapped_pages mapped_pages[MAX_HARTS];

static int64_t not_below_0(int64_t n)
{
    return n < 0 ? 0 : n;
}

struct mapped_pages mapped_pages_sum(void)
{
    struct mapped_pages sum = { 0 };

    for (unsigned i = 0; i < nr_harts; i++) {
        sum.anon += mapped_pages[i].anon;
        sum.file += mapped_pages[i].file;
        sum.locked += mapped_pages[i].locked;
    }
    /* Harts go on counting meanwhile: a page may be seen to go, and not to come. */
    return (struct mapped_pages){
        .anon = not_below_0(sum.anon),
        .file = not_below_0(sum.file),
        .locked = not_below_0(sum.locked),
    };
}

static void add_tables(struct mm *mm, void *arg)
{
    *(size_t *)arg += mm->ctx.pt.ntables + 1;
}

size_t nr_page_table_pages(void)
{
    size_t n = 0;

    mm_for_each(add_tables, &n);
    return n;
}

size_t mm_count(void)
{
    return nr_mms;
}

static void mm_release(struct mmu_context *ctx)
{
    mmu_context_fini(ctx);
    kmem_cache_free(mm_cache, mm_of_ctx(ctx));
}

struct vma *vma_alloc(struct mm *mm, const struct vma *like)
{
    struct vma *vma = kmem_cache_alloc(vma_cache, GFP_KERNEL);

    if (!vma)
        return NULL;
    vma->start = like->start;
    vma->end = like->end;
    vma->flags = like->flags;
    vma->touched = like->touched;
    vma->mm = mm;
    vma->ops = like->ops;
    vma->file = like->file;
    vma->mapping = like->mapping;
    vma->pgoff = like->pgoff;
    vma->span = NULL;
    if (vma->file)
        file_get(vma->file);
    return vma;
}

void vma_free(struct vma *vma)
{
    if (vma->file)
        file_put(vma->file);
    kmem_cache_free(vma_cache, vma);
}

static void vma_unlink_and_free(struct vma *vma)
{
    rmap_unlink(vma);
    vma_free(vma);
}

static struct vma *vma_alloc_like(struct vma *like)
{
    struct vma *vma = vma_alloc(like->mm, like);

    if (vma)
        anon_span_share(vma, like);
    return vma;
}

static const struct vmaset_ops set_ops = {
    .alloc = vma_alloc_like,
    .link = rmap_link,
    .free = vma_unlink_and_free,
    .adopt = anon_span_share,
    .before_change = rmap_before_change,
    .after_change = rmap_after_change,
    .cover = anon_span_cover,
};

struct mm *mm_create(void)
{
    struct mm *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);

    if (!mm)
        return NULL;
    if (mmu_context_init(&mm->ctx, mm_release) < 0) {
        kmem_cache_free(mm_cache, mm);
        return NULL;
    }
    vmaset_init(&mm->vmas, MMAP_MIN_ADDR, USER_END, &set_ops);
    rwsem_init(&mm->lock, RANK_MM, "map");
    spin_init(&mm->pt_lock, RANK_PAGE_TABLE, "page table");
    anon_space_init(mm);
    mm->users = 1;
    mm->limit_as = mm->limit_data = UINT64_MAX;
    mm->limit_stack = 8UL << 20;
    mm_list_add(mm);
    return mm;
}

void mm_get(struct mm *mm)
{
    __atomic_fetch_add(&mm->users, 1, __ATOMIC_RELAXED);
}

/* The last user is gone: nobody else looks, so no lock is needed. */
static void unmap_all(struct mm *mm)
{
    struct list doomed = LIST_INIT(doomed);
    struct vma *vma, *next;

    oom_unmap_begin(mm);
    list_splice(&doomed, &mm->vmas.list);
    list_for_each_entry(vma, &doomed, link) {
        zap_range(mm, vma->start, vma->end);
        vm_uncharge(vma->flags, vma_npages(vma));
    }
    oom_unmap_end();
    /* By VMAs and spans a walk of the reverse map finds the tables: they go first. */
    list_for_each_entry_safe(vma, next, &doomed, link)
        vma_unlink_and_free(vma);
    anon_space_leave(mm);
    pt_free_tables(&mm->ctx.pt, 0, USER_END);
    mmu_context_free_retired(&mm->ctx);
}

void mm_put(struct mm *mm)
{
    if (__atomic_sub_fetch(&mm->users, 1, __ATOMIC_ACQ_REL))
        return;
    mm_list_remove(mm);
    record_leave(mm);
    unmap_all(mm);
    if (mm->exe) {
        inode_allow_write(mm->exe->inode);
        file_put(mm->exe);
    }
    mmu_context_put(&mm->ctx);
}

void mm_switch_current(struct mm *mm)
{
    uint64_t flags = interrupts_save();

    current->mmu = mm ? &mm->ctx : NULL;
    mmu_context_switch(current->mmu);
    interrupts_restore(flags);
}

void vm_init(void)
{
    mm_cache = kmem_cache_create("mm_struct", sizeof(struct mm), 0, SLAB_HWCACHE_ALIGN, NULL);
    vma_cache = kmem_cache_create("vm_area_struct", sizeof(struct vma), 0, 0, NULL);
    if (!mm_cache || !vma_cache)
        panic("vm: no memory for caches");
    layout_init();
    commit_init();
    fault_init();
    anon_init();
    anon_vma_init();
    vdso_init();
    rmap_init();
    swap_init();
    reclaim_init();
    contig_init();
    oom_reaper_init();
    uaccess_init();
}

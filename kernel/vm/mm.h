/* SPDX-License-Identifier: MIT */
/*
 * mm.h - a user address space.
 *
 * Shared by the threads that run in it (users) and, after they left, kept as a
 * root for harts that borrow it (ctx.refcount).
 *
 *   map lock   what may be where: VMAs, brk, limits     (rwsem, faults read it)
 *   pt_lock    leaf entries and the counts they imply   (spinlock)
 */
#pragma once
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/page.h"
#include "kernel/sched/rwsem.h"
#include "kernel/sched/thread.h"
#include "kernel/vm/anon_vma.h"
#include "kernel/vm/vmaset.h"

#define USER_END       0x4000000000UL       /* end of the user half                    */
#define MMAP_MIN_ADDR  0x10000UL            /* nothing below: page 0 always faults     */
#define STACK_GUARD    (256 * PAGE_SIZE)    /* hole kept below a growing stack         */

/* Whether the memory of one is waited for (vm/oom.h). */
enum mm_life { LIFE_NORMAL, LIFE_LEAVING, LIFE_GONE };

struct mm {
    struct mmu_context ctx;                 /* hardware half: root, ASIDs              */
    struct vma_set vmas;                    /*                                [map]    */
    struct rwsem lock;                      /* RANK_MM: the map lock                   */
    struct spinlock pt_lock;                /* RANK_PAGE_TABLE                         */
    struct anon_space anon;                 /* how its anonymous pages are found       */
    int32_t users;                          /* threads and borrowers of VMAs  [a]      */
    vaddr_t start_code, end_code, start_data, end_data;             /*        [map]    */
    vaddr_t start_brk, brk;                 /*                                [map]    */
    vaddr_t start_stack, arg_start, arg_end, env_start, env_end;    /*        [map]    */
    vaddr_t mmap_base;                      /* top of the mmap area           [c]      */
    vaddr_t vdso;                           /* the page of vdso.h             [map]    */
    uint64_t auxv[48];                      /* as given to the program, for /proc      */
    struct file *exe;                       /* referenced                     [map]    */
    int64_t rss_anon, rss_file, rss_shmem;  /* pages                          [pt]     */
    int64_t peak_rss;                       /* at least of the past           [pt]     */
    int64_t nswap;                          /* swap entries                   [pt]     */
    size_t total_vm, locked_vm, data_vm, stack_vm, exec_vm;     /* pages      [map]    */
    size_t peak_vm;
    uint32_t def_flags;                     /* VM_LOCKS of mappings to come   [map]    */
    uint32_t membarriers;                   /* MEMBARRIER_CMD_REGISTER_...    [a]      */
    bool recorded;                          /* vm/record.h               [its lock]    */
    uint64_t limit_as, limit_data, limit_stack;     /* bytes; from rlimits    [map]    */
    struct list all_link;                   /* every mm           [mm list's lock]     */
    uint32_t life;                          /* enum mm_life                   [a]      */
    bool unstable;                          /* pages have been taken: no more come [pt] */
    struct list reap_link;                  /*                    [reaper's lock]      */
    int reap_pid;                           /* whose it was, for the log [reaper]      */
    char reap_name[16];
};

/* An empty address space with one user, or NULL. May sleep. */
struct mm *mm_create(void);
void mm_get(struct mm *mm);
/* Drop a user; the last one unmaps everything.  May sleep. */
void mm_put(struct mm *mm);
/* Copy of MM for fork: same VMAs, private pages shared until written.  NULL if
 * out of memory.  Takes the map lock. */
struct mm *mm_fork(struct mm *mm);

/* A VMA of MM with LIKE's contents and a reference on its file, but no span, in no set
 * and not in the reverse map; NULL if out of memory.  free wants it so too; may sleep. */
struct vma *vma_alloc(struct mm *mm, const struct vma *like);
void vma_free(struct vma *vma);

static inline struct mm *mm_of_ctx(struct mmu_context *ctx)
{
    return container_of(ctx, struct mm, ctx);
}
/* Of the running thread; NULL in kernel threads. */
static inline struct mm *current_mm(void)
{
    struct mmu_context *ctx = current->mmu;

    return ctx ? mm_of_ctx(ctx) : NULL;
}
/* The running thread changes to MM (exec): takes over the caller's user. */
void mm_switch_current(struct mm *mm);

static inline size_t mm_rss(const struct mm *mm)
{
    int64_t n = __atomic_load_n(&mm->rss_anon, __ATOMIC_RELAXED)
                + __atomic_load_n(&mm->rss_file, __ATOMIC_RELAXED)
                + __atomic_load_n(&mm->rss_shmem, __ATOMIC_RELAXED);
    return n > 0 ? (size_t)n : 0;
}

/* The most there has been. */
static inline size_t mm_peak_rss(const struct mm *mm)
{
    size_t past = (size_t)__atomic_load_n(&mm->peak_rss, __ATOMIC_RELAXED), now = mm_rss(mm);

    return now > past ? now : past;
}

/* The address space after MM, which is put; the first after NULL.  Referenced as a user is;
 * NULL: there is none.  May sleep. */
struct mm *mm_next(struct mm *mm);
/* Call FN for every address space, under a spinlock. */
void mm_for_each(void (*fn)(struct mm *mm, void *arg), void *arg);
size_t mm_count(void);
size_t nr_page_table_pages(void);              /* of all address spaces */

/*
 * Check every entry of every address space against its VMA, and every page's
 * counts against the entries.  Prints each contradiction and returns how many
 * there are.  Exact only while no other process runs.
 */
size_t vm_audit(void);

void vm_init(void);

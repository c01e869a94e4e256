/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.c - areas of kernel addresses over scattered frames or over devices.
 *
 *     | pages ........ | guard |  | guard 16K | stack 16K |  | device | guard |
 *       vmalloc                     stack, aligned to 32K       ioremap
 *
 * Freeing is lazy.  Forgetting a kernel translation interrupts every hart, so a
 * freed area first waits on the purge list, still mapped, until many can go at
 * once:
 *
 *     vfree      live -> purge list
 *     purge      clear all their entries; flush once; only then free the frames
 *                and give the addresses back
 *
 * Stacks come and go with threads: a few freed ones are kept mapped, ready for
 * the next.  Both kinds of spare memory go when addresses or memory run out.
 *
 * Mapping needs no flush: an entry goes from none to valid, and a hart whose TLB
 * remembers the none takes one fault that trap code recognises as spurious.
 *
 * The lock guards the set and the lists only.  Page tables need none: an area's
 * entries belong to whoever owns the area, tables are installed atomically and
 * stay for ever.
 *
 * Relies on: kernel_pt and tlb_flush_kernel (mmu_context.h).
 */
#include "kernel/mm/vmalloc.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmarea.h"
#include "kernel/riscv/layout.h"
#include "lib/bitops.h"

#define KERNEL_RW (PTE_R | PTE_W | PTE_A | PTE_D | PTE_G)
#define MAX_LAZY_PAGES 512          /* 2 MiB wait on the purge list before a flush      */
#define MAX_LAZY_AREAS 64           /* ... or so many areas, when they are small        */
#define MAX_SPARE_STACKS 16         /* 256 KiB of stacks kept for the next threads      */

enum kind { KIND_VMALLOC, KIND_IOREMAP, KIND_STACK };
static const char *const kind_names[] = {
    [KIND_VMALLOC] = "vmalloc", [KIND_IOREMAP] = "ioremap", [KIND_STACK] = "stack",
};

struct area {
    struct vmarea range;            /* guard included                      [l] */
    enum kind kind;                 /*                                     [c] */
    bool live;                      /* not on the purge list or spare      [l] */
    vaddr_t mapped;                 /* first mapped address                [c] */
    size_t npages;                  /* from there                          [c] */
    paddr_t pa;                     /* of a device                         [c] */
    uintptr_t caller;               /*                                     [c] */
    struct list link;               /* purge list or spare stacks          [l] */
};

static struct spinlock lock = SPINLOCK_INIT(RANK_VMALLOC, "vmalloc");
static struct vmarea_set areas;                         /* [lock] */
static vaddr_t limit;                                   /* [lock] */
static struct list purge_list = LIST_INIT(purge_list);  /* [lock] */
static size_t npurge, npurge_pages;                     /* [lock] */
static size_t npurging_pages;                           /* of purges under way  [a] */
static struct list spare_stacks = LIST_INIT(spare_stacks);  /* [lock] newest first */
static size_t nspare;                                   /* [lock] */
static size_t nstacks, nused_pages;                     /* live ones [lock] */
static unsigned npurging;                               /* purges under way [a] */
static uint64_t nforgotten;                             /* areas, ever [lock] */
static struct kmem_cache *area_cache;

/* Purging */

struct unmap {
    struct pt_walk walk;
    struct list *pages;             /* NULL: nothing of ours is mapped there */
};

static int unmap_entry(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    struct unmap *u = container_of(w, struct unmap, walk);
    struct pte old = pte_exchange(p, (struct pte){ 0 });

    (void)va;
    (void)level;
    if (u->pages)
        list_insert_tail(u->pages, &phys_to_page(pte_pa(old))->link);
    return 0;
}

/* Clear A's entries; its frames go to PAGES until the flush is done. */
static void unmap_area(const struct area *a, struct list *pages)
{
    struct unmap u = {
        .walk.visit = unmap_entry, .pages = a->kind == KIND_IOREMAP ? NULL : pages,
    };

    pt_walk_range(&kernel_pt, a->mapped, a->mapped + a->npages * PAGE_SIZE, &u.walk);
}

static void unmap_areas(struct list *list)
{
    struct list pages = LIST_INIT(pages);
    vaddr_t start = VMALLOC_END, end = VMALLOC_START;
    struct area *a;

    list_for_each_entry(a, list, link) {
        unmap_area(a, &pages);
        start = min_u64(start, a->mapped);
        end = max_u64(end, a->mapped + a->npages * PAGE_SIZE);
    }
    tlb_flush_kernel(start, end);
    while (!list_is_empty(&pages)) {
        struct page *page = list_first_entry(&pages, struct page, link);

        list_remove(&page->link);
        free_page(page);
    }
}

static void forget_areas(struct list *list)
{
    struct area *a, *next;

    spin_lock(&lock);
    list_for_each_entry(a, list, link) {
        vmarea_remove(&areas, &a->range);
        nforgotten++;
    }
    spin_unlock(&lock);
    list_for_each_entry_safe(a, next, list, link)
        kmem_cache_free(area_cache, a);
}

/* Unmap all that waits for it.  Does not sleep, but other harts must answer. */
static void purge(void)
{
    struct list list = LIST_INIT(list);
    size_t npages;

    __atomic_fetch_add(&npurging, 1, __ATOMIC_ACQ_REL);
    spin_lock(&lock);
    list_splice(&list, &purge_list);
    npages = npurge_pages;
    __atomic_fetch_add(&npurging_pages, npages, __ATOMIC_RELAXED);
    npurge = npurge_pages = 0;
    spin_unlock(&lock);
    if (!list_is_empty(&list)) {
        unmap_areas(&list);
        forget_areas(&list);
    }
    __atomic_fetch_sub(&npurging_pages, npages, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&npurging, 1, __ATOMIC_ACQ_REL);
}

/* A is not used any more.  Locked. */
static void put_on_purge_list(struct area *a)
{
    list_insert_tail(&purge_list, &a->link);
    npurge++;
    npurge_pages += a->npages;
}

static bool purge_is_due(void)
{
    return npurge > MAX_LAZY_AREAS || npurge_pages > MAX_LAZY_PAGES;
}

void vmalloc_drain(void)
{
    spin_lock(&lock);
    while (!list_is_empty(&spare_stacks)) {
        struct area *a = list_first_entry(&spare_stacks, struct area, link);

        list_remove(&a->link);
        put_on_purge_list(a);
    }
    nspare = 0;
    spin_unlock(&lock);
    purge();
    /* Another hart may still be at it: its addresses are not free before it is done. */
    while (__atomic_load_n(&npurging, __ATOMIC_ACQUIRE))
        ;
}

/* Areas */

/* Give A its addresses.  Returns whether there is room, and in *FORGOTTEN how many areas had been
 * forgotten when we looked. */
static bool try_place(struct area *a, size_t size, size_t align, uint64_t *forgotten)
{
    vaddr_t va;

    spin_lock(&lock);
    va = vmarea_find_gap(&areas, size, align, limit);
    if (va) {
        a->range.start = va;
        a->range.end = va + size;
        vmarea_insert(&areas, &a->range);
    }
    *forgotten = nforgotten;
    spin_unlock(&lock);
    return va != 0;
}

/*
 * The same, with what waits for its purge out of the way.  What other harts free until we
 * look again is in the way once more, and what they are purging, too: so there is no room
 * only when nobody has forgotten any since the last look.
 */
static bool place(struct area *a, size_t size, size_t align)
{
    uint64_t before, now;

    if (try_place(a, size, align, &now))
        return true;
    do {
        before = now;
        vmalloc_drain();
        if (try_place(a, size, align, &now))
            return true;
    } while (now != before);
    return false;
}

/* An area of SIZE bytes of addresses, with nothing mapped, not live; NULL if there
 * is no memory or no room. */
static struct area *new_area(enum kind kind, size_t size, size_t align, const void *caller)
{
    struct area *a = kmem_cache_alloc(area_cache, GFP_KERNEL);

    if (!a)
        return NULL;
    *a = (struct area){ .kind = kind, .caller = (uintptr_t)caller };
    if (place(a, size, align))
        return a;
    kmem_cache_free(area_cache, a);
    return NULL;
}

/* Map fresh frames to the NPAGES pages from VA on; false if out of memory. */
static bool map_frames(struct area *a, vaddr_t va, size_t npages, gfp_t gfp)
{
    a->mapped = va;
    for (a->npages = 0; a->npages < npages; a->npages++, va += PAGE_SIZE) {
        struct page *page = alloc_page(gfp);

        if (!page)
            return false;
        if (pt_map(&kernel_pt, va, page_to_phys(page), PAGE_SIZE, KERNEL_RW, 0)) {
            free_page(page);
            return false;
        }
    }
    return true;
}

static void make_live(struct area *a)
{
    spin_lock(&lock);
    a->live = true;
    if (a->kind == KIND_STACK)
        nstacks++;
    if (a->kind != KIND_IOREMAP)
        nused_pages += a->npages;
    spin_unlock(&lock);
}

/* Locked. */
static void make_dead(struct area *a)
{
    a->live = false;
    if (a->kind == KIND_STACK)
        nstacks--;
    if (a->kind != KIND_IOREMAP)
        nused_pages -= a->npages;
}

/* A could not be made: let go of what it got. */
static void abandon(struct area *a)
{
    spin_lock(&lock);
    put_on_purge_list(a);
    spin_unlock(&lock);
    purge();
}

/* The live area of KIND that is mapped at VA.  Locked. */
static struct area *live_area(enum kind kind, vaddr_t va)
{
    struct vmarea *range = vmarea_find(&areas, va);
    struct area *a = range ? container_of(range, struct area, range) : NULL;

    if (!a || !a->live || a->kind != kind || a->mapped != va)
        panic("%lx freed, but no %s area starts there", va, kind_names[kind]);
    return a;
}

static void free_area(enum kind kind, vaddr_t va)
{
    struct area *a;
    bool due;

    spin_lock(&lock);
    a = live_area(kind, va);
    make_dead(a);
    put_on_purge_list(a);
    due = purge_is_due();
    spin_unlock(&lock);
    if (due)
        purge();
}

/* vmalloc */

static void *alloc_area(size_t size, gfp_t gfp, const void *caller)
{
    size_t npages = div_round_up(size, PAGE_SIZE);
    struct area *a;

    if (port_should_fail(FAIL_VMALLOC) || size == 0 || size >= VMALLOC_SIZE)
        return NULL;
    a = new_area(KIND_VMALLOC, (npages + 1) * PAGE_SIZE, PAGE_SIZE, caller);
    if (!a)
        return NULL;
    if (!map_frames(a, a->range.start, npages, gfp)) {
        abandon(a);
        return NULL;
    }
    make_live(a);
    return (void *)a->mapped;
}

void *vmalloc(size_t size)
{
    return alloc_area(size, GFP_KERNEL, __builtin_return_address(0));
}

void *vzalloc(size_t size)
{
    return alloc_area(size, GFP_KERNEL | __GFP_ZERO, __builtin_return_address(0));
}

void vfree(void *p)
{
    if (p)
        free_area(KIND_VMALLOC, (vaddr_t)p);
}

bool is_vmalloc_addr(const void *p)
{
    return (vaddr_t)p >= VMALLOC_START && (vaddr_t)p < VMALLOC_END;
}

/* ioremap */

void *ioremap(paddr_t pa, size_t size)
{
    size_t offset = pa & (PAGE_SIZE - 1);
    size_t nbytes = align_up(size + offset, PAGE_SIZE);
    size_t align = nbytes >= PT_LEAF_SIZE(1) ? PT_LEAF_SIZE(1) : PAGE_SIZE;
    struct area *a;

    if (port_should_fail(FAIL_VMALLOC) || size == 0 || size >= VMALLOC_SIZE)
        return NULL;
    a = new_area(KIND_IOREMAP, nbytes + PAGE_SIZE, align, __builtin_return_address(0));
    if (!a)
        return NULL;
    a->mapped = a->range.start;
    a->pa = pa - offset;
    if (pt_map(&kernel_pt, a->mapped, a->pa, nbytes, KERNEL_RW, 1)) {
        abandon(a);
        return NULL;
    }
    a->npages = nbytes >> PAGE_SHIFT;
    make_live(a);
    return (void *)(a->mapped + offset);
}

void iounmap(void *p)
{
    if (p)
        free_area(KIND_IOREMAP, align_down((vaddr_t)p, PAGE_SIZE));
}

/* Stacks */

static struct area *take_spare_stack(void)
{
    struct area *a = NULL;

    spin_lock(&lock);
    if (nspare) {
        a = list_first_entry(&spare_stacks, struct area, link);
        list_remove(&a->link);
        nspare--;
    }
    spin_unlock(&lock);
    return a;
}

void *kstack_alloc(void)
{
    struct area *a;

    if (port_should_fail(FAIL_VMALLOC))
        return NULL;
    a = take_spare_stack();
    if (!a) {
        a = new_area(KIND_STACK, 2 * KSTACK_SIZE, 2 * KSTACK_SIZE, __builtin_return_address(0));
        if (!a)
            return NULL;
        if (!map_frames(a, a->range.start + KSTACK_SIZE, KSTACK_SIZE / PAGE_SIZE, GFP_KERNEL)) {
            abandon(a);
            return NULL;
        }
    }
    make_live(a);
    return (void *)a->mapped;
}

void kstack_free(void *stack)
{
    struct area *a;

    spin_lock(&lock);
    a = live_area(KIND_STACK, (vaddr_t)stack);
    make_dead(a);
    if (nspare < MAX_SPARE_STACKS) {
        list_insert_head(&spare_stacks, &a->link);
        nspare++;
    } else {
        put_on_purge_list(a);
    }
    spin_unlock(&lock);
}

/* Figures */

void vmalloc_for_each(void (*fn)(const struct vmalloc_info *info, void *arg), void *arg)
{
    spin_lock(&lock);
    for (struct vmarea *r = vmarea_first(&areas); r; r = vmarea_next(r)) {
        const struct area *a = container_of(r, struct area, range);
        struct vmalloc_info info = {
            .start = r->start, .end = r->end, .kind = kind_names[a->kind],
            .npages = a->npages, .pa = a->pa, .caller = a->caller,
        };

        if (a->live)
            fn(&info, arg);
    }
    spin_unlock(&lock);
}

size_t vmalloc_used_pages(void)
{
    return __atomic_load_n(&nused_pages, __ATOMIC_RELAXED);
}

size_t kstack_count(void)
{
    return __atomic_load_n(&nstacks, __ATOMIC_RELAXED);
}

void vmalloc_set_window(size_t nbytes)
{
    spin_lock(&lock);
    limit = nbytes && nbytes < VMALLOC_SIZE ? VMALLOC_START + nbytes : VMALLOC_END;
    spin_unlock(&lock);
}

void vmalloc_check(void)
{
    spin_lock(&lock);
    vmarea_check(&areas);
    ASSERT(list_length(&purge_list) == npurge);
    ASSERT(list_length(&spare_stacks) == nspare);
    spin_unlock(&lock);
}

/* Under pressure: what is kept for later */

/* What another hart is about to free counts, too: who finds nothing else has to wait for it, not
 * to say that there is no memory.  After many exits it may be a quarter of all. */
static size_t shrinker_count(struct shrinker *s)
{
    (void)s;
    return npurge_pages + __atomic_load_n(&npurging_pages, __ATOMIC_RELAXED)
           + nspare * (KSTACK_SIZE / PAGE_SIZE);
}

static size_t shrinker_scan(struct shrinker *s, size_t nr, gfp_t gfp)
{
    size_t n = shrinker_count(s);

    (void)nr;
    (void)gfp;
    vmalloc_drain();
    return n;
}

void vmalloc_init(void)
{
    static struct shrinker shrinker = {
        .name = "vmalloc", .count = shrinker_count, .scan = shrinker_scan,
    };

    vmarea_set_init(&areas, VMALLOC_START, VMALLOC_END);
    limit = VMALLOC_END;
    area_cache = kmem_cache_create("vmap_area", sizeof(struct area), 0, 0, NULL);
    if (!area_cache)
        panic("no memory for vmalloc");
    shrinker_register(&shrinker);
}

// sources: kernel/mm/vmalloc.c kernel/mm/vmarea.c kernel/mm/pagetable.c kernel/mm/slab.c kernel/mm/magazine.c kernel/mm/slab_debug.c kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c lib/rbtree.c
/* SPDX-License-Identifier: MIT */
/*
 * test_vmalloc.c - kernel address areas: the pure set against an array, and the
 * real allocator over simulated page tables.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/mm/vmarea.h"
#include "kernel/riscv/layout.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/mm_setup.h"

/* The set alone: a window of UNITS pages, and who owns each. */

#define UNITS 512
#define WINDOW_START 0x100000UL

static struct vmarea_set set;
static struct vmarea pool[UNITS];
static uint16_t owner[UNITS];           /* index of the area + 1; 0: free */
static struct rand rng;

static size_t unit(vaddr_t va)
{
    return (va - WINDOW_START) >> PAGE_SHIFT;
}

static bool is_free(size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        if (i >= UNITS || owner[i])
            return false;
    return true;
}

static vaddr_t lowest_fit(size_t n, size_t align, vaddr_t limit)
{
    for (size_t i = 0; i + n <= UNITS; i++) {
        vaddr_t va = WINDOW_START + i * PAGE_SIZE;

        if (is_aligned(va, align) && is_free(i, n) && va + n * PAGE_SIZE <= limit)
            return va;
    }
    return 0;
}

static void set_owner(const struct vmarea *a, uint16_t who)
{
    for (size_t i = unit(a->start); i < unit(a->end); i++) {
        cr_assert_eq(owner[i] == 0, who != 0);
        owner[i] = who;
    }
}

static void check_finds(void)
{
    for (size_t i = 0; i < UNITS; i++) {
        struct vmarea *a = vmarea_find(&set, WINDOW_START + i * PAGE_SIZE + 5);

        cr_assert_eq(a, owner[i] ? &pool[owner[i] - 1] : NULL);
    }
}

Test(vmarea, random_against_model, .timeout = 120)
{
    vaddr_t end = WINDOW_START + UNITS * PAGE_SIZE;

    vmarea_set_init(&set, WINDOW_START, end);
    rand_seed(&rng, 1);
    for (unsigned step = 0; step < 20000; step++) {
        size_t k = rand_below(&rng, UNITS);
        struct vmarea *a = &pool[k];

        if (a->end) {
            set_owner(a, 0);
            vmarea_remove(&set, a);
            a->end = 0;
        } else {
            size_t n = 1 + rand_below(&rng, step % 3 ? 4 : 30);
            size_t align = PAGE_SIZE << rand_below(&rng, 4);
            vaddr_t limit = rand_below(&rng, 4) ? end : end - 100 * PAGE_SIZE;
            vaddr_t va = vmarea_find_gap(&set, n * PAGE_SIZE, align, limit);

            cr_assert_eq(va, lowest_fit(n, align, limit), "step %u", step);
            if (!va)
                continue;
            a->start = va;
            a->end = va + n * PAGE_SIZE;
            set_owner(a, k + 1);
            vmarea_insert(&set, a);
        }
        if (step % 20 == 0) {
            vmarea_check(&set);
            check_finds();
        }
    }
}

Test(vmarea_death, overlap, .signal = SIGABRT)
{
    struct vmarea a = { .start = 0x10000, .end = 0x20000 };
    struct vmarea b = { .start = 0x1f000, .end = 0x30000 };

    cr_redirect_stderr();
    vmarea_set_init(&set, 0x1000, 0x100000);
    vmarea_insert(&set, &a);
    vmarea_insert(&set, &b);
}

/* The allocator */

struct pagetable kernel_pt;

static paddr_t new_table(struct pagetable *pt)
{
    struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

    (void)pt;
    return page ? page_to_phys(page) : 0;
}

static void free_table(struct pagetable *pt, paddr_t table)
{
    (void)pt;
    free_page(phys_to_page(table));
}

/* What the machine was like when harts were told to forget. */
static size_t free_at_flush;
static vaddr_t watched;
static bool watched_was_mapped;
static __thread void (*at_flush)(void); /* until all harts have answered */

void tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
    unsigned level;

    shim_flushes.kernel++;
    shim_flushes.start = start;
    shim_flushes.end = end;
    free_at_flush = nr_free_pages();
    watched_was_mapped = watched && pt_find_leaf(&kernel_pt, watched, &level);
    if (at_flush)
        at_flush();
}

static void make(size_t npages)
{
    mm_setup(npages);
    slab_init();
    kernel_pt = (struct pagetable){ .new_table = new_table, .free_table = free_table,
                             .retire_table = free_table };
    kernel_pt.root = new_table(&kernel_pt);
    vmalloc_init();
    rand_seed(&rng, 2);
}

static size_t settled_free_pages(void)
{
    vmalloc_drain();
    vmalloc_check();
    kmem_cache_shrink_all();
    page_alloc_drain();
    page_alloc_check();
    return nr_free_pages() + kernel_pt.ntables;
}

/* What byte VA of kernel space is, through the table; NULL if nothing is mapped. */
static uint8_t *at(vaddr_t va)
{
    unsigned level;
    struct pte *p = pt_find_leaf(&kernel_pt, va, &level);

    if (!p)
        return NULL;
    return (uint8_t *)phys_to_virt(pte_pa(*p) + (va & (PT_LEAF_SIZE(level) - 1)));
}

Test(vmalloc, areas_are_mapped_and_guarded)
{
    vaddr_t a, b;

    make(4096);
    a = (vaddr_t)vmalloc(3 * PAGE_SIZE + 1);
    b = (vaddr_t)vzalloc(100);
    cr_assert_eq(a, VMALLOC_START);
    cr_assert_eq(b, a + 5 * PAGE_SIZE, "four pages and a guard");
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_not_null(at(a + i * PAGE_SIZE));
        cr_assert_eq(pt_find(&kernel_pt, a + i * PAGE_SIZE, 0)->bits & 0xff,
                     PTE_V | PTE_R | PTE_W | PTE_G | PTE_A | PTE_D, "rw-, not executable");
    }
    cr_assert_null(at(a + 4 * PAGE_SIZE));
    cr_assert_null(at(b + PAGE_SIZE));
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        cr_assert_eq(at(b)[i], 0);
    cr_assert_eq(vmalloc_used_pages(), 5);
    cr_assert_null(vmalloc(0));
    cr_assert_null(vmalloc(VMALLOC_SIZE));
    cr_assert_null(vmalloc(SIZE_MAX));
    vfree(NULL);
    vfree((void *)a);
    vfree((void *)b);
    cr_assert_eq(vmalloc_used_pages(), 0);
    mm_teardown();
}

Test(vmalloc, unmapping_is_lazy_and_flushed_before_frames_go)
{
    void *p[40];
    size_t before, used;

    make(4096);
    before = settled_free_pages();
    shim_flushes.kernel = 0;
    for (unsigned i = 0; i < 40; i++)
        p[i] = vmalloc(2 * PAGE_SIZE);
    for (unsigned i = 0; i < 40; i++)
        vfree(p[i]);
    cr_assert_eq(shim_flushes.kernel, 0, "nothing is flushed yet");
    cr_assert_not_null(at((vaddr_t)p[0]));
    cr_assert_lt(nr_free_pages(), before);
    used = nr_free_pages();
    watched = (vaddr_t)p[20];
    vmalloc_drain();
    cr_assert_eq(shim_flushes.kernel, 1, "one flush for many areas");
    cr_assert_not(watched_was_mapped, "entries go before the flush");
    cr_assert_eq(free_at_flush, used, "frames go after it");
    cr_assert_leq(shim_flushes.start, (vaddr_t)p[0]);
    cr_assert_geq(shim_flushes.end, (vaddr_t)p[39] + 2 * PAGE_SIZE);
    for (unsigned i = 0; i < 40; i++)
        cr_assert_null(at((vaddr_t)p[i]));
    cr_assert_eq(settled_free_pages(), before);
    mm_teardown();
}

static unsigned nflushed;

static void count_live(const struct vmalloc_info *info, void *arg)
{
    (void)info;
    ++*(unsigned *)arg;
}

Test(vmalloc, freed_areas_do_not_wait_for_ever)
{
    make(8192);
    for (unsigned i = 0; i < 1000; i++) {
        vfree(vmalloc(PAGE_SIZE * (1 + i % 3)));
        cr_assert_gt(nr_free_pages(), 7000);
    }
    cr_assert_gt(shim_flushes.kernel, 3);
    cr_assert_lt(shim_flushes.kernel, 50);
    vmalloc_for_each(count_live, &nflushed);
    cr_assert_eq(nflushed, 0);
    mm_teardown();
}

Test(vmalloc, devices)
{
    uint8_t *p, *q;
    size_t before;
    unsigned level;

    make(4096);
    before = settled_free_pages();
    p = ioremap(0x10000123, 8);
    cr_assert_eq((vaddr_t)p & (PAGE_SIZE - 1), 0x123);
    cr_assert_eq(pte_pa(*pt_find(&kernel_pt, (vaddr_t)p, 0)), 0x10000000);
    cr_assert_null(at((vaddr_t)p + PAGE_SIZE));
    q = ioremap(0x30000000, 4UL << 20);
    pt_find_leaf(&kernel_pt, (vaddr_t)q, &level);
    cr_assert_eq(level, 1, "large leaves where they fit");
    cr_assert_eq(vmalloc_used_pages(), 0, "a device has no frames");
    iounmap(p);
    iounmap(q);
    iounmap(NULL);
    cr_assert_eq(settled_free_pages(), before);
    cr_assert_null(pt_find_leaf(&kernel_pt, (vaddr_t)q, &level));
    mm_teardown();
}

Test(vmalloc, stacks)
{
    void *stack[40];
    size_t before;

    make(4096);
    before = settled_free_pages();
    for (unsigned i = 0; i < 40; i++) {
        vaddr_t va = (vaddr_t)(stack[i] = kstack_alloc());

        cr_assert_eq(va & (2 * KSTACK_SIZE - 1), KSTACK_SIZE,
                     "bit KSTACK_SHIFT tells in from below");
        cr_assert_null(at(va - 1), "guard below");
        for (size_t off = 0; off < KSTACK_SIZE; off += PAGE_SIZE)
            cr_assert_not_null(at(va + off));
    }
    cr_assert_eq(kstack_count(), 40);
    cr_assert_eq(vmalloc_used_pages(), 40 * 4);
    kstack_free(stack[7]);
    cr_assert_eq(kstack_alloc(), stack[7], "the hottest stack comes first");
    shim_flushes.kernel = 0;
    for (unsigned i = 0; i < 40; i++)
        kstack_free(stack[i]);
    cr_assert_eq(shim_flushes.kernel, 0, "freeing a stack never flushes");
    cr_assert_eq(kstack_count(), 0);
    for (unsigned i = 0; i < 1000; i++)
        kstack_free(kstack_alloc());
    cr_assert_eq(shim_flushes.kernel, 0, "threads come and go on spare stacks");
    cr_assert_eq(settled_free_pages(), before);
    mm_teardown();
}

static void note_area(const struct vmalloc_info *info, void *arg)
{
    struct vmalloc_info *infos = arg;

    while (infos->kind)
        infos++;
    *infos = *info;
}

Test(vmalloc, listed_in_address_order)
{
    struct vmalloc_info info[8] = { 0 };
    void *a;

    make(4096);
    a = vmalloc(PAGE_SIZE);
    kstack_alloc();
    ioremap(0x10000000, 0x1000);
    vmalloc_for_each(note_area, info);
    cr_assert_str_eq(info[0].kind, "vmalloc");
    cr_assert_eq(info[0].start, (vaddr_t)a);
    cr_assert_eq(info[0].end, (vaddr_t)a + 2 * PAGE_SIZE);
    cr_assert_neq(info[0].caller, 0);
    cr_assert_str_eq(info[1].kind, "ioremap");
    cr_assert_eq(info[1].pa, 0x10000000);
    cr_assert_str_eq(info[2].kind, "stack");
    cr_assert_null(info[3].kind);
    vfree(a);
    memset(info, 0, sizeof(info));
    vmalloc_for_each(note_area, info);
    cr_assert_str_eq(info[0].kind, "ioremap");
    mm_teardown();
}

/* What must be true of the window after a million random frees and allocations. */
#define NLIVE 384

Test(vmalloc, a_million_cycles_fit_a_small_window, .timeout = 300)
{
    static struct { uint8_t *p; size_t npages; uint8_t fill; } live[NLIVE];
    size_t before, used = 0;

    make(16384);
    before = settled_free_pages();
    vmalloc_set_window(64UL << 20);
    for (unsigned i = 0; i < 1000000; i++) {
        unsigned k = rand_below(&rng, NLIVE);

        if (live[k].p) {
            vaddr_t va = (vaddr_t)live[k].p + (live[k].npages - 1) * PAGE_SIZE;

            cr_assert_eq(*at(va), live[k].fill);
            vfree(live[k].p);
            live[k].p = NULL;
            used -= live[k].npages;
            continue;
        }
        live[k].npages = 1 + (rand_below(&rng, 16) ? rand_below(&rng, 8) : rand_below(&rng, 128));
        live[k].p = vmalloc(live[k].npages * PAGE_SIZE);
        cr_assert_not_null(live[k].p, "cycle %u: no room with %zu pages in use", i, used);
        cr_assert_leq((vaddr_t)live[k].p + live[k].npages * PAGE_SIZE,
                      VMALLOC_START + (64UL << 20));
        live[k].fill = i;
        *at((vaddr_t)live[k].p + (live[k].npages - 1) * PAGE_SIZE) = i;
        used += live[k].npages;
    }
    for (unsigned k = 0; k < NLIVE; k++)
        vfree(live[k].p);
    cr_assert_eq(settled_free_pages(), before);
    mm_teardown();
}

Test(vmalloc, lazy_areas_and_spare_stacks_give_way)
{
    void *p[15], *big;

    make(8192);
    for (unsigned i = 0; i < 10; i++)
        p[i] = kstack_alloc();
    for (unsigned i = 0; i < 10; i++)
        kstack_free(p[i]);
    vfree(vmalloc(100 * PAGE_SIZE));
    vmalloc_set_window(128 * PAGE_SIZE);
    big = vmalloc(127 * PAGE_SIZE);
    cr_assert_not_null(big, "all of the small window is free once the spare is gone");
    cr_assert_null(vmalloc(PAGE_SIZE));
    vmalloc_set_window(0);
    cr_assert_not_null(vmalloc(PAGE_SIZE));
    mm_teardown();
}

/*
 * One hart waits for another's purge; meanwhile a third takes what the first has made
 * room with, and frees it.  There is room still.
 *
 *   first    [ finds no room | purges | waits for the second's purge ....... | looks again ]
 *   second   [ purges ................................................ ]
 *   third                              [ allocates, frees: lazily ]
 */
static sem_t second_purges, first_purges, third_is_done;

static void second_at_flush(void)
{
    struct timespec limit;

    sem_post(&second_purges);
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 5;                  /* if the third came too early, it waits for us */
    sem_timedwait(&third_is_done, &limit);
}

static void first_at_flush(void)
{
    sem_post(&first_purges);
    at_flush = NULL;
}

static void *second_hart(void *arg)
{
    shim_set_hart(1);
    at_flush = second_at_flush;
    vfree(vmalloc(9 * PAGE_SIZE));
    vmalloc_drain();
    return arg;
}

static void *third_hart(void *arg)
{
    shim_set_hart(2);
    sem_wait(&first_purges);
    usleep(50000);
    vfree(vmalloc(110 * PAGE_SIZE));
    sem_post(&third_is_done);
    return arg;
}

Test(vmalloc, what_others_free_meanwhile_is_no_obstacle, .timeout = 60)
{
    pthread_t second, third;

    make(8192);
    vmalloc_set_window(128 * PAGE_SIZE);
    sem_init(&second_purges, 0, 0);
    sem_init(&first_purges, 0, 0);
    sem_init(&third_is_done, 0, 0);
    pthread_create(&second, NULL, second_hart, NULL);
    sem_wait(&second_purges);
    vfree(vmalloc(110 * PAGE_SIZE));
    at_flush = first_at_flush;
    pthread_create(&third, NULL, third_hart, NULL);
    cr_assert_not_null(vmalloc(110 * PAGE_SIZE));
    pthread_join(second, NULL);
    pthread_join(third, NULL);
    mm_teardown();
}

Test(vmalloc, failure_changes_nothing)
{
    size_t before, after;

    make(4096);
    vfree(vmalloc(PAGE_SIZE));
    kstack_free(kstack_alloc());
    before = settled_free_pages();
    shim_fail_nth(FAIL_VMALLOC, 1);
    cr_assert_null(vmalloc(PAGE_SIZE));
    shim_fail_nth(FAIL_VMALLOC, 1);
    cr_assert_null(ioremap(0x10000000, PAGE_SIZE));
    shim_fail_nth(FAIL_VMALLOC, 1);
    cr_assert_null(kstack_alloc());
    for (unsigned n = 1; n < 12; n++) {
        void *p;

        shim_fail_reset();
        shim_fail_nth(FAIL_PAGE, n);
        p = vmalloc(8 * PAGE_SIZE);
        cr_assert_eq(p == NULL, shim_fail_hits(FAIL_PAGE) == 1);
        vfree(p);
        shim_fail_reset();
        shim_fail_nth(FAIL_PAGE, n);
        p = kstack_alloc();
        cr_assert_eq(p == NULL, shim_fail_hits(FAIL_PAGE) == 1);
        if (p)
            kstack_free(p);
        shim_fail_reset();
        after = settled_free_pages();
        cr_assert_eq(after, before, "failure %u lost %zd frames", n, before - after);
    }
    cr_assert_eq(vmalloc_used_pages(), 0);
    cr_assert_null(vmalloc(4096 * PAGE_SIZE), "more than there is");
    cr_assert_null(vmalloc(SIZE_MAX), "more than there could be");
    cr_assert_eq(settled_free_pages(), before);
    mm_teardown();
}

/* Deaths that must happen */

Test(vmalloc_death, double_free, .signal = SIGABRT)
{
    void *p;

    cr_redirect_stderr();
    make(1024);
    p = vmalloc(PAGE_SIZE);
    vfree(p);
    vfree(p);
}

Test(vmalloc_death, not_the_start, .signal = SIGABRT)
{
    cr_redirect_stderr();
    make(1024);
    vfree((char *)vmalloc(2 * PAGE_SIZE) + PAGE_SIZE);
}

Test(vmalloc_death, stack_freed_as_area, .signal = SIGABRT)
{
    cr_redirect_stderr();
    make(1024);
    vfree(kstack_alloc());
}

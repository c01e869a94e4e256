// sources: kernel/mm/kmalloc.c kernel/mm/slab.c kernel/mm/magazine.c kernel/mm/slab_debug.c kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
/* SPDX-License-Identifier: MIT */
/*
 * test_kmalloc.c - memory by size, as a plain kernel has it (no debug checks).
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/mm_setup.h"

static void make(void)
{
    mm_setup(8192);
    slab_init();
    kmalloc_init();
}

static size_t settled_free_pages(void)
{
    kmem_cache_shrink_all();
    page_alloc_drain();
    page_alloc_check();
    return nr_free_pages();
}

static void check_size(size_t size)
{
    char *a = kmalloc(size, GFP_KERNEL), *b = kzalloc(size, GFP_KERNEL);
    size_t align = is_pow2(size) ? MIN(size, PAGE_SIZE) : 8;

    cr_assert(a && b, "size %zu", size);
    cr_assert_geq(ksize(a), size);
    if (size > 8)
        cr_assert_lt(ksize(a), 2 * size, "size %zu takes %zu bytes", size, ksize(a));
    cr_assert(is_aligned((uintptr_t)a, MAX(align, 8ul)), "size %zu at %p", size, (void *)a);
    cr_assert(a + ksize(a) <= b || b + ksize(b) <= a);
    for (size_t i = 0; i < size; i++)
        cr_assert_eq(b[i], 0, "size %zu not zeroed at %zu", size, i);
    memset(a, 0xff, ksize(a));
    memset(b, 0xff, ksize(b));
    kfree(a);
    kfree(b);
}

Test(kmalloc, every_size, .timeout = 120)
{
    size_t before;

    make();
    before = settled_free_pages();
    for (size_t size = 0; size <= 9000; size++)
        check_size(size);
    for (size_t size = 9001; size <= KMALLOC_MAX_SIZE; size += size / 3 + 1)
        check_size(size);
    check_size(KMALLOC_MAX_SIZE);
    cr_assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
    cr_assert_null(kmalloc(SIZE_MAX, GFP_KERNEL));
    cr_assert_eq(settled_free_pages(), before);
    mm_teardown();
}

#define NBLOCKS 600

Test(kmalloc, random_against_model, .timeout = 120)
{
    static struct { uint8_t *p; size_t size; uint8_t fill; } blocks[NBLOCKS];
    struct rand rng;
    size_t before;

    make();
    rand_seed(&rng, 11);
    before = settled_free_pages();
    for (unsigned step = 0; step < 60000; step++) {
        unsigned k = rand_below(&rng, NBLOCKS);
        size_t size = 1 + rand_below(&rng, 1UL << rand_below(&rng, 15));

        shim_set_hart(rand_below(&rng, 4));
        if (!blocks[k].p) {
            blocks[k].p = kmalloc(size, GFP_KERNEL);
            cr_assert_not_null(blocks[k].p);
            blocks[k].size = size;
        } else {
            for (size_t i = 0; i < blocks[k].size; i += 1 + i / 8)
                cr_assert_eq(blocks[k].p[i], blocks[k].fill, "block of %zu changed",
                             blocks[k].size);
            if (rand_below(&rng, 3) == 0) {
                uint8_t *p = krealloc(blocks[k].p, size, GFP_KERNEL);

                for (size_t i = 0; i < MIN(size, blocks[k].size); i += 1 + i / 8)
                    cr_assert_eq(p[i], blocks[k].fill, "krealloc lost content");
                blocks[k].p = p;
                blocks[k].size = size;
            } else {
                kfree(blocks[k].p);
                blocks[k].p = NULL;
                continue;
            }
        }
        blocks[k].fill = rand_next(&rng);
        memset(blocks[k].p, blocks[k].fill, blocks[k].size);
    }
    for (unsigned k = 0; k < NBLOCKS; k++)
        kfree(blocks[k].p);
    cr_assert_eq(settled_free_pages(), before, "memory leaked");
    mm_teardown();
}

Test(kmalloc, the_small_calls)
{
    char *s, *p;

    make();
    s = kstrdup("pagoda", GFP_KERNEL);
    cr_assert_str_eq(s, "pagoda");
    cr_assert_null(kcalloc(SIZE_MAX / 2, 3, GFP_KERNEL), "the product overflows");
    p = kcalloc(10, 10, GFP_KERNEL);
    for (unsigned i = 0; i < 100; i++)
        cr_assert_eq(p[i], 0);
    kfree(p);
    kfree(NULL);
    p = krealloc(NULL, 50, GFP_KERNEL);
    cr_assert_eq(krealloc(p, 64, GFP_KERNEL), p, "there is room");
    shim_fail_nth(FAIL_SLAB, 1);
    cr_assert_null(krealloc(s, 1000, GFP_KERNEL));
    cr_assert_str_eq(s, "pagoda", "the old block is untouched");
    shim_fail_nth(FAIL_SLAB, 1);
    cr_assert_null(kmalloc(8, GFP_KERNEL));
    shim_fail_nth(FAIL_PAGE, 1);
    cr_assert_null(kmalloc(100000, GFP_KERNEL));
    kfree(s);
    kfree(p);
    mm_teardown();
}

Test(kmalloc_death, double_free, .signal = SIGABRT)
{
    void *p;

    cr_redirect_stderr();
    make();
    kfree(kmalloc(100, GFP_KERNEL));
    p = kmalloc(100, GFP_KERNEL);
    kfree(p);
    kfree(p);
}

Test(kmalloc_death, double_free_of_pages, .signal = SIGABRT)
{
    void *p;

    cr_redirect_stderr();
    make();
    p = kmalloc(100000, GFP_KERNEL);
    kfree(p);
    kfree(p);
}

Test(kmalloc_death, middle_of_pages, .signal = SIGABRT)
{
    cr_redirect_stderr();
    make();
    kfree((char *)kmalloc(100000, GFP_KERNEL) + PAGE_SIZE);
}

Test(kmalloc_death, middle_of_an_object, .signal = SIGABRT)
{
    cr_redirect_stderr();
    make();
    kfree((char *)kmalloc(512, GFP_KERNEL) + 16);
    kmem_cache_shrink_all();
}

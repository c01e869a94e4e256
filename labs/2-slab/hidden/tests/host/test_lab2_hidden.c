// sources: kernel/mm/slab.c kernel/mm/magazine.c kernel/mm/slab_debug.c kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab2_hidden.c - caches of random shape, with objects that wander between
 * harts, from the grader's seed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/mm/slab_cache.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/mm_setup.h"

#define NPAGES 4096
#define SHAPES 30
#define STEPS 2500
#define MAX_OBJECTS 600
#define NHARTS 3

static struct rand rng;
static struct {
    uint8_t *p, fill;
} objects[MAX_OBJECTS];
static size_t nobjects, size, align;

static void construct(void *obj)
{
    memset(obj, 0xb7, size);
}

static void expect_filled(const uint8_t *p, uint8_t fill)
{
    for (size_t i = 0; i < size; i++)
        cr_assert_eq(p[i], fill, "byte %zu of an object of %zu changed", i, size);
}

static void grow(struct kmem_cache *cache)
{
    uint8_t *p = kmem_cache_alloc(cache, GFP_KERNEL), fill = (uint8_t)rand_next(&rng);

    if (!p)
        return;
    cr_assert(is_aligned((uintptr_t)p, MAX(align, 8UL)));
    if (cache->ctor)
        expect_filled(p, 0xb7);
    memset(p, fill, size);
    objects[nobjects].p = p;
    objects[nobjects++].fill = fill;
}

static void shrink(struct kmem_cache *cache, size_t i)
{
    expect_filled(objects[i].p, objects[i].fill);
    if (cache->ctor)
        construct(objects[i].p);
    kmem_cache_free(cache, objects[i].p);
    objects[i] = objects[--nobjects];
}

static void one_shape(void)
{
    uint32_t flags = rand_one_in(&rng, 3) ? SLAB_NO_MAGAZINES : 0;
    struct kmem_cache *cache;

    size = 1 + rand_below(&rng, rand_one_in(&rng, 4) ? 6000 : 600);
    align = rand_one_in(&rng, 2) ? 0 : 8UL << rand_below(&rng, 6);
    cache = kmem_cache_create("shape", size, align, flags,
                              rand_one_in(&rng, 2) ? construct : NULL);
    for (int i = 0; i < STEPS; i++) {
        size_t room = i / 400 % 2 ? MAX_OBJECTS / 4 : MAX_OBJECTS;

        shim_set_hart(rand_below(&rng, NHARTS));
        if (nobjects == 0 || (nobjects < room && rand_below(&rng, 5) < 3))
            grow(cache);
        else
            shrink(cache, rand_below(&rng, nobjects));
        cr_assert_eq(cache->inuse, nobjects + magazine_count(cache), "objects are lost");
    }
    while (nobjects)
        shrink(cache, nobjects - 1);
    cr_assert_leq(cache->nempty, 4);
    kmem_cache_destroy(cache);
}

Test(lab2_hidden, shapes_of_the_seed, .timeout = 120)
{
    const char *seed = getenv("GRADE_SEED");
    size_t before;

    rand_seed(&rng, seed ? strtoul(seed, NULL, 0) : 1);
    mm_setup(NPAGES);
    slab_init();
    kmem_cache_shrink_all();
    page_alloc_drain();
    before = nr_free_pages();
    for (int i = 0; i < SHAPES; i++)
        one_shape();
    kmem_cache_shrink_all();
    page_alloc_drain();
    cr_assert_eq(nr_free_pages(), before, "%zu pages are lost", before - nr_free_pages());
    mm_teardown();
}

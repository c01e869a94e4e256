// sources: kernel/mm/slab.c kernel/mm/magazine.c kernel/mm/slab_debug.c kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_slab.c - kmem caches and magazines against a list of who owns which object.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/mm/slab_cache.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/mm_setup.h"

#define NPAGES 4096
#define NHARTS 4
#define MAX_OBJECTS 3000

static struct rand rng;

static void make(void)
{
    mm_setup(NPAGES);
    slab_init();
    rand_seed(&rng, 42);
}

/* Every frame must have come back but what the caches of slab_init hold. */
static void unmake(size_t free_before)
{
    kmem_cache_shrink_all();
    page_alloc_drain();
    page_alloc_check();
    cr_assert_eq(nr_free_pages(), free_before, "%zu frames before, %zu after", free_before,
                 nr_free_pages());
    cr_assert_eq(shim_locks_held(), 0);
    mm_teardown();
}

/* What must hold for CACHE whenever nobody works on it. */
static void check_slabs(const struct kmem_cache *cache, const struct list *list, size_t *nslabs,
                        size_t *npages, size_t *inuse)
{
    const struct page *slab;

    cr_assert(list_is_sound(list));
    list_for_each_entry(slab, list, link) {
        cr_assert_eq(slab->identity, PAGE_SLAB);
        cr_assert_eq(slab->cache, cache);
        cr_assert_eq(slab->slab.total, (PAGE_SIZE << slab->order) / cache->stride);
        *npages += 1UL << slab->order;
        if (list == &cache->full)
            cr_assert_eq(slab->slab.inuse, slab->slab.total);
        else if (list == &cache->empty)
            cr_assert_eq(slab->slab.inuse, 0);
        else
            cr_assert(slab->slab.inuse > 0 && slab->slab.inuse < slab->slab.total);
        *inuse += slab->slab.inuse;
        ++*nslabs;
    }
}

static void check_cache(const struct kmem_cache *cache, size_t live)
{
    size_t nslabs = 0, npages = 0, inuse = 0;

    check_slabs(cache, &cache->full, &nslabs, &npages, &inuse);
    check_slabs(cache, &cache->partial, &nslabs, &npages, &inuse);
    cr_assert_eq(list_length(&cache->empty), cache->nempty);
    check_slabs(cache, &cache->empty, &nslabs, &npages, &inuse);
    cr_assert_eq(nslabs, cache->nslabs);
    cr_assert_eq(npages, cache->npages);
    cr_assert_eq(inuse, cache->inuse);
    cr_assert_eq(live + magazine_count(cache), cache->inuse,
                 "%zu live, %zu in magazines, %zu in use", live, magazine_count(cache),
                 cache->inuse);
}

/* The model: live objects with the byte that fills them. */
static struct object {
    uint8_t *p;
    uint8_t fill;
} objects[MAX_OBJECTS];
static size_t nobjects;

static void check_content(const struct object *o, size_t size)
{
    for (size_t i = 0; i < size; i++)
        cr_assert_eq(o->p[i], (uint8_t)(o->fill + i), "object %p changed at byte %zu", o->p, i);
}

static void random_walk(struct kmem_cache *cache, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        bool grow = rand_below(&rng, 100) < ((i / 1500) % 2 ? 35u : 65u);

        shim_set_hart(rand_below(&rng, NHARTS));
        if (nobjects == 0 || (grow && nobjects < MAX_OBJECTS)) {
            struct object o = { kmem_cache_alloc(cache, GFP_KERNEL), rand_next(&rng) };

            cr_assert_not_null(o.p);
            for (size_t k = 0; k < cache->size; k++)
                o.p[k] = o.fill + k;
            objects[nobjects++] = o;
        } else {
            size_t k = rand_below(&rng, nobjects);

            check_content(&objects[k], cache->size);
            kmem_cache_free(cache, objects[k].p);
            objects[k] = objects[--nobjects];
        }
        if (i % 500 == 0)
            check_cache(cache, nobjects);
        if (rand_one_in(&rng, 3000))
            kmem_cache_shrink_all();
    }
    while (nobjects) {
        nobjects--;
        check_content(&objects[nobjects], cache->size);
        kmem_cache_free(cache, objects[nobjects].p);
    }
    check_cache(cache, 0);
}

Test(slab, random_against_model, .timeout = 120)
{
    static const struct { size_t size, align; } shapes[] = {
        { 1, 0 }, { 8, 8 }, { 24, 0 }, { 40, 64 }, { 100, 4 }, { 256, 256 },
        { 520, 0 }, { 1000, 8 }, { 2048, 0 }, { 3000, 16 },
    };
    size_t before;

    make();
    kmem_cache_shrink_all();
    page_alloc_drain();
    before = nr_free_pages();
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        struct kmem_cache *cache = kmem_cache_create("model", shapes[i].size, shapes[i].align,
                                                     0, NULL);

        random_walk(cache, 12000);
        kmem_cache_destroy(cache);
    }
    unmake(before);
}

Test(slab, objects_are_aligned_and_waste_is_small)
{
    make();
    for (size_t size = 1; size <= 4 * PAGE_SIZE; size += size < 300 ? 1 : 61) {
        size_t align = 8UL << rand_below(&rng, 6);
        struct kmem_cache *cache = kmem_cache_create("shape", size, align, 0, NULL);
        size_t bytes = PAGE_SIZE << cache->order;
        char *a = kmem_cache_alloc(cache, GFP_KERNEL), *b = kmem_cache_alloc(cache, GFP_KERNEL);

        cr_assert(is_aligned((uintptr_t)a, align) && is_aligned((uintptr_t)b, align));
        cr_assert_geq(labs(a - b), (long)size);
        cr_assert(cache->order == 3 || (bytes - cache->per_slab * cache->stride) * 8 <= bytes,
                  "size %zu: too much left over", size);
        cr_assert_leq(cache->ncolours * cache->colour_step,
                      bytes - cache->per_slab * cache->stride + cache->colour_step);
        kmem_cache_free(cache, a);
        kmem_cache_free(cache, b);
        kmem_cache_destroy(cache);
    }
    mm_teardown();
}

Test(slab, line_alignment_on_request)
{
    struct kmem_cache *cache;

    make();
    cache = kmem_cache_create("lines", 40, 0, SLAB_HWCACHE_ALIGN, NULL);
    for (unsigned i = 0; i < 100; i++)
        cr_assert(is_aligned((uintptr_t)kmem_cache_alloc(cache, GFP_KERNEL), 64));
    mm_teardown();
}

/* Objects of a cache with a constructor are constructed whenever they are handed out. */
#define MAGIC 0x1234abcd
static size_t nconstructed;

struct built {
    uint32_t magic, used;
    uint64_t rest[6];
};

static void construct(void *obj)
{
    nconstructed++;
    *(struct built *)obj = (struct built){ .magic = MAGIC, .rest = { 1, 2, 3, 4, 5, 6 } };
}

Test(slab, constructed_state_survives)
{
    struct kmem_cache *cache;
    struct built *b[200];
    size_t first;

    make();
    cache = kmem_cache_create("built", sizeof(struct built), 0, 0, construct);
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < ARRAY_SIZE(b); i++) {
            shim_set_hart(rand_below(&rng, NHARTS));
            b[i] = kmem_cache_alloc(cache, GFP_KERNEL);
            cr_assert_eq(b[i]->magic, MAGIC);
            cr_assert_eq(b[i]->rest[5], 6);
            cr_assert_eq(b[i]->used, 0);
            b[i]->used = 1;
        }
        for (unsigned i = 0; i < ARRAY_SIZE(b); i++) {
            b[i]->used = 0;
            kmem_cache_free(cache, b[i]);
        }
    }
    first = nconstructed;
    cr_assert_leq(first, ARRAY_SIZE(b) + 10 * cache->per_slab, "built once, not at every use");
    cr_assert_eq(first, cache->nslabs * cache->per_slab);
    kmem_cache_shrink_all();
    cr_assert_eq(cache->nslabs, 0);
    kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    cr_assert_eq(nconstructed, first + cache->per_slab, "new memory is built anew");
    kmem_cache_destroy(cache);
    mm_teardown();
}

Test(slab, slabs_are_coloured)
{
    struct kmem_cache *cache;
    bool seen[64] = { false };
    const struct page *slab;
    unsigned n = 0;

    make();
    cache = kmem_cache_create("coloured", 700, 8, 0, NULL);
    cr_assert_gt(cache->ncolours, 1);
    for (unsigned i = 0; i < cache->ncolours; i++) {
        cr_assert(slab_grow(cache, GFP_KERNEL));
        slab = list_first_entry(&cache->empty, struct page, link);
        cr_assert_eq(slab->slab.colour * 8 % cache->colour_step, 0);
        cr_assert_leq(slab->slab.colour * 8 + cache->per_slab * cache->stride,
                      PAGE_SIZE << cache->order, "the last object leaves the slab");
        cr_assert_eq((char *)slab->freelist - (char *)page_address(slab), slab->slab.colour * 8);
        seen[slab->slab.colour * 8 / cache->colour_step] = true;
    }
    for (unsigned i = 0; i < cache->ncolours; i++)
        n += seen[i];
    cr_assert_eq(n, cache->ncolours, "every colour is used in turn");
    kmem_cache_shrink(cache);
    kmem_cache_destroy(cache);
    mm_teardown();
}

/* Take all frames but those of every second number; returns how many are taken. */
static size_t leave_pieces(struct page **taken)
{
    size_t n = 0, kept = 0;

    while ((taken[n] = alloc_page(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN)))
        n++;
    for (size_t i = 0; i < n; i++) {
        if (page_to_pfn(taken[i]) % 2)
            taken[kept++] = taken[i];
        else
            put_page(taken[i]);
    }
    page_alloc_drain();
    return kept;
}

static unsigned order_of_slab(void *obj)
{
    return compound_head(virt_to_page(obj))->order;
}

Test(slab, pieces_make_slabs, .timeout = 60)
{
    static struct page *taken[NPAGES];
    struct kmem_cache *cache;
    size_t before, ntaken;
    void *obj[200];

    make();
    cache = kmem_cache_create("pieces", 3000, 0, SLAB_NO_MAGAZINES, NULL);
    before = nr_free_pages();
    cr_assert_eq(cache->order, 2);
    ntaken = leave_pieces(taken);
    for (unsigned i = 0; i < 100; i++) {
        cr_assert_not_null(obj[i] = kmem_cache_alloc(cache, GFP_KERNEL));
        cr_assert_eq(order_of_slab(obj[i]), 0);
    }
    check_cache(cache, 100);
    while (ntaken)
        put_page(taken[--ntaken]);
    page_alloc_drain();
    for (unsigned i = 100; i < 200; i++) {
        cr_assert_not_null(obj[i] = kmem_cache_alloc(cache, GFP_KERNEL));
        cr_assert_eq(order_of_slab(obj[i]), 2);
    }
    check_cache(cache, 200);
    for (unsigned i = 0; i < 200; i++)
        kmem_cache_free(cache, obj[i * 7 % 200]);
    check_cache(cache, 0);
    unmake(before);
}

Test(slab, shrink_gives_all_frames_back)
{
    struct kmem_cache *cache;
    void *obj[1000];
    size_t before;

    make();
    cache = kmem_cache_create("shrink", 300, 0, 0, NULL);
    kmem_cache_shrink_all();
    page_alloc_drain();
    before = nr_free_pages();
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++) {
        shim_set_hart(i % NHARTS);
        obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    }
    cr_assert_lt(nr_free_pages(), before);
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++) {
        shim_set_hart(i % 3);
        kmem_cache_free(cache, obj[i]);
    }
    kmem_cache_shrink(cache);
    cr_assert_gt(magazine_count(cache), 0, "a plain shrink leaves the magazines alone");
    cr_assert_gt(kmem_cache_shrink_all(), 0);
    cr_assert_eq(cache->nslabs, 0);
    unmake(before);
}

Test(slab, empty_slabs_do_not_pile_up)
{
    struct kmem_cache *cache;
    void *obj[2000];

    make();
    cache = kmem_cache_create("pile", 500, 0, SLAB_NO_MAGAZINES, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
        obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
        kmem_cache_free(cache, obj[i]);
    cr_assert_leq(cache->nslabs, 4);
    check_cache(cache, 0);
    mm_teardown();
}

Test(slab, magazines_spare_the_lock)
{
    struct kmem_cache *cache;
    void *obj[8];

    make();
    cache = kmem_cache_create("hot", 64, 0, 0, NULL);
    for (unsigned i = 0; i < 8; i++)
        obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    for (unsigned i = 0; i < 8; i++)
        kmem_cache_free(cache, obj[i]);
    cr_assert_eq(kmem_cache_alloc(cache, GFP_KERNEL), obj[7], "the hottest object comes first");
    /* Were the cache's lock needed, hart 0 would now wait for hart 1 for ever. */
    shim_set_hart(1);
    spin_lock(&cache->lock);
    shim_set_hart(0);
    for (unsigned i = 0; i < 1000; i++)
        kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    shim_set_hart(1);
    spin_unlock(&cache->lock);
    mm_teardown();
}

Test(slab, objects_travel_between_harts)
{
    struct kmem_cache *cache;
    void *obj[500];

    make();
    cache = kmem_cache_create("travel", 128, 0, 0, NULL);
    for (unsigned round = 0; round < 50; round++) {
        shim_set_hart(0);
        for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
            obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
        shim_set_hart(1);
        for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
            kmem_cache_free(cache, obj[i]);
    }
    cr_assert_leq(cache->nslabs * cache->per_slab, 4 * ARRAY_SIZE(obj), "the depot recycles");
    check_cache(cache, 0);
    kmem_cache_destroy(cache);
    mm_teardown();
}

Test(slab, zeroed_on_request)
{
    struct kmem_cache *cache;

    make();
    cache = kmem_cache_create("zero", 77, 0, 0, NULL);
    for (unsigned i = 0; i < 100; i++) {
        uint8_t *p = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);

        for (unsigned k = 0; k < 77; k++)
            cr_assert_eq(p[k], 0);
        memset(p, 0xff, 77);
        kmem_cache_free(cache, p);
    }
    mm_teardown();
}

Test(slab, failure_is_clean)
{
    struct kmem_cache *cache;
    size_t before;
    unsigned failed = 0;

    make();
    cache = kmem_cache_create("fail", 200, 0, 0, NULL);
    shim_fail_nth(FAIL_SLAB, 1);
    cr_assert_null(kmem_cache_alloc(cache, GFP_KERNEL));
    cr_assert_null((shim_fail_nth(FAIL_SLAB, 1), kmem_cache_create("none", 8, 0, 0, NULL)));
    shim_fail_nth(FAIL_SLAB, 1);
    cr_assert_not_null(kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOFAIL));
    check_cache(cache, 1);
    before = cache->nslabs;
    for (unsigned i = 0; i < 200; i++) {
        shim_fail_nth(FAIL_PAGE, 1);
        failed += kmem_cache_alloc(cache, GFP_KERNEL) == NULL;
        shim_fail_reset();
        check_cache(cache, i + 2 - failed);
    }
    cr_assert_gt(failed, 0);
    cr_assert_eq(cache->nslabs, before);
    mm_teardown();
}

Test(slab, works_without_memory_for_magazines)
{
    struct kmem_cache *cache;
    void *obj[100];

    make();
    cache = kmem_cache_create("bare", 2048, 0, 0, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
        obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_shrink_all();
    shim_fail_one_in(FAIL_PAGE, 1);
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
        kmem_cache_free(cache, obj[i]);
    check_cache(cache, 0);
    shim_fail_reset();
    kmem_cache_destroy(cache);
    mm_teardown();
}

static void find_cache(const struct kmem_cache_info *info, void *arg)
{
    if (!strcmp(info->name, "figures"))
        *(struct kmem_cache_info *)arg = *info;
}

Test(slab, figures_follow)
{
    struct kmem_cache_info info = { 0 };
    size_t reclaimable, unreclaimable, total;
    struct kmem_cache *cache;
    void *obj[100];

    make();
    cache = kmem_cache_create("figures", 100, 0, SLAB_RECLAIMABLE, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(obj); i++)
        obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_for_each(find_cache, &info);
    cr_assert_eq(info.active_objects, 100);
    cr_assert_eq(info.object_size, 100);
    cr_assert(info.reclaimable);
    cr_assert_geq(info.total_objects, 100);
    cr_assert_eq(info.total_objects, info.total_slabs * info.objects_per_slab);
    slab_count_pages(&reclaimable, &unreclaimable);
    cr_assert_eq(reclaimable, info.total_slabs * info.pages_per_slab);
    cr_assert_eq(reclaimable + unreclaimable, nr_pages_of(PAGE_SLAB)
                 + nr_pages_of(PAGE_TAIL));
    for (unsigned i = 0; i < 50; i++)
        kmem_cache_free(cache, obj[i]);
    kmem_cache_for_each(find_cache, &info);
    cr_assert_eq(info.active_objects, 50);
    total = shrink_all(1000, GFP_KERNEL);
    cr_assert_eq(total, 0, "nothing is spare yet: magazines are the harts'");
    for (unsigned i = 50; i < 100; i++)
        kmem_cache_free(cache, obj[i]);
    cr_assert_gt(shrink_all(1000, GFP_KERNEL), 0);
    mm_teardown();
}

/* Real concurrency: each thread is a hart; one of them also drains the others. */
static struct kmem_cache *shared;

static void *hammer(void *arg)
{
    unsigned hart = (unsigned)(uintptr_t)arg;
    struct rand r;
    uint64_t *obj[64] = { NULL };

    shim_set_hart(hart);
    rand_seed(&r, hart);
    for (unsigned i = 0; i < 20000; i++) {
        unsigned k = rand_below(&r, 64);

        if (obj[k]) {
            if (obj[k][0] != hart || obj[k][5] != k)
                panic("object shared by two harts");
            kmem_cache_free(shared, obj[k]);
            obj[k] = NULL;
        } else if ((obj[k] = kmem_cache_alloc(shared, GFP_KERNEL))) {
            obj[k][0] = hart;
            obj[k][5] = k;
        }
        if (hart == 0 && i % 500 == 0)
            kmem_cache_shrink_all();
    }
    for (unsigned k = 0; k < 64; k++)
        if (obj[k])
            kmem_cache_free(shared, obj[k]);
    return NULL;
}

Test(slab, harts_at_once, .timeout = 120)
{
    pthread_t t[NHARTS];

    make();
    shared = kmem_cache_create("shared", 48, 0, 0, NULL);
    for (uintptr_t i = 0; i < NHARTS; i++)
        pthread_create(&t[i], NULL, hammer, (void *)i);
    for (unsigned i = 0; i < NHARTS; i++)
        pthread_join(t[i], NULL);
    check_cache(shared, 0);
    kmem_cache_destroy(shared);
    page_alloc_check();
    mm_teardown();
}

/* Deaths that must happen */

static struct kmem_cache *victim(size_t size, void (*ctor)(void *))
{
    cr_redirect_stderr();
    make();
    return kmem_cache_create("victim", size, 0, 0, ctor);
}

Test(slab_death, double_free, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(64, NULL);
    void *a = kmem_cache_alloc(cache, GFP_KERNEL), *b = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, a);
    kmem_cache_free(cache, b);
    kmem_cache_free(cache, a);
}

Test(slab_death, double_free_of_a_constructed_object, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(sizeof(struct built), construct);
    void *a = kmem_cache_alloc(cache, GFP_KERNEL), *b = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, a);
    kmem_cache_free(cache, b);
    kmem_cache_free(cache, a);
}

Test(slab_death, double_free_of_a_large_object, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(3000, NULL);
    void *a = kmem_cache_alloc(cache, GFP_KERNEL), *b = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, a);
    kmem_cache_free(cache, b);
    kmem_cache_free(cache, a);
}

Test(slab_death, other_cache, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(64, NULL);
    struct kmem_cache *other = kmem_cache_create("other", 64, 0, 0, NULL);

    kmem_cache_free(other, kmem_cache_alloc(cache, GFP_KERNEL));
}

Test(slab_death, middle_of_an_object, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(64, NULL);

    kmem_cache_free(cache, (char *)kmem_cache_alloc(cache, GFP_KERNEL) + 8);
}

Test(slab_death, overrun, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(60, NULL);
    char *p = kmem_cache_alloc(cache, GFP_KERNEL);

    p[64] = 1;
    kmem_cache_free(cache, p);
}

Test(slab_death, write_after_free, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(64, NULL);
    char *p = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, p);
    p[40] = 1;
    kmem_cache_alloc(cache, GFP_KERNEL);
}

Test(slab_death, destroyed_in_use, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(64, NULL);

    kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_destroy(cache);
}

Test(slab_death, may_sleep_under_a_spinlock, .signal = SIGABRT)
{
    struct kmem_cache *cache = victim(64, NULL);
    struct spinlock l;

    spin_init(&l, RANK_RMAP, "outer");
    kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    spin_lock(&l);
    kmem_cache_alloc(cache, GFP_KERNEL);
}

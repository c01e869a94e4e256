// sources: kernel/mm/slab.c kernel/mm/magazine.c kernel/mm/slab_debug.c kernel/mm/page_alloc.c kernel/mm/page_free.c kernel/mm/hart_pages.c kernel/mm/page_poison.c kernel/mm/page_init.c kernel/mm/page_range.c kernel/mm/page_stats.c kernel/mm/shrinker.c kernel/core/counters.c kernel/mm/memmap.c kernel/mm/zone.c kernel/mm/watermark.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab2.c - kmem caches, step by step.
 *
 * Compiled as in a kernel without debugging: nothing but your code notices a
 * mistake.  The tests look at slabs from outside; in which order objects are
 * chained, or slabs listed, is yours to choose where the text leaves it open.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include "kernel/mm/slab_cache.h"
#include "lib/bitops.h"
#include "tests/host/mm_setup.h"

#define NPAGES 4096
#define SLAB_BYTES(cache) (PAGE_SIZE << (cache)->order)
#define MAX_PER_SLAB 4096

static void make(void)
{
    mm_setup(NPAGES);
    slab_init();
}

static struct kmem_cache *plain(size_t size, size_t align, void (*ctor)(void *obj))
{
    return kmem_cache_create("lab2", size, align, SLAB_NO_MAGAZINES, ctor);
}

static void *alloc(struct kmem_cache *cache)
{
    void *obj = kmem_cache_alloc(cache, GFP_KERNEL);

    cr_assert_not_null(obj);
    return obj;
}

/* The slab that OBJ lies in, found without your help. */
static struct page *page_of(void *obj)
{
    return compound_head(virt_to_page(obj));
}

static void *next_free(const struct kmem_cache *cache, void *obj)
{
    return *(void **)((char *)obj + cache->link_offset);
}

/* The figures of CACHE, of which LIVE objects are in use, agree with its lists. */
static void check_lists(struct kmem_cache *cache, size_t live)
{
    struct list *lists[] = { &cache->empty, &cache->partial, &cache->full };
    size_t n[3] = { 0 }, inuse = 0;
    struct page *slab;

    for (unsigned i = 0; i < 3; i++) {
        list_for_each_entry(slab, lists[i], link) {
            n[i]++;
            inuse += slab->slab.inuse;
            cr_assert_eq(slab->slab.inuse == 0, i == 0, "a slab with %u of %u objects in use is on "
                         "list %u", slab->slab.inuse, slab->slab.total, i);
            cr_assert_eq(slab->slab.inuse == slab->slab.total, i == 2, "a slab with %u of %u "
                         "objects in use is on list %u", slab->slab.inuse, slab->slab.total, i);
        }
    }
    cr_assert_eq(n[0] + n[1] + n[2], cache->nslabs, "nslabs is %zu", cache->nslabs);
    cr_assert_eq(n[0], cache->nempty, "nempty is %zu, but %zu slabs are", cache->nempty, n[0]);
    cr_assert_eq(inuse, live, "%zu objects are out, but the slabs say %zu", live, inuse);
    cr_assert_eq(cache->inuse, live, "%zu objects are out, but the cache says %zu", live,
                 cache->inuse);
}

/* Step 1 */

static bool wastes_little(size_t stride, unsigned order)
{
    size_t bytes = PAGE_SIZE << order;

    return stride <= bytes && bytes % stride * 8 <= bytes;
}

static void expect_order(const struct kmem_cache *cache)
{
    unsigned wanted = 0;

    while (wanted < 3 && !wastes_little(cache->stride, wanted))
        wanted++;
    cr_expect_eq(cache->order, wanted, "objects of %zu bytes: order %u, not %u", cache->stride,
                 wanted, cache->order);
}

Test(lab2, small_slabs_that_waste_little)
{
    make();
    for (size_t size = 8; size <= 8 * PAGE_SIZE; size += size < 1000 ? 8 : 200)
        expect_order(plain(size, 8, NULL));
    mm_teardown();
}

Test(lab2, an_eighth_may_be_left_over)
{
    make();
    expect_order(plain(3584, 8, NULL));     /* 512 bytes of 4096 are left over */
    expect_order(plain(3576, 8, NULL));
    expect_order(plain(3592, 8, NULL));
    mm_teardown();
}

/* Step 2 */

static void nothing(void *obj)
{
    (void)obj;
}

static void expect_layout(const struct kmem_cache *c, size_t align)
{
    cr_assert(c->per_slab > 0 && c->stride >= c->size);
    cr_assert_eq(c->stride % align, 0, "every object, and not only the first, must be aligned");
    cr_assert_leq(c->per_slab * c->stride, SLAB_BYTES(c), "the last object leaves the slab");
    cr_assert_gt((c->per_slab + 1) * c->stride, SLAB_BYTES(c), "one more object of %zu would fit",
                 c->size);
    cr_assert_leq(c->stride, align_up(align_up(c->size, 8) + (c->ctor ? 8 : 0), align),
                  "objects of %zu bytes take %zu", c->size, c->stride);
    cr_assert_eq(c->link_offset % 8, 0);
    cr_assert_leq(c->link_offset + 8, c->stride, "the link reaches into the next object");
}

Test(lab2, as_many_objects_as_fit)
{
    make();
    for (size_t size = 1; size <= 3 * PAGE_SIZE; size += size < 100 ? 1 : 77)
        for (size_t align = 8; align <= 512; align *= 4)
            expect_layout(plain(size, align, NULL), align);
    mm_teardown();
}

Test(lab2, the_link_spares_what_was_constructed)
{
    make();
    for (size_t size = 1; size <= 2000; size += 13) {
        const struct kmem_cache *c = plain(size, 8, nothing);

        expect_layout(c, 8);
        cr_assert_geq(c->link_offset, size, "the link lies inside a constructed object");
    }
    mm_teardown();
}

Test(lab2, colours_use_what_is_left_over)
{
    make();
    for (size_t size = 8; size <= 2 * PAGE_SIZE; size += 56) {
        size_t align = size % 128 ? 16 : 256;
        const struct kmem_cache *c = plain(size, align, NULL);
        size_t left = SLAB_BYTES(c) - c->per_slab * c->stride;

        cr_assert(c->colour_step >= 64 && c->colour_step % align == 0,
                  "a colour is a cache line, or the alignment if that is more");
        cr_assert_leq((c->ncolours - 1) * c->colour_step, left, "the last colour does not fit");
        cr_assert_gt(c->ncolours * c->colour_step, left, "one more colour would fit");
    }
    mm_teardown();
}

/* Step 3 */

static size_t constructed;

static void construct(void *obj)
{
    memset(obj, 0x5a, 100);
    constructed++;
}

/* The chain of free objects of SLAB: each object once, all of them inside. */
static void expect_chain(struct kmem_cache *c, struct page *slab)
{
    static bool seen[MAX_PER_SLAB];
    char *first = (char *)page_address(slab) + slab->slab.colour * 8;
    size_t n = 0;

    memset(seen, 0, sizeof(seen));
    for (char *obj = slab->freelist; obj; obj = next_free(c, obj), n++) {
        size_t i = (size_t)(obj - first) / c->stride;

        cr_assert(obj >= first && obj == first + i * c->stride, "no object starts at %p", obj);
        cr_assert_lt(i, c->per_slab, "an object behind the last");
        cr_assert(!seen[i], "object %zu is twice in the chain", i);
        seen[i] = true;
    }
    cr_assert_eq(n, c->per_slab, "%zu of %u objects are in the chain", n, c->per_slab);
}

Test(lab2, all_objects_are_chained)
{
    static const size_t sizes[] = { 8, 24, 100, 512, 700, 1500, 5000 };

    make();
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct kmem_cache *c = plain(sizes[i], 0, NULL);

        cr_assert(slab_grow(c, GFP_KERNEL));
        cr_assert_gt(c->per_slab, 1);
        expect_chain(c, list_first_entry(&c->empty, struct page, link));
    }
    mm_teardown();
}

Test(lab2, each_object_is_constructed_once)
{
    struct kmem_cache *c;
    struct page *slab;

    make();
    c = plain(100, 0, construct);
    cr_assert(slab_grow(c, GFP_KERNEL));
    slab = list_first_entry(&c->empty, struct page, link);
    expect_chain(c, slab);
    cr_assert_gt(c->per_slab, 1);
    cr_assert_eq(constructed, c->per_slab);
    for (uint8_t *obj = slab->freelist; obj; obj = next_free(c, obj))
        for (size_t i = 0; i < 100; i++)
            cr_assert_eq(obj[i], 0x5a, "byte %zu of a constructed object changed", i);
    mm_teardown();
}

/* Step 4 */

Test(lab2, each_colour_in_turn)
{
    bool seen[256];
    struct kmem_cache *c;

    make();
    c = plain(700, 8, NULL);
    cr_assert_gt(c->ncolours, 1);
    for (unsigned round = 0; round < 3; round++) {
        memset(seen, 0, sizeof(seen));
        for (unsigned i = 0; i < c->ncolours; i++) {
            const struct page *slab;
            size_t offset;

            cr_assert(slab_grow(c, GFP_KERNEL));
            slab = list_first_entry(&c->empty, struct page, link);
            offset = slab->slab.colour * 8;
            cr_assert_leq(offset + c->per_slab * c->stride, SLAB_BYTES(c),
                          "the last object leaves the slab");
            cr_assert_eq(offset % c->colour_step, 0);
            cr_assert(!seen[offset / c->colour_step], "a colour came twice before all had come");
            seen[offset / c->colour_step] = true;
        }
    }
    mm_teardown();
}

/* Step 5 */

Test(lab2, a_slab_wanders_from_list_to_list)
{
    static void *obj[MAX_PER_SLAB];
    struct kmem_cache *c;

    make();
    c = plain(200, 0, NULL);
    cr_assert_gt(c->per_slab, 2);
    for (uint32_t i = 0; i < c->per_slab; i++) {
        obj[i] = alloc(c);
        cr_assert_eq(page_of(obj[i]), page_of(obj[0]), "the first slab still has room");
        check_lists(c, i + 1);
    }
    for (uint32_t i = c->per_slab; i-- > 0;) {
        kmem_cache_free(c, obj[i]);
        check_lists(c, i);
    }
    mm_teardown();
}

Test(lab2, no_object_is_given_twice)
{
    static char *obj[1000];
    struct kmem_cache *c;

    make();
    c = plain(48, 0, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(obj); i++) {
        obj[i] = alloc(c);
        memset(obj[i], (int)i, 48);
    }
    cr_assert_leq(c->nslabs * SLAB_BYTES(c), 2 * 48 * ARRAY_SIZE(obj), "objects share slabs");
    for (size_t i = 0; i < ARRAY_SIZE(obj); i++)
        for (size_t k = 0; k < 48; k++)
            cr_assert_eq(obj[i][k], (char)i, "object %zu belongs to two", i);
    check_lists(c, ARRAY_SIZE(obj));
    mm_teardown();
}

/* Three slabs, the last partial: what is wanted then comes from a slab in use, not from an empty
 * one, so that empty ones can go. */
Test(lab2, partial_slabs_come_first)
{
    static void *obj[3 * MAX_PER_SLAB];
    struct kmem_cache *c;
    uint32_t n;

    make();
    c = plain(400, 0, NULL);
    n = c->per_slab;
    cr_assert_gt(n, 2);
    for (uint32_t i = 0; i < 2 * n + 1; i++)
        obj[i] = alloc(c);
    for (uint32_t i = 0; i < n; i++)
        kmem_cache_free(c, obj[i]);
    check_lists(c, n + 1);
    cr_assert_eq(c->nempty, 1);
    for (uint32_t i = 0; i < n - 1; i++)
        cr_assert_eq(page_of(alloc(c)), page_of(obj[2 * n]), "the partial slab has room");
    check_lists(c, 2 * n);
    mm_teardown();
}

Test(lab2, a_full_slab_with_a_hole_serves_again)
{
    static void *obj[3 * MAX_PER_SLAB];
    struct kmem_cache *c;
    uint32_t n;

    make();
    c = plain(400, 0, NULL);
    n = c->per_slab;
    cr_assert_gt(n, 2);
    for (uint32_t i = 0; i < 3 * n; i++)
        obj[i] = alloc(c);
    check_lists(c, 3 * n);
    kmem_cache_free(c, obj[n + 1]);
    check_lists(c, 3 * n - 1);
    cr_assert_eq(alloc(c), obj[n + 1]);
    check_lists(c, 3 * n);
    cr_assert_eq(c->nslabs, 3);
    mm_teardown();
}

Test(lab2, empty_slabs_do_not_pile_up)
{
    static void *obj[1000];
    struct kmem_cache *c;
    size_t before, held;

    make();
    c = plain(500, 0, NULL);
    before = nr_free_pages();
    for (size_t i = 0; i < ARRAY_SIZE(obj); i++)
        obj[i] = alloc(c);
    cr_assert_leq(c->nslabs, 160);
    for (size_t i = 0; i < ARRAY_SIZE(obj); i++)
        kmem_cache_free(c, obj[i]);
    check_lists(c, 0);
    cr_assert_leq(c->nslabs, 4, "%zu empty slabs are kept", c->nslabs);
    cr_assert_geq(c->nslabs, 1, "the next peak finds no slab");
    page_alloc_drain();
    held = c->nslabs << c->order;
    cr_assert_eq(nr_free_pages() + held, before, "pages are lost");
    mm_teardown();
}

/* Step 6 */

static struct kmem_cache *victim;
static char *a, *b;

static void make_victim(void)
{
    make();
    victim = plain(200, 0, NULL);
    a = alloc(victim);
    b = alloc(victim);
}

Test(lab2_death, freed_twice, .signal = SIGABRT, .init = make_victim)
{
    kmem_cache_free(victim, b);
    kmem_cache_free(victim, b);
}

Test(lab2_death, freed_twice_with_its_slab_empty, .signal = SIGABRT, .init = make_victim)
{
    kmem_cache_free(victim, a);
    kmem_cache_free(victim, b);
    kmem_cache_free(victim, a);
}

Test(lab2_death, freed_to_another_cache, .signal = SIGABRT, .init = make_victim)
{
    struct kmem_cache *other = plain(200, 0, NULL);

    alloc(other);
    kmem_cache_free(other, a);
}

Test(lab2_death, freed_from_the_middle, .signal = SIGABRT, .init = make_victim)
{
    kmem_cache_free(victim, a + 8);
}

Test(lab2_death, freed_behind_the_last, .signal = SIGABRT, .init = make_victim)
{
    struct kmem_cache *c = plain(700, 0, NULL);
    struct page *slab = page_of(alloc(c));
    char *first = (char *)page_address(slab) + slab->slab.colour * 8;

    kmem_cache_free(c, first + c->per_slab * c->stride);
}

Test(lab2_death, freed_though_no_object, .signal = SIGABRT, .init = make_victim)
{
    kmem_cache_free(victim, page_address(alloc_pages(GFP_KERNEL, 0)));
}

/* Step 7 */

Test(lab2, shrinking_frees_the_empty_ones)
{
    static void *obj[3 * MAX_PER_SLAB];
    struct kmem_cache *c;
    uint32_t n;
    size_t before;

    make();
    c = plain(700, 0, NULL);
    cr_assert_gt(c->order, 0);
    n = c->per_slab;
    for (uint32_t i = 0; i < 3 * n; i++)
        obj[i] = alloc(c);
    for (uint32_t i = 1; i < 3 * n; i++)
        kmem_cache_free(c, obj[i]);
    check_lists(c, 1);
    cr_assert_eq(c->nempty, 2);
    page_alloc_drain();
    before = nr_free_pages();
    cr_assert_eq(kmem_cache_shrink(c), 2UL << c->order, "the result is a number of pages");
    page_alloc_drain();
    cr_assert_eq(nr_free_pages(), before + (2UL << c->order));
    check_lists(c, 1);
    cr_assert_eq(c->nslabs, 1);
    cr_assert_eq(kmem_cache_shrink(c), 0);
    mm_teardown();
}

/* Steps 8 and 9 */

#define BURST 10

static void *objects[2000];

static struct kmem_cache *with_magazines(void)
{
    make();
    return kmem_cache_create("lab2", 64, 0, 0, NULL);
}

static void alloc_n(struct kmem_cache *cache, size_t n)
{
    for (size_t i = 0; i < n; i++)
        objects[i] = alloc(cache);
}

static void free_n(struct kmem_cache *cache, size_t n)
{
    for (size_t i = 0; i < n; i++)
        kmem_cache_free(cache, objects[i]);
}

/* Hart 1 holds the lock of the cache: who needs it now waits for ever, and the test panics. */
Test(lab2, at_hand_without_the_lock, .timeout = 60)
{
    struct kmem_cache *cache = with_magazines();

    for (unsigned i = 0; i < 8; i++) {
        alloc_n(cache, BURST);
        free_n(cache, BURST);
    }
    shim_set_hart(1);
    spin_lock(&cache->lock);
    shim_set_hart(0);
    for (unsigned i = 0; i < 100; i++) {
        alloc_n(cache, BURST);
        free_n(cache, BURST);
    }
    shim_set_hart(1);
    spin_unlock(&cache->lock);
    mm_teardown();
}

/* What changes when the depot or the slabs are called on. */
static size_t visible(const struct kmem_cache *cache)
{
    return cache->ndepot_full * 1000000 + cache->ndepot_empty * 10000 + cache->inuse;
}

/* Wherever the border between two magazines is, a hart that goes back and forth across it need
 * not trade each time. */
Test(lab2, a_border_is_not_crossed_in_vain)
{
    struct kmem_cache *cache = with_magazines();

    cr_assert_gt(cache->magazine_rounds, 0);
    alloc_n(cache, 100);
    free_n(cache, 100);
    for (size_t kept = 0; kept < 80; kept++) {
        size_t visits = 0;

        for (unsigned i = 0; i < 4; i++) {
            alloc_n(cache, BURST);
            free_n(cache, BURST);
        }
        for (size_t i = 0; i < 40 * BURST; i++) {
            size_t before = visible(cache);

            if (i / BURST % 2 == 0)
                objects[i % BURST] = alloc(cache);
            else
                kmem_cache_free(cache, objects[i % BURST]);
            visits += visible(cache) != before;
        }
        cr_assert_leq(visits, 4, "%zu visits to the depot in %d calls", visits, 40 * BURST);
        alloc(cache);
    }
    mm_teardown();
}

/* One hart allocates, another frees: the depot carries magazines back. */
Test(lab2, magazines_travel)
{
    struct kmem_cache *cache = with_magazines();
    size_t trades = 0;

    for (unsigned round = 0; round < 20; round++) {
        shim_set_hart(0);
        alloc_n(cache, 500);
        cr_assert_leq(cache->ndepot_full, 4, "full magazines lie in the depot, and nobody "
                      "takes them");
        shim_set_hart(1);
        free_n(cache, 500);
        trades += cache->ndepot_full;
        cr_assert_eq(magazine_count(cache), cache->inuse, "%zu objects are free, and %zu lie in "
                     "magazines", cache->inuse, magazine_count(cache));
    }
    cr_assert_geq(trades, 20, "no full magazine reaches the depot");
    cr_assert_leq(cache->nslabs * cache->per_slab, 1000, "the cache grows without need");
    kmem_cache_shrink_all();
    cr_assert_eq(cache->nslabs, 0, "objects are lost");
    mm_teardown();
}

Test(lab2, fewer_rounds_for_larger_objects)
{
    static const size_t sizes[] = { 64, 256, 1024, 2048, 8192 };
    size_t last = 10000;

    make();
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        const struct kmem_cache *c = kmem_cache_create("lab2", sizes[i], 0, 0, NULL);

        cr_assert_not_null(c->magazine_cache);
        cr_assert(c->magazine_rounds > 0 && c->magazine_rounds <= last);
        cr_assert_leq(sizeof(struct magazine) + c->magazine_rounds * sizeof(void *),
                      c->magazine_cache->size, "a magazine does not hold its rounds");
        last = c->magazine_rounds;
    }
    cr_assert_lt(last, 31);
    cr_assert_null(plain(64, 0, NULL)->magazine_cache);
    mm_teardown();
}

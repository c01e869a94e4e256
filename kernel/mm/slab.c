/* SPDX-License-Identifier: MIT */
/*
 * slab.c - caches and their slabs (Bonwick, "The Slab Allocator", USENIX 1994).
 *
 * A slab is a block of pages cut into equal objects.  Objects are taken from
 * partial slabs first, so that the others have time to become empty; an empty
 * slab is memory that can be given back, and a few are kept for the next peak.
 *
 * The first object of each new slab starts a cache line further than that of
 * the one before (its colour), as far as the space left over allows: else the
 * same fields of all objects would meet in the same few lines of the data cache.
 *
 * Where memory is in pieces too small for a good slab, one that wastes more does:
 * nobody gets an error, and nobody dies, for a page that could have been saved.
 *
 * Relies on: page_alloc.h for blocks, magazine.c in front.
 */
#include "kernel/mm/slab_cache.h"
#include "kernel/mm/page_alloc.h"
#include "lib/bitops.h"

#define LINE_SIZE 64
#define MIN_ALIGN 8
#define MAX_SLAB_ORDER 3
#define MAX_WASTE_SHARE 8           /* at most 1/8 of a slab is left over               */
#define MAX_EMPTY_SLABS 4           /* kept per cache; the shrinker takes them          */

static struct kmem_cache cache_cache;               /* of struct kmem_cache */
static struct list caches = LIST_INIT(caches);
static struct spinlock caches_lock = SPINLOCK_INIT(RANK_CACHES, "kmem caches");

/* Layout */

static inline size_t waste(size_t stride, unsigned order)
{
    return (PAGE_SIZE << order) % stride;
}

/* The smallest slab that wastes little. */
static unsigned choose_order(size_t stride)
{
    unsigned order = 0;

    while (order < MAX_SLAB_ORDER
           && (stride > PAGE_SIZE << order
               || waste(stride, order) * MAX_WASTE_SHARE > PAGE_SIZE << order))
        order++;
    return order;
}

static void lay_out(struct kmem_cache *cache, size_t align)
{
    size_t extra = PAGODA_DEBUG ? slab_debug_extra(cache->size) : 0;
    size_t end = align_up(cache->size, MIN_ALIGN) + extra;
    bool link_behind = cache->ctor || extra;

    cache->link_offset = link_behind ? end : 0;
    cache->stride = align_up(link_behind ? end + sizeof(void *) : end, align);
    cache->order = choose_order(cache->stride);
    cache->per_slab = (PAGE_SIZE << cache->order) / cache->stride;
    cache->colour_step = MAX(align, (size_t)LINE_SIZE);
    cache->ncolours = waste(cache->stride, cache->order) / cache->colour_step + 1;
}

static inline void **link_of(const struct kmem_cache *cache, void *obj)
{
    return (void **)((char *)obj + cache->link_offset);
}

static char *first_object(const struct page *slab)
{
    return (char *)page_address(slab) + slab->slab.colour * 8;
}

/* Slabs */

static uint32_t take_colour(struct kmem_cache *cache)
{
    uint32_t colour;

    spin_lock(&cache->lock);
    colour = cache->next_colour;
    cache->next_colour = colour + 1 < cache->ncolours ? colour + 1 : 0;
    spin_unlock(&cache->lock);
    return colour * cache->colour_step;
}

/* Cut SLAB into objects and chain them in ascending order. */
static void make_objects(struct kmem_cache *cache, struct page *slab)
{
    char *obj = first_object(slab) + slab->slab.total * cache->stride;
    void *next = NULL;

    for (uint32_t i = 0; i < slab->slab.total; i++) {
        obj -= cache->stride;
        if (cache->ctor)
            cache->ctor(obj);
        if (PAGODA_DEBUG)
            slab_debug_new(cache, obj);
        *link_of(cache, obj) = next;
        next = obj;
    }
    slab->freelist = next;
}

/* A block of the order that wastes little, or else one that holds an object at all. */
static struct page *alloc_slab(const struct kmem_cache *cache, gfp_t gfp)
{
    unsigned least = ilog2_ceil(div_round_up(cache->stride, PAGE_SIZE));
    struct page *slab = NULL;

    gfp &= ~(__GFP_ZERO | __GFP_MOVABLE | __GFP_CMA);
    if (least < cache->order)
        slab = alloc_pages((gfp & ~(__GFP_RECLAIM | __GFP_NOFAIL)) | __GFP_NOWARN, cache->order);
    return slab ? slab : alloc_pages(gfp, least);
}

/* How many objects SLAB holds, and where they begin. */
static void set_up(struct kmem_cache *cache, struct page *slab)
{
    bool is_good = slab->order == cache->order;

    slab->slab.inuse = 0;
    slab->slab.total = is_good ? cache->per_slab : (PAGE_SIZE << slab->order) / cache->stride;
    slab->slab.colour = is_good ? take_colour(cache) / 8 : 0;
}

bool slab_grow(struct kmem_cache *cache, gfp_t gfp)
{
    struct page *slab = alloc_slab(cache, gfp);

    if (!slab)
        return false;
    page_set_identity(slab, PAGE_SLAB);
    slab->cache = cache;
    set_up(cache, slab);
    make_objects(cache, slab);
    spin_lock(&cache->lock);
    list_insert_head(&cache->empty, &slab->link);
    cache->nslabs++;
    cache->nempty++;
    cache->npages += 1UL << slab->order;
    cache->nobjects += slab->slab.total;
    spin_unlock(&cache->lock);
    return true;
}

/* Free the slabs on LIST, which are off their cache's lists already; returns their pages. */
static size_t free_slabs(struct list *list)
{
    size_t npages = 0;

    while (!list_is_empty(list)) {
        struct page *slab = list_first_entry(list, struct page, link);

        list_remove(&slab->link);
        slab->cache = NULL;
        page_set_identity(slab, PAGE_OWNED);
        npages += 1UL << slab->order;
        free_pages(slab, slab->order);
    }
    return npages;
}

static void detach_empty(struct kmem_cache *cache, struct page *slab, struct list *list)
{
    list_move_tail(list, &slab->link);
    cache->nslabs--;
    cache->nempty--;
    cache->npages -= 1UL << slab->order;
    cache->nobjects -= slab->slab.total;
}

/* Objects */

static struct page *slab_with_object(const struct kmem_cache *cache)
{
    if (!list_is_empty(&cache->partial))
        return list_first_entry(&cache->partial, struct page, link);
    if (!list_is_empty(&cache->empty))
        return list_first_entry(&cache->empty, struct page, link);
    return NULL;
}

static void *take_object(struct kmem_cache *cache, struct page *slab)
{
    void *obj = slab->freelist;

    slab->freelist = *link_of(cache, obj);
    if (slab->slab.inuse++ == 0)
        cache->nempty--;
    if (slab->slab.inuse == slab->slab.total)
        list_move_head(&cache->full, &slab->link);
    else if (slab->slab.inuse == 1)
        list_move_head(&cache->partial, &slab->link);
    return obj;
}

size_t slab_take(struct kmem_cache *cache, void **objects, size_t n)
{
    size_t got = 0;
    struct page *slab;

    DEBUG_ASSERT(spin_is_mine(&cache->lock));
    while (got < n && (slab = slab_with_object(cache)))
        objects[got++] = take_object(cache, slab);
    cache->inuse += got;
    return got;
}

/* The slab that OBJ, an object of CACHE in use, lies in; panics if it is none. */
static struct page *slab_of(const struct kmem_cache *cache, void *obj)
{
    struct page *slab = compound_head(virt_to_page(obj));
    size_t offset;

    if (slab->identity != PAGE_SLAB)
        panic("%s: %p freed, but its page is %s", cache->name, obj,
              page_identity_names[slab->identity]);
    if (slab->cache != cache)
        panic("%s: %p freed, but it belongs to %s", cache->name, obj, slab->cache->name);
    offset = (size_t)((char *)obj - first_object(slab));
    if (offset % cache->stride || offset / cache->stride >= slab->slab.total)
        panic("%s: %p freed, but no object starts there", cache->name, obj);
    if (slab->freelist == obj || slab->slab.inuse == 0)
        panic("%s: double free of %p", cache->name, obj);
    return slab;
}

/* Put OBJ back; its slab goes to SPARE if it is empty and enough others are. */
static void give_object(struct kmem_cache *cache, void *obj, struct list *spare)
{
    struct page *slab = slab_of(cache, obj);

    *link_of(cache, obj) = slab->freelist;
    slab->freelist = obj;
    cache->inuse--;
    if (--slab->slab.inuse == 0) {
        list_move_head(&cache->empty, &slab->link);
        if (++cache->nempty > MAX_EMPTY_SLABS)
            detach_empty(cache, slab, spare);
    } else if (slab->slab.inuse + 1u == slab->slab.total) {
        list_move_head(&cache->partial, &slab->link);
    }
}

void slab_give(struct kmem_cache *cache, void *const *objects, size_t n)
{
    struct list spare = LIST_INIT(spare);

    spin_lock(&cache->lock);
    for (size_t i = 0; i < n; i++)
        give_object(cache, objects[i], &spare);
    spin_unlock(&cache->lock);
    free_slabs(&spare);
}

size_t kmem_cache_shrink(struct kmem_cache *cache)
{
    struct list spare = LIST_INIT(spare);

    spin_lock(&cache->lock);
    while (!list_is_empty(&cache->empty))
        detach_empty(cache, list_first_entry(&cache->empty, struct page, link), &spare);
    spin_unlock(&cache->lock);
    return free_slabs(&spare);
}

/* Caches */

void slab_cache_init(struct kmem_cache *cache, const char *name, size_t size, size_t align,
                     uint32_t flags, void (*ctor)(void *obj))
{
    align = MAX(align, (size_t)MIN_ALIGN);
    if (flags & SLAB_HWCACHE_ALIGN)
        align = MAX(align, (size_t)LINE_SIZE);
    ASSERT(is_pow2(align) && size != 0 && size <= PAGE_SIZE << MAX_SLAB_ORDER);
    *cache = (struct kmem_cache){ .name = name, .size = size, .flags = flags, .ctor = ctor };
    spin_init(&cache->lock, RANK_SLAB, name);
    for (unsigned i = 0; i < MAX_HARTS; i++)
        spin_init(&cache->harts[i].lock, RANK_MAGAZINE, name);
    list_init(&cache->partial);
    list_init(&cache->full);
    list_init(&cache->empty);
    lay_out(cache, align);
    magazine_setup(cache);
    spin_lock(&caches_lock);
    list_insert_tail(&caches, &cache->link);
    spin_unlock(&caches_lock);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     uint32_t flags, void (*ctor)(void *obj))
{
    struct kmem_cache *cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);

    if (cache)
        slab_cache_init(cache, name, size, align, flags, ctor);
    return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
    spin_lock(&caches_lock);
    list_remove(&cache->link);
    spin_unlock(&caches_lock);
    magazine_drain(cache);
    if (cache->inuse)
        panic("%s destroyed with %zu objects in use", cache->name, cache->inuse);
    kmem_cache_shrink(cache);
    kmem_cache_free(&cache_cache, cache);
}

/* All caches */

void slab_for_each_cache(void (*fn)(struct kmem_cache *cache, void *arg), void *arg)
{
    spin_lock(&caches_lock);
    list_for_each(link, &caches)
        fn(list_entry(link, struct kmem_cache, link), arg);
    spin_unlock(&caches_lock);
}

static void drain_cache(struct kmem_cache *cache, void *arg)
{
    (void)arg;
    magazine_drain(cache);
}

static void drain_depot(struct kmem_cache *cache, void *arg)
{
    (void)arg;
    magazine_drain_depot(cache);
}

static void shrink_cache(struct kmem_cache *cache, void *arg)
{
    *(size_t *)arg += kmem_cache_shrink(cache);
}

/* The drained magazines are objects of caches too: so in two passes. */
size_t kmem_cache_shrink_all(void)
{
    size_t npages = 0;

    slab_for_each_cache(drain_cache, NULL);
    slab_for_each_cache(shrink_cache, &npages);
    return npages;
}

struct info_arg {
    void (*fn)(const struct kmem_cache_info *info, void *arg);
    void *arg;
};

static void inform(struct kmem_cache *cache, void *arg)
{
    const struct info_arg *a = arg;
    size_t cached = magazine_count(cache), inuse = cache->inuse;
    struct kmem_cache_info info = {
        .name = cache->name,
        .active_objects = inuse > cached ? inuse - cached : 0,
        .total_objects = cache->nobjects,
        .object_size = cache->size,
        .objects_per_slab = cache->per_slab,
        .pages_per_slab = 1UL << cache->order,
        .active_slabs = cache->nslabs - cache->nempty,
        .total_slabs = cache->nslabs,
        .limit = 2 * cache->magazine_rounds,
        .batch = cache->magazine_rounds,
        .reclaimable = cache->flags & SLAB_RECLAIMABLE,
    };

    a->fn(&info, a->arg);
}

void kmem_cache_for_each(void (*fn)(const struct kmem_cache_info *info, void *arg), void *arg)
{
    struct info_arg a = { fn, arg };

    slab_for_each_cache(inform, &a);
}

struct page_counts {
    size_t reclaimable, unreclaimable;
};

static void count_pages(struct kmem_cache *cache, void *arg)
{
    struct page_counts *n = arg;

    if (cache->flags & SLAB_RECLAIMABLE)
        n->reclaimable += cache->npages;
    else
        n->unreclaimable += cache->npages;
}

void slab_count_pages(size_t *reclaimable, size_t *unreclaimable)
{
    struct page_counts n = { 0, 0 };

    slab_for_each_cache(count_pages, &n);
    *reclaimable = n.reclaimable;
    *unreclaimable = n.unreclaimable;
}

/* Under pressure: what lies in depots and empty slabs, not the harts' magazines */

static void count_spare(struct kmem_cache *cache, void *arg)
{
    size_t objects = cache->ndepot_full * cache->magazine_rounds;

    *(size_t *)arg += (cache->nempty << cache->order) + (objects * cache->stride >> PAGE_SHIFT);
}

static size_t shrinker_count(struct shrinker *s)
{
    size_t npages = 0;

    (void)s;
    slab_for_each_cache(count_spare, &npages);
    return npages;
}

static size_t shrinker_scan(struct shrinker *s, size_t nr, gfp_t gfp)
{
    size_t npages = 0;

    (void)s;
    (void)nr;
    (void)gfp;
    slab_for_each_cache(drain_depot, NULL);
    slab_for_each_cache(shrink_cache, &npages);
    return npages;
}

void slab_init(void)
{
    static struct shrinker shrinker = {
        .name = "slab", .count = shrinker_count, .scan = shrinker_scan,
    };

    magazine_init();
    slab_cache_init(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), LINE_SIZE, 0, NULL);
    shrinker_register(&shrinker);
}

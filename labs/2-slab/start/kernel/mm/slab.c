/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 2: each object has a slab to itself, which is made for it and
 * given back with it.
 */

static unsigned choose_order(size_t stride)
{
    unsigned order = 0;

    while (stride > PAGE_SIZE << order)
        order++;
    return order;
}

static void lay_out(struct kmem_cache *cache, size_t align)
{
    (void)align;
    cache->stride = align_up(cache->size, MIN_ALIGN)
                    + (PAGODA_DEBUG ? slab_debug_extra(cache->size) : 0);
    cache->order = choose_order(cache->stride);
    cache->per_slab = 1;
    cache->ncolours = 1;
}

static uint32_t take_colour(struct kmem_cache *cache)
{
    (void)cache;
    return 0;
}

static void make_objects(struct kmem_cache *cache, struct page *slab)
{
    void *obj = first_object(slab);

    if (cache->ctor)
        cache->ctor(obj);
    if (PAGODA_DEBUG)
        slab_debug_new(cache, obj);
    slab->freelist = obj;
}

static struct page *slab_with_object(const struct kmem_cache *cache)
{
    if (list_is_empty(&cache->empty))
        return NULL;
    return list_first_entry(&cache->empty, struct page, link);
}

/* The first object, and nobody gets the others. */
static void *take_object(struct kmem_cache *cache, struct page *slab)
{
    slab->slab.inuse = slab->slab.total;
    cache->nempty--;
    list_move_head(&cache->full, &slab->link);
    return first_object(slab);
}

static struct page *slab_of(const struct kmem_cache *cache, void *obj)
{
    (void)cache;
    return compound_head(virt_to_page(obj));
}

static void give_object(struct kmem_cache *cache, void *obj, struct list *spare)
{
    struct page *slab = slab_of(cache, obj);

    slab->slab.inuse = 0;
    cache->inuse--;
    cache->nempty++;
    detach_empty(cache, slab, spare);
}

size_t kmem_cache_shrink(struct kmem_cache *cache)
{
    (void)cache;
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/slab.c */
/* Chains objects from the last to the first, and takes from the oldest of the partial slabs. */

static unsigned choose_order(size_t stride)
{
    for (unsigned order = 0; order < MAX_SLAB_ORDER; order++) {
        size_t bytes = PAGE_SIZE << order;

        if (stride <= bytes && waste(stride, order) <= bytes / MAX_WASTE_SHARE)
            return order;
    }
    return MAX_SLAB_ORDER;
}

static void make_objects(struct kmem_cache *cache, struct page *slab)
{
    char *first = first_object(slab);

    slab->freelist = NULL;
    for (uint32_t i = 0; i < slab->slab.total; i++) {
        char *obj = first + i * cache->stride;

        if (cache->ctor)
            cache->ctor(obj);
        if (PAGODA_DEBUG)
            slab_debug_new(cache, obj);
        *link_of(cache, obj) = slab->freelist;
        slab->freelist = obj;
    }
}

static struct page *slab_with_object(const struct kmem_cache *cache)
{
    const struct list *from = list_is_empty(&cache->partial) ? &cache->empty : &cache->partial;

    return list_is_empty(from) ? NULL : list_entry(from->prev, struct page, link);
}

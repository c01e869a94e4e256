/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/slab.c */
/* One function decides which list a slab belongs to; two empty slabs are kept, not four. */

static void settle(struct kmem_cache *cache, struct page *slab)
{
    if (slab->slab.inuse == 0)
        list_move_tail(&cache->empty, &slab->link);
    else if (slab->slab.inuse < slab->slab.total)
        list_move_tail(&cache->partial, &slab->link);
    else
        list_move_tail(&cache->full, &slab->link);
}

static void *take_object(struct kmem_cache *cache, struct page *slab)
{
    void *obj = slab->freelist;

    cache->nempty -= slab->slab.inuse == 0;
    slab->freelist = *link_of(cache, obj);
    slab->slab.inuse++;
    settle(cache, slab);
    return obj;
}

static void give_object(struct kmem_cache *cache, void *obj, struct list *spare)
{
    struct page *slab = slab_of(cache, obj);

    *link_of(cache, obj) = slab->freelist;
    slab->freelist = obj;
    slab->slab.inuse--;
    cache->inuse--;
    cache->nempty += slab->slab.inuse == 0;
    settle(cache, slab);
    if (slab->slab.inuse == 0 && cache->nempty > 2)
        detach_empty(cache, slab, spare);
}

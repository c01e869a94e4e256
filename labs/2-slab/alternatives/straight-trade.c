/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/magazine.c */
/* Trades the loaded magazine, and leaves previous alone once there is one. */

static bool load_full(struct kmem_cache *cache, struct hart_magazines *h)
{
    struct magazine *m = stack_pop(&cache->depot_full, &cache->ndepot_full);

    if (!m)
        return false;
    if (h->previous && h->loaded)
        stack_push(&cache->depot_empty, &cache->ndepot_empty, h->loaded);
    else if (h->loaded)
        h->previous = h->loaded;
    h->loaded = m;
    h->rounds = h->capacity = cache->magazine_rounds;
    return true;
}

static bool load_empty(struct kmem_cache *cache, struct hart_magazines *h)
{
    struct magazine *m = stack_pop(&cache->depot_empty, &cache->ndepot_empty);

    if (!m)
        return false;
    if (h->previous && h->loaded) {
        stack_push(&cache->depot_full, &cache->ndepot_full, h->loaded);
    } else if (h->loaded) {
        h->previous = h->loaded;
        h->previous_rounds = h->rounds;
    }
    h->loaded = m;
    h->rounds = 0;
    h->capacity = cache->magazine_rounds;
    return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * magazine.c - objects at hand for each hart (Bonwick and Adams, "Magazines and
 * Vmem", USENIX 2001).
 *
 * Each hart has two magazines per cache: it allocates from and frees to the
 * loaded one, and exchanges the two when that is empty or full.  Only when both
 * are does it turn to the depot, which all harts share, and trades a whole
 * magazine: one shared lock in so many allocations as a magazine holds.
 *
 *     alloc:  loaded -> previous, if full -> depot's full one -> slabs
 *     free:   loaded -> previous, if empty -> depot's empty one -> new one -> slabs
 *
 * Magazines are objects of caches that have none themselves.
 *
 * Lock order: hart's magazines, then the cache (depot and slabs).  Neither is
 * held where pages are allocated.
 */
#include "kernel/mm/hart_lock.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab_cache.h"
#include "lib/bitops.h"
#include "lib/string.h"

/*
 * Rounds by object size: fewer of the large ones, since two magazines per hart
 * stay full of memory that nobody uses.  A magazine of 2^n bytes holds its link
 * and 2^n/8 - 1 rounds.
 */
static const struct magazine_type {
    size_t max_size;
    uint32_t rounds;
    unsigned cache;
} types[] = {
    { 256, 31, 2 },
    { 1024, 15, 1 },
    { 2048, 7, 0 },
    { SIZE_MAX, 3, 0 },
};
static struct kmem_cache magazine_caches[3];        /* of 64, 128 and 256 bytes */
#define MAX_ROUNDS 31

void magazine_init(void)
{
    static const char *const names[] = { "magazine-64", "magazine-128", "magazine-256" };

    for (unsigned i = 0; i < ARRAY_SIZE(magazine_caches); i++)
        slab_cache_init(&magazine_caches[i], names[i], 64UL << i, 0, SLAB_NO_MAGAZINES, NULL);
}

void magazine_setup(struct kmem_cache *cache)
{
    const struct magazine_type *t = types;

    if (cache->flags & SLAB_NO_MAGAZINES)
        return;
    while (cache->size > t->max_size)
        t++;
    cache->magazine_rounds = t->rounds;
    cache->magazine_cache = &magazine_caches[t->cache];
}

size_t magazine_count(const struct kmem_cache *cache)
{
    size_t n = cache->ndepot_full * cache->magazine_rounds;

    for (unsigned i = 0; i < MAX_HARTS; i++)
        n += cache->harts[i].rounds + cache->harts[i].previous_rounds;
    return n;
}

/* Magazines themselves */

static struct magazine *new_magazine(struct kmem_cache *cache)
{
    struct kmem_cache *from = cache->magazine_cache;
    void *m = NULL;

    if (!from)
        return NULL;
    do {
        spin_lock(&from->lock);
        slab_take(from, &m, 1);
        spin_unlock(&from->lock);
    } while (!m && slab_grow(from, GFP_NOWAIT | __GFP_NOWARN));
    return m;
}

static void free_magazine(struct kmem_cache *cache, struct magazine *m)
{
    void *obj = m;

    if (m)
        slab_give(cache->magazine_cache, &obj, 1);
}

static void stack_push(struct magazine **stack, size_t *count, struct magazine *m)
{
    m->next = *stack;
    *stack = m;
    ++*count;
}

static struct magazine *stack_pop(struct magazine **stack, size_t *count)
{
    struct magazine *m = *stack;

    if (m) {
        *stack = m->next;
        --*count;
    }
    return m;
}

/* Allocating */

static void exchange(struct hart_magazines *h)
{
    struct magazine *m = h->loaded;
    uint32_t rounds = h->rounds;

    h->loaded = h->previous;
    h->rounds = h->previous_rounds;
    h->previous = m;
    h->previous_rounds = rounds;
}

/* Trade the empty magazine in previous for a full one.  Both locks held. */
static bool load_full(struct kmem_cache *cache, struct hart_magazines *h)
{
    struct magazine *m = stack_pop(&cache->depot_full, &cache->ndepot_full);

    if (!m)
        return false;
    if (h->previous)
        stack_push(&cache->depot_empty, &cache->ndepot_empty, h->previous);
    h->previous = h->loaded;
    h->previous_rounds = 0;
    h->loaded = m;
    h->rounds = cache->magazine_rounds;
    h->capacity = cache->magazine_rounds;
    return true;
}

/* An object without growing: from previous, the depot or the slabs.  H is locked
 * and its loaded magazine empty. */
static void *take_shared(struct kmem_cache *cache, struct hart_magazines *h)
{
    void *obj = NULL;

    if (h->previous_rounds) {
        exchange(h);
        return h->loaded->objects[--h->rounds];
    }
    spin_lock(&cache->lock);
    if (load_full(cache, h)) {
        obj = h->loaded->objects[--h->rounds];
    } else if (slab_take(cache, &obj, 1) && h->capacity) {
        /* While here, take some for the next times. */
        h->rounds = slab_take(cache, h->loaded->objects, h->capacity / 2);
    }
    spin_unlock(&cache->lock);
    return obj;
}

static __attribute__((noinline)) void *alloc_slow(struct kmem_cache *cache, gfp_t gfp)
{
    void *obj;

    do {
        struct hart_magazines *h = &cache->harts[port_hart_index()];

        hart_lock(&h->lock);
        obj = h->rounds ? h->loaded->objects[--h->rounds] : take_shared(cache, h);
        hart_unlock(&h->lock);
        /* A new slab may sleep and wake on another hart. */
    } while (!obj && slab_grow(cache, gfp));
    return obj;
}

/* The object on top of the loaded magazine of the calling hart, or NULL. */
static inline void *pop_loaded(struct kmem_cache *cache)
{
    struct hart_magazines *h = &cache->harts[port_hart_index()];
    void *obj = NULL;

    hart_lock(&h->lock);
    if (h->rounds)
        obj = h->loaded->objects[--h->rounds];
    hart_unlock(&h->lock);
    return obj;
}

/* Every step an allocation may take. */
static __attribute__((noinline)) void *alloc_carefully(struct kmem_cache *cache, gfp_t gfp,
                                                       void *caller)
{
    void *obj;

    if (port_should_fail(FAIL_SLAB) && !(gfp & __GFP_NOFAIL))
        return NULL;
    if (PAGODA_DEBUG)
        page_alloc_check_context(gfp);
    obj = pop_loaded(cache);
    if (!obj)
        obj = alloc_slow(cache, gfp);
    if (!obj)
        return NULL;
    if (PAGODA_DEBUG)
        slab_debug_alloc(cache, obj, caller);
    if (gfp & __GFP_ZERO) {
        DEBUG_ASSERT(!cache->ctor);
        memset(obj, 0, cache->size);
    }
    return obj;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
    void *obj = NULL;

    /* Most find an object at once, and there is nothing else to do. */
    if (!PAGODA_DEBUG && !port_failures_ordered() && !(gfp & __GFP_ZERO))
        obj = pop_loaded(cache);
    return obj ? obj : alloc_carefully(cache, gfp, __builtin_return_address(0));
}

/* Freeing */

/* Trade the full magazine in previous for an empty one.  Both locks held. */
static bool load_empty(struct kmem_cache *cache, struct hart_magazines *h)
{
    struct magazine *m = stack_pop(&cache->depot_empty, &cache->ndepot_empty);

    if (!m)
        return false;
    if (h->previous)
        stack_push(&cache->depot_full, &cache->ndepot_full, h->previous);
    h->previous = h->loaded;
    h->previous_rounds = h->rounds;
    h->loaded = m;
    h->rounds = 0;
    h->capacity = cache->magazine_rounds;
    return true;
}

/* Room for one object in the loaded magazine, which is full or missing.  H is locked. */
static bool make_room(struct kmem_cache *cache, struct hart_magazines *h)
{
    bool done;

    if (h->rounds < h->capacity)
        return true;
    if (h->previous && h->previous_rounds == 0) {
        exchange(h);
        return true;
    }
    spin_lock(&cache->lock);
    done = load_empty(cache, h);
    spin_unlock(&cache->lock);
    return done;
}

/* One more empty magazine in the depot. */
static bool supply_magazine(struct kmem_cache *cache)
{
    struct magazine *m = new_magazine(cache);

    if (!m)
        return false;
    spin_lock(&cache->lock);
    stack_push(&cache->depot_empty, &cache->ndepot_empty, m);
    spin_unlock(&cache->lock);
    return true;
}

static __attribute__((noinline)) void free_slow(struct kmem_cache *cache, void *obj)
{
    do {
        struct hart_magazines *h = &cache->harts[port_hart_index()];
        bool done;

        hart_lock(&h->lock);
        done = make_room(cache, h);
        if (done)
            h->loaded->objects[h->rounds++] = obj;
        hart_unlock(&h->lock);
        if (done)
            return;
    } while (supply_magazine(cache));
    slab_give(cache, &obj, 1);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
    struct hart_magazines *h = &cache->harts[port_hart_index()];
    bool done;

    if (PAGODA_DEBUG)
        slab_debug_free(cache, obj, __builtin_return_address(0));
    hart_lock(&h->lock);
    if (h->rounds && h->loaded->objects[h->rounds - 1] == obj)
        panic("%s: double free of %p", cache->name, obj);
    done = h->rounds < h->capacity;
    if (done)
        h->loaded->objects[h->rounds++] = obj;
    hart_unlock(&h->lock);
    if (!done)
        free_slow(cache, obj);
}

/* Draining */

static void drain_magazine(struct kmem_cache *cache, struct magazine *m, size_t rounds)
{
    if (!m)
        return;
    slab_give(cache, m->objects, rounds);
    free_magazine(cache, m);
}

void magazine_drain_depot(struct kmem_cache *cache)
{
    struct magazine *full, *empty;

    spin_lock(&cache->lock);
    full = cache->depot_full;
    empty = cache->depot_empty;
    cache->depot_full = cache->depot_empty = NULL;
    cache->ndepot_full = cache->ndepot_empty = 0;
    spin_unlock(&cache->lock);
    while (full) {
        struct magazine *next = full->next;

        drain_magazine(cache, full, cache->magazine_rounds);
        full = next;
    }
    while (empty) {
        struct magazine *next = empty->next;

        free_magazine(cache, empty);
        empty = next;
    }
}

static void drain_hart(struct kmem_cache *cache, struct hart_magazines *h)
{
    struct magazine *loaded, *previous;
    size_t rounds, previous_rounds;

    hart_lock(&h->lock);
    loaded = h->loaded;
    rounds = h->rounds;
    previous = h->previous;
    previous_rounds = h->previous_rounds;
    h->loaded = h->previous = NULL;
    h->rounds = h->previous_rounds = h->capacity = 0;
    hart_unlock(&h->lock);
    drain_magazine(cache, loaded, rounds);
    drain_magazine(cache, previous, previous_rounds);
}

void magazine_drain(struct kmem_cache *cache)
{
    for (unsigned i = 0; i < MAX_HARTS; i++)
        drain_hart(cache, &cache->harts[i]);
    magazine_drain_depot(cache);
}

/* SPDX-License-Identifier: MIT */
/*
 * slab_debug.c - catch who writes where nobody should (debug kernels).
 *
 * Behind each object of up to LARGEST bytes lie two words and then the link:
 *
 *     | object ............ | red zone | caller |
 *
 * The red zone has one value while the object is in use and another while it is
 * free: a third means that a neighbour overran, the wrong one a double free.
 * A free object is filled with POISON, checked when it is handed out again; a
 * new one with GARBAGE, so that nobody relies on zeros.  Objects with a
 * constructor keep their content and have red zones only.
 *
 * Larger objects would need another page for the two words.  They are poisoned
 * but for the first word, the slab's link, and a double free is known by the
 * poison itself.
 */
#include "kernel/mm/slab_cache.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define LARGEST 1024
#define RED_IN_USE 0x5ee1000000005ee1UL
#define RED_FREE 0xf7ee00000000f7eeUL
#define POISON 0x6b
#define GARBAGE 0xc5

struct trailer {
    uint64_t red_zone;
    const void *caller;
};

size_t slab_debug_extra(size_t size)
{
    return size <= LARGEST ? sizeof(struct trailer) : 0;
}

static bool has_trailer(const struct kmem_cache *cache)
{
    return slab_debug_extra(cache->size) != 0;
}

static struct trailer *trailer_of(const struct kmem_cache *cache, void *obj)
{
    return (struct trailer *)((char *)obj + align_up(cache->size, 8));
}

/* Where poison starts: behind the link of an object that holds it. */
static size_t poison_start(const struct kmem_cache *cache)
{
    return cache->link_offset ? 0 : sizeof(void *);
}

static void poison(const struct kmem_cache *cache, void *obj)
{
    size_t start = poison_start(cache);

    if (!cache->ctor)
        memset((char *)obj + start, POISON, cache->size - start);
}

/* The first byte of OBJ that is not poison; its size if all are. */
static size_t poison_end(const struct kmem_cache *cache, const void *obj)
{
    const uint8_t *bytes = obj;
    size_t i = poison_start(cache);

    while (i < cache->size && bytes[i] == POISON)
        i++;
    return i;
}

static const void *last_caller(const struct kmem_cache *cache, void *obj)
{
    return has_trailer(cache) ? trailer_of(cache, obj)->caller : NULL;
}

void slab_debug_set_caller(const struct kmem_cache *cache, void *obj, const void *pc)
{
    if (has_trailer(cache))
        trailer_of(cache, obj)->caller = pc;
}

void slab_debug_new(const struct kmem_cache *cache, void *obj)
{
    poison(cache, obj);
    if (has_trailer(cache))
        *trailer_of(cache, obj) = (struct trailer){ RED_FREE, NULL };
}

void slab_debug_alloc(const struct kmem_cache *cache, void *obj, const void *pc)
{
    if (has_trailer(cache) && trailer_of(cache, obj)->red_zone != RED_FREE)
        panic("%s: red zone of free object %p is %lx, last freed at %p", cache->name, obj,
              trailer_of(cache, obj)->red_zone, last_caller(cache, obj));
    if (!cache->ctor) {
        size_t end = poison_end(cache, obj);

        if (end < cache->size)
            panic("%s: %p was written to while free, at byte %zu, last freed at %p",
                  cache->name, obj, end, last_caller(cache, obj));
        memset(obj, GARBAGE, cache->size);
    }
    if (has_trailer(cache))
        *trailer_of(cache, obj) = (struct trailer){ RED_IN_USE, pc };
}

static void check_red_zone(const struct kmem_cache *cache, void *obj)
{
    uint64_t red_zone = trailer_of(cache, obj)->red_zone;

    if (red_zone == RED_FREE)
        panic("%s: double free of %p, first freed at %p", cache->name, obj,
              last_caller(cache, obj));
    if (red_zone != RED_IN_USE)
        panic("%s: red zone of %p is %lx: overrun, or not an object; allocated at %p",
              cache->name, obj, red_zone, last_caller(cache, obj));
}

void slab_debug_free(const struct kmem_cache *cache, void *obj, const void *pc)
{
    const struct page *slab = compound_head(virt_to_page(obj));

    if (slab->identity != PAGE_SLAB || slab->cache != cache)
        panic("%s: %p freed, but it is not an object of this cache", cache->name, obj);
    if (has_trailer(cache))
        check_red_zone(cache, obj);
    else if (!cache->ctor && poison_end(cache, obj) == cache->size)
        panic("%s: double free of %p", cache->name, obj);
    poison(cache, obj);
    if (has_trailer(cache))
        *trailer_of(cache, obj) = (struct trailer){ RED_FREE, pc };
}

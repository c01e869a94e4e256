/* SPDX-License-Identifier: MIT */
/*
 * slab.h - caches of equal objects: Bonwick's slab allocator (USENIX 1994) with
 * per-hart magazines and a depot (Bonwick and Adams, USENIX 2001).
 */
#pragma once
#include "kernel/mm/gfp.h"
#include "lib/list.h"

struct kmem_cache;

/* Flags of kmem_cache_create. */
#define SLAB_HWCACHE_ALIGN 0x1u     /* objects start on 64-byte lines       */
#define SLAB_RECLAIMABLE   0x2u     /* counted as SReclaimable              */
#define SLAB_NO_MAGAZINES  0x4u     /* the caches below the magazines       */

/*
 * Objects of SIZE bytes at multiples of ALIGN (0: 8).  CTOR, if any, runs once
 * when an object's memory is taken, not at every allocation: objects are freed
 * in their constructed state.  NAME must outlive the cache.  NULL if out of
 * memory; may sleep.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     uint32_t flags, void (*ctor)(void *obj));

/* An object owned by the caller, or NULL.  __GFP_ZERO only without a ctor. */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *obj);

/* Free all empty slabs; returns frames freed. */
size_t kmem_cache_shrink(struct kmem_cache *cache);
/* The same for every cache, after draining magazines and depots of all harts. */
size_t kmem_cache_shrink_all(void);

/* Every object must have been freed: panics with the count otherwise. */
void kmem_cache_destroy(struct kmem_cache *cache);

/* What /proc/slabinfo and leak checks show of a cache. */
struct kmem_cache_info {
    const char *name;
    size_t active_objects, total_objects, object_size;
    size_t objects_per_slab, pages_per_slab, active_slabs, total_slabs;
    size_t limit, batch;            /* magazine figures */
    bool reclaimable;
};
/* Call FN for each cache, newest last, with the list of caches held. */
void kmem_cache_for_each(void (*fn)(const struct kmem_cache_info *info, void *arg), void *arg);

/* Pages held by all slabs, reclaimable and not. */
void slab_count_pages(size_t *reclaimable, size_t *unreclaimable);

void slab_init(void);

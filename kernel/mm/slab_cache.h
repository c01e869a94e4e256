/* SPDX-License-Identifier: MIT */
/*
 * slab_cache.h - the inside of a kmem cache, for the files that make it up.
 *
 *   kmem_cache_alloc/free       magazine.c   this hart's magazines, without sharing
 *        |  full and empty magazines change hands
 *      depot                    magazine.c   all harts
 *        |  objects
 *      slabs                    slab.c       partial, full, empty
 *        |  blocks of pages
 *      alloc_pages
 *
 * An object is in exactly one place: with its user, in a magazine, or on its
 * slab's free list.  To a slab the first two look alike: "in use".
 *
 * A slab is a compound block; its struct page says the rest (cache, freelist,
 * order, slab.inuse, colour, total).  A good one is of the cache's order; where
 * there was no such block it is smaller:
 *
 *     | colour | object | link or debug words | object | ... | left over |
 *              |<------ stride -------------->|
 *
 * A free object's link to the next one lies in the object itself, unless its
 * content must survive (constructor, poison): then behind it.
 *
 * Locks: [s] lock   [h] the hart's own   [c] constant after creation
 *        [x] list of caches
 */
#pragma once
#include "kernel/mm/page.h"
#include "kernel/mm/slab.h"

/* So many objects and no more: the depot trades only full and empty ones. */
struct magazine {
    struct magazine *next;              /* in the depot                    [s] */
    void *objects[];
};

/* One hart's two magazines.  With two, a hart that allocates and frees in turn
 * at a magazine's border does not visit the depot each time. */
struct hart_magazines {
    struct spinlock lock;               /* RANK_MAGAZINE, see hart_lock.h      */
    struct magazine *loaded, *previous; /* NULL: none yet                  [h] */
    uint32_t rounds;                    /* objects in loaded               [h] */
    uint32_t capacity;                  /* of loaded; 0 if there is none   [h] */
    uint32_t previous_rounds;           /* 0 or a full magazine            [h] */
} __attribute__((aligned(64)));

struct kmem_cache {
    struct hart_magazines harts[MAX_HARTS];
    struct spinlock lock;               /* RANK_SLAB                           */
    const char *name;                   /*                                 [c] */
    size_t size;                        /* what users get                  [c] */
    size_t stride;                      /* from one object to the next     [c] */
    size_t link_offset;                 /* of a free object's link         [c] */
    void (*ctor)(void *obj);            /*                                 [c] */
    uint32_t flags;                     /* SLAB_*                          [c] */
    uint32_t order;                     /* of a good slab's block          [c] */
    uint32_t per_slab;                  /* objects in a good slab          [c] */
    uint32_t ncolours;                  /*                                 [c] */
    uint32_t colour_step;               /* bytes                           [c] */
    uint32_t next_colour;               /* 0 .. ncolours-1                 [s] */
    struct list partial, full, empty;   /* slabs                           [s] */
    size_t nslabs, nempty;              /* of them all; of them empty      [s] */
    size_t npages, nobjects;            /* in all slabs                    [s] */
    size_t inuse;                       /* objects not on free lists       [s] */
    struct magazine *depot_full, *depot_empty;  /*                         [s] */
    size_t ndepot_full, ndepot_empty;   /*                                 [s] */
    uint32_t magazine_rounds;           /* capacity of a magazine          [c] */
    struct kmem_cache *magazine_cache;  /* NULL: no magazines              [c] */
    struct list link;                   /* all caches                      [x] */
};

/*
 * slab.c
 */

/* One more slab for CACHE; false if out of memory.  May sleep if GFP says so. */
bool slab_grow(struct kmem_cache *cache, gfp_t gfp);
/* Up to N objects from the slabs there are.  Cache locked. */
size_t slab_take(struct kmem_cache *cache, void **objects, size_t n);
/* Give objects back to their slabs; spare empty slabs are freed. */
void slab_give(struct kmem_cache *cache, void *const *objects, size_t n);

/* Call FN for each cache with the list of caches held. */
void slab_for_each_cache(void (*fn)(struct kmem_cache *cache, void *arg), void *arg);

/*
 * magazine.c
 */

/* Make the three caches that magazines come from. */
void magazine_init(void);
/* Choose the magazines of a new CACHE. */
void magazine_setup(struct kmem_cache *cache);
/* Give the objects of the depot, or also of all harts' magazines, to the slabs
 * and free the magazines. */
void magazine_drain_depot(struct kmem_cache *cache);
void magazine_drain(struct kmem_cache *cache);
/* Objects in CACHE's magazines: a snapshot without locks. */
size_t magazine_count(const struct kmem_cache *cache);

/* Set CACHE up in place (slab.c); the name appears in the list of caches. */
void slab_cache_init(struct kmem_cache *cache, const char *name, size_t size, size_t align,
                     uint32_t flags, void (*ctor)(void *obj));

/*
 * slab_debug.c: all are called in debug kernels only.
 */

/* Bytes behind an object of SIZE for red zone and caller; 0: too large for them. */
size_t slab_debug_extra(size_t size);
/* OBJ was made, handed out, and taken back.  Panic at a double free, an overrun,
 * a write after free. */
void slab_debug_new(const struct kmem_cache *cache, void *obj);
void slab_debug_alloc(const struct kmem_cache *cache, void *obj, const void *pc);
void slab_debug_free(const struct kmem_cache *cache, void *obj, const void *pc);
/* The call that last allocated or freed OBJ was made at PC. */
void slab_debug_set_caller(const struct kmem_cache *cache, void *obj, const void *pc);

/* SPDX-License-Identifier: MIT */
/*
 * debug_keep.c - take blocks from the allocators for a test, keep them, give them back.
 *
 * The blocks of a handle are chained through their first words, and each carries a
 * mark in its last: a block that is handed out twice, or that another one reaches
 * into, has lost it when it is given back.  Whoever uses a handle has it alone;
 * the lock is not held meanwhile, so that handles run side by side.
 */
#include "kernel/core/panic.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/mm/zone.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/thread.h"
#include "kernel/sys/debug.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define HANDLES 32
#define OBJECT_SIZE 200
#define VMALLOC_MAX (1UL << 30)
#define CONSTRUCTED 0xc0457ac7edc0457aUL

struct kept {
    struct kept *next;
};

struct handle {
    struct kept *first;         /* newest first                [o: who holds it] */
    enum debug_block_kind kind; /*                                           [o] */
    size_t size;                /* of a block                                [o] */
    bool used, busy;            /*                             [l: handles_lock] */
};

static struct mutex handles_lock;
static struct handle handles[HANDLES];
static struct kmem_cache *object_cache;     /* made by the first who takes one */

static const gfp_t gfps[DEBUG_GFP_KINDS] = {
    [DEBUG_GFP_KERNEL] = GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY,
    [DEBUG_GFP_ATOMIC] = GFP_ATOMIC | __GFP_NOWARN,
    [DEBUG_GFP_NOWAIT] = GFP_NOWAIT | __GFP_NOWARN,
    [DEBUG_GFP_USER] = GFP_USER_MOVABLE | __GFP_NOWARN | __GFP_NORETRY,
    [DEBUG_GFP_DMA32] = GFP_KERNEL | __GFP_DMA32 | __GFP_NOWARN | __GFP_NORETRY,
    [DEBUG_GFP_MEMALLOC] = __GFP_MEMALLOC | __GFP_NOWARN,
    [DEBUG_GFP_NOFAIL] = GFP_KERNEL | __GFP_NOFAIL,
};

static void construct(void *obj)
{
    uint64_t *word = obj;

    for (size_t i = 0; i < OBJECT_SIZE / sizeof(*word); i++)
        word[i] = CONSTRUCTED;
}

static bool is_constructed(const void *obj)
{
    const uint64_t *word = obj;

    for (size_t i = 0; i < OBJECT_SIZE / sizeof(*word); i++)
        if (word[i] != CONSTRUCTED)
            return false;
    return true;
}

/* One block */

static void *take_block(const struct handle *h, gfp_t gfp)
{
    switch (h->kind) {
    case DEBUG_BLOCK_PAGES:
        return __get_free_pages(gfp, ilog2_ceil(h->size / PAGE_SIZE));
    case DEBUG_BLOCK_OBJECT:
        return kmem_cache_alloc(object_cache, gfp);
    case DEBUG_BLOCK_KMALLOC:
        return kmalloc(h->size, gfp);
    case DEBUG_BLOCK_VMALLOC:
        return vmalloc(h->size);
    case DEBUG_BLOCK_KINDS:
        break;
    }
    return NULL;
}

static void give_block(const struct handle *h, void *block)
{
    if (h->kind == DEBUG_BLOCK_PAGES)
        free_pages_va(block, ilog2_ceil(h->size / PAGE_SIZE));
    else if (h->kind == DEBUG_BLOCK_OBJECT)
        kmem_cache_free(object_cache, block);
    else if (h->kind == DEBUG_BLOCK_KMALLOC)
        kfree(block);
    else
        vfree(block);
}

static uint64_t *mark_of(const struct handle *h, void *block)
{
    return (uint64_t *)((char *)block + align_down(h->size, sizeof(uint64_t))) - 1;
}

static uint64_t mark_for(const struct handle *h, const void *block)
{
    return (uint64_t)(uintptr_t)block ^ (uint64_t)(h - handles + 1) << 48;
}

static size_t promised_align(const struct handle *h)
{
    if (h->kind == DEBUG_BLOCK_VMALLOC)
        return PAGE_SIZE;
    return h->kind != DEBUG_BLOCK_OBJECT && is_pow2(h->size) ? h->size : sizeof(uint64_t);
}

/* A block of 8 bytes has room for the chain only. */
static bool has_mark(const struct handle *h)
{
    return h->size >= 2 * sizeof(uint64_t);
}

/* Put BLOCK, which just came, in H's chain; true if it is as it should be. */
static bool keep(struct handle *h, struct kept *block)
{
    bool good = (uintptr_t)block % promised_align(h) == 0;

    if (h->kind == DEBUG_BLOCK_OBJECT)
        good = good && is_constructed(block);
    if (has_mark(h))
        *mark_of(h, block) = mark_for(h, block);
    block->next = h->first;
    h->first = block;
    return good;
}

/* Give back the block that *LINK leads to; true if it was as it should be. */
static bool drop(struct handle *h, struct kept **link)
{
    struct kept *block = *link;
    bool good = !has_mark(h) || *mark_of(h, block) == mark_for(h, block);

    *link = block->next;
    if (h->kind == DEBUG_BLOCK_OBJECT) {
        block->next = (struct kept *)CONSTRUCTED;
        *mark_of(h, block) = CONSTRUCTED;
    }
    give_block(h, block);
    return good;
}

/* Handles */

static bool is_possible(const struct debug_blocks *d)
{
    if (d->kind >= DEBUG_BLOCK_KINDS || d->gfp >= DEBUG_GFP_KINDS)
        return false;
    if (d->kind == DEBUG_BLOCK_PAGES)
        return is_pow2(d->size) && d->size >= PAGE_SIZE
               && d->size <= PAGE_SIZE << BUDDY_MAX_ORDER;
    return d->kind == DEBUG_BLOCK_OBJECT
           || (d->size >= sizeof(struct kept) && d->size <= VMALLOC_MAX);
}

static int make_object_cache(void)
{
    if (!object_cache)
        object_cache = kmem_cache_create("debug-kept", OBJECT_SIZE, 0, 0, construct);
    return object_cache ? 0 : -ENOMEM;
}

/* A new handle for blocks like D's, busy. */
static int new_handle(const struct debug_blocks *d, struct handle **out)
{
    if (!is_possible(d))
        return -EINVAL;
    if (d->kind == DEBUG_BLOCK_OBJECT && make_object_cache() != 0)
        return -ENOMEM;
    for (struct handle *h = handles; h < handles + HANDLES; h++)
        if (!h->used) {
            *h = (struct handle){
                .kind = (enum debug_block_kind)d->kind, .used = true, .busy = true,
                .size = d->kind == DEBUG_BLOCK_OBJECT ? OBJECT_SIZE : d->size,
            };
            *out = h;
            return 0;
        }
    return -EBUSY;
}

static int old_handle(const struct debug_blocks *d, struct handle **out)
{
    struct handle *h = d->handle <= HANDLES ? &handles[d->handle - 1] : NULL;

    if (!h || !h->used || d->gfp >= DEBUG_GFP_KINDS)
        return -EINVAL;
    if (h->busy)
        return -EBUSY;
    h->busy = true;
    *out = h;
    return 0;
}

static int claim_handle(const struct debug_blocks *d, struct handle **out)
{
    int err;

    mutex_lock(&handles_lock);
    err = d->handle ? old_handle(d, out) : new_handle(d, out);
    mutex_unlock(&handles_lock);
    return err;
}

/* Let others have H; its number, or 0 if it keeps nothing and is free again. */
static uint64_t release_handle(struct handle *h)
{
    uint64_t number = h->first ? (uint64_t)(h - handles) + 1 : 0;

    mutex_lock(&handles_lock);
    h->busy = false;
    h->used = number != 0;
    mutex_unlock(&handles_lock);
    return number;
}

/* The calls */

static void count_free(struct debug_blocks *d)
{
    for (unsigned t = 0; t < ZONES; t++)
        d->free[t] = buddy_nfree(&zones[t].buddy, true) + zone_hart_pages(&zones[t]);
}

int64_t debug_take(struct debug_blocks *d)
{
    struct handle *h;
    struct kept *block;
    int err = claim_handle(d, &h);

    if (err)
        return err;
    d->wrong = 0;
    for (d->done = 0; d->done < d->count; d->done++) {
        block = take_block(h, gfps[d->gfp]);
        if (!block)
            break;
        d->wrong += !keep(h, block);
        cond_resched();
    }
    count_free(d);
    for (uint64_t i = 0; i < d->spare && h->first && d->done < d->count; i++)
        d->wrong += !drop(h, &h->first);
    d->handle = release_handle(h);
    return 0;
}

/* BLOCK, the INDEX-th of H, is one of those to be given back. */
static bool is_chosen(const struct handle *h, const struct kept *block, uint64_t index,
                      uint64_t stride)
{
    if (h->kind == DEBUG_BLOCK_PAGES)
        index = virt_to_phys(block) / h->size;
    return stride == 0 || index % stride == 0;
}

int64_t debug_give(struct debug_blocks *d)
{
    struct handle *h;
    struct kept **link;
    int err = d->handle ? claim_handle(d, &h) : -EINVAL;

    if (err)
        return err;
    d->done = d->wrong = 0;
    link = &h->first;
    for (uint64_t i = 0; *link && !(d->count && d->done == d->count); i++) {
        if (is_chosen(h, *link, i, d->stride)) {
            d->wrong += !drop(h, link);
            d->done++;
        } else {
            link = &(*link)->next;
        }
        cond_resched();
    }
    count_free(d);
    d->handle = release_handle(h);
    return 0;
}

void debug_keep_init(void)
{
    mutex_init(&handles_lock, RANK_PIPE, "debug handles");
}

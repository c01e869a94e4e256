/* SPDX-License-Identifier: MIT */
/*
 * debug_alloc.c - random allocating and freeing inside the kernel, contents checked.
 *
 * Every block is filled with a pattern made of its slot's number and compared
 * before it is freed: blocks that overlap, or are handed out twice, show.
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/thread.h"
#include "kernel/sys/debug.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "lib/string.h"

struct block {
    uint8_t *p;
    size_t size;
};

struct run {
    enum debug_op op;
    struct kmem_cache *cache;
    struct rand rand;
    struct debug_alloc_test *t;
    struct block *blocks;
};

static void *take(struct run *r, size_t size)
{
    if (r->op == DEBUG_CACHE_TEST)
        return kmem_cache_alloc(r->cache, GFP_KERNEL);
    return r->op == DEBUG_KMALLOC_TEST ? kmalloc(size, GFP_KERNEL | __GFP_NOWARN) : vmalloc(size);
}

static void give(struct run *r, void *p)
{
    if (r->op == DEBUG_CACHE_TEST)
        kmem_cache_free(r->cache, p);
    else if (r->op == DEBUG_KMALLOC_TEST)
        kfree(p);
    else
        vfree(p);
}

/* The ends of a block are where another one would reach into it. */
#define EDGE 64

static bool is_intact(const struct block *b, uint8_t pattern)
{
    for (size_t i = 0; i < MIN(b->size, (size_t)EDGE); i++)
        if (b->p[i] != pattern || b->p[b->size - 1 - i] != pattern)
            return false;
    return true;
}

static void step(struct run *r)
{
    size_t slot = rand_below(&r->rand, r->t->live_max);
    struct block *b = &r->blocks[slot];
    uint8_t pattern = (uint8_t)(slot * 37 + 1);

    if (b->p) {
        if (!is_intact(b, pattern))
            r->t->corrupt++;
        give(r, b->p);
        b->p = NULL;
        return;
    }
    b->size = r->op == DEBUG_CACHE_TEST ? r->t->size : 1 + rand_below(&r->rand, r->t->size);
    b->p = take(r, b->size);
    if (!b->p) {
        r->t->failed++;
        return;
    }
    memset(b->p, pattern, MIN(b->size, (size_t)EDGE));
    memset(b->p + b->size - MIN(b->size, (size_t)EDGE), pattern, MIN(b->size, (size_t)EDGE));
}

static void run_all(struct run *r)
{
    for (uint64_t i = 0; i < r->t->rounds; i++) {
        step(r);
        cond_resched();
    }
    for (size_t i = 0; i < r->t->live_max; i++)
        if (r->blocks[i].p)
            give(r, r->blocks[i].p);
}

int64_t debug_alloc_test(enum debug_op op, struct debug_alloc_test *t)
{
    struct run r = { .op = op, .t = t };
    int64_t err = -ENOMEM;

    rand_seed(&r.rand, t->seed);
    t->failed = t->corrupt = 0;
    if (op == DEBUG_CACHE_TEST) {
        r.cache = kmem_cache_create("debug-test", t->size, 0, 0, NULL);
        if (!r.cache)
            return -ENOMEM;
    }
    r.blocks = vzalloc(t->live_max * sizeof(*r.blocks));
    if (r.blocks) {
        run_all(&r);
        vfree(r.blocks);
        err = 0;
    }
    if (r.cache)
        kmem_cache_destroy(r.cache);
    return err;
}

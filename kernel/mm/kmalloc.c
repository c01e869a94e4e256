/* SPDX-License-Identifier: MIT */
/*
 * kmalloc.c - from a size to a cache, and from an address back.
 *
 * Two tables lead from a size to its cache without a search: one in steps of 8
 * bytes for small sizes, one in steps of 64 above.  The way back is the page:
 * a slab knows its cache, any other block its order.
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/mm/slab_cache.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define SMALL_MAX 192               /* the last size that is no power of two */
#define SMALL_STEP 8
#define LARGE_MAX 8192
#define LARGE_STEP 64

static const struct {
    const char *name;
    size_t size;
} sizes[] = {
    { "kmalloc-8", 8 },         { "kmalloc-16", 16 },       { "kmalloc-32", 32 },
    { "kmalloc-64", 64 },       { "kmalloc-96", 96 },       { "kmalloc-128", 128 },
    { "kmalloc-192", 192 },     { "kmalloc-256", 256 },     { "kmalloc-512", 512 },
    { "kmalloc-1k", 1024 },     { "kmalloc-2k", 2048 },     { "kmalloc-4k", 4096 },
    { "kmalloc-8k", 8192 },
};

static struct kmem_cache *small[SMALL_MAX / SMALL_STEP + 1];
static struct kmem_cache *large[LARGE_MAX / LARGE_STEP + 1];

/* Powers of two are aligned to themselves, the others to their largest factor. */
static size_t natural_align(size_t size)
{
    return size & -size;
}

void kmalloc_init(void)
{
    size_t from = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct kmem_cache *cache = kmem_cache_create(sizes[i].name, sizes[i].size,
                                                     natural_align(sizes[i].size), 0, NULL);

        if (!cache)
            panic("no memory for %s", sizes[i].name);
        for (size_t n = from; n <= MIN(sizes[i].size, (size_t)SMALL_MAX); n += SMALL_STEP)
            small[n / SMALL_STEP] = cache;
        for (size_t n = align_up(from, LARGE_STEP); n <= sizes[i].size; n += LARGE_STEP)
            if (n > SMALL_MAX)
                large[n / LARGE_STEP] = cache;
        from = sizes[i].size + SMALL_STEP;
    }
}

static struct kmem_cache *cache_for(size_t size)
{
    if (size <= SMALL_MAX)
        return small[(size + SMALL_STEP - 1) / SMALL_STEP];
    return large[(size + LARGE_STEP - 1) / LARGE_STEP];
}

static void *alloc_block(size_t size, gfp_t gfp, const void *pc)
{
    struct page *page;

    if (size > KMALLOC_MAX_SIZE)
        return NULL;
    page = alloc_pages(gfp, ilog2_ceil(div_round_up(size, PAGE_SIZE)));
    if (!page)
        return NULL;
    page->alloc_pc = (uint32_t)(uintptr_t)pc;
    return page_address(page);
}

static inline void *alloc(size_t size, gfp_t gfp, const void *pc)
{
    struct kmem_cache *cache;
    void *p;

    if (size > LARGE_MAX)
        return alloc_block(size, gfp, pc);
    cache = cache_for(size);
    p = kmem_cache_alloc(cache, gfp);
    if (PAGODA_DEBUG && p)
        slab_debug_set_caller(cache, p, pc);
    return p;
}

void *kmalloc(size_t size, gfp_t gfp)
{
    return alloc(size, gfp, __builtin_return_address(0));
}

void *kzalloc(size_t size, gfp_t gfp)
{
    return alloc(size, gfp | __GFP_ZERO, __builtin_return_address(0));
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    return alloc(total, gfp | __GFP_ZERO, __builtin_return_address(0));
}

/* The page that says what P is; panics if P is nothing that kmalloc gave. */
static struct page *block_of(const void *p)
{
    struct page *page = compound_head(virt_to_page(p));

    if (page->identity == PAGE_SLAB)
        return page;
    if (page->identity != PAGE_OWNED || page_address(page) != p)
        panic("%p is not from kmalloc: its page is %s", p, page_identity_names[page->identity]);
    return page;
}

size_t ksize(const void *p)
{
    const struct page *page = block_of(p);

    return page->identity == PAGE_SLAB ? page->cache->size : PAGE_SIZE << page->order;
}

void kfree(void *p)
{
    struct page *page;

    if (!p)
        return;
    page = block_of(p);
    if (page->identity == PAGE_SLAB)
        kmem_cache_free(page->cache, p);
    else
        free_pages(page, page->order);
}

/* A block stays where it is if at least half of it is used, or it is small anyway. */
void *krealloc(void *p, size_t size, gfp_t gfp)
{
    size_t old = p ? ksize(p) : 0;
    void *new;

    if (p && size <= old && (size > old / 2 || old <= LARGE_STEP))
        return p;
    new = alloc(size, gfp, __builtin_return_address(0));
    if (!new || !p)
        return new;
    memcpy(new, p, MIN(old, size));
    kfree(p);
    return new;
}

char *kstrdup(const char *s, gfp_t gfp)
{
    size_t size = strlen(s) + 1;
    char *copy = alloc(size, gfp, __builtin_return_address(0));

    if (copy)
        memcpy(copy, s, size);
    return copy;
}

/* SPDX-License-Identifier: MIT */
/*
 * fake_memory.c - memory for the fake kernel: pages and objects, all of them counted; no swap.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/swap.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/slab.h"
#include "lib/bitops.h"
#include "tests/host/fake_parts.h"
#include "tests/host/shim.h"

static struct list free_frames = LIST_INIT(free_frames);
static size_t frames_in_use;

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
    struct list *link;
    struct page *page;

    ASSERT(order == 0 && !port_in_atomic());
    if (!(gfp & __GFP_NOFAIL) && port_should_fail(FAIL_PAGE))
        return NULL;
    link = list_pop_head(&free_frames);
    if (!link)
        return NULL;
    page = list_entry(link, struct page, link);
    page->identity = PAGE_OWNED;
    page->refcount = 1;
    page->flags = 0;
    memset(page_address(page), gfp & __GFP_ZERO ? 0 : 0xa5, PAGE_SIZE);
    frames_in_use++;
    return page;
}

void put_page(struct page *page)
{
    ASSERT(page->refcount > 0);
    if (--page->refcount > 0)
        return;
    ASSERT(page->identity == PAGE_OWNED && !page_test(page, PG_WRITEBACK));
    page->identity = PAGE_FREE;
    memset(page_address(page), 0xd6, PAGE_SIZE);
    list_insert_tail(&free_frames, &page->link);
    frames_in_use--;
}

static size_t live_blocks;

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
    (void)gfp;
    if (port_should_fail(FAIL_SLAB))
        return NULL;
    live_blocks++;
    return calloc(n, size);
}

/* With something in it. */
void *kmalloc(size_t size, gfp_t gfp)
{
    void *p = kcalloc(1, size, gfp);

    return p ? memset(p, 0x5a, size) : NULL;
}

void *kzalloc(size_t size, gfp_t gfp)
{
    return kcalloc(1, size, gfp);
}

void kfree(void *p)
{
    live_blocks -= p != NULL;
    free(p);
}

void *kvcalloc(size_t n, size_t size)
{
    return kcalloc(n, size, GFP_KERNEL);
}

void kvfree(void *p)
{
    kfree(p);
}

struct kmem_cache {
    size_t size, live;
    size_t at_hand;                     /* given back: to be had without sleeping          */
    const char *name;
};
static bool is_scarce;
static struct kmem_cache caches[8];
static size_t ncaches;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     uint32_t flags, void (*ctor)(void *obj))
{
    (void)align, (void)flags;
    ASSERT(!ctor && ncaches < ARRAY_SIZE(caches));
    caches[ncaches] = (struct kmem_cache){ .size = size, .name = name };
    return &caches[ncaches++];
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
    if ((gfp & __GFP_RECLAIM) && port_in_atomic())
        panic("%s: an allocation that may sleep in atomic context", cache->name);
    if (!(gfp & __GFP_NOFAIL) && port_should_fail(FAIL_SLAB))
        return NULL;
    if (is_scarce && !(gfp & __GFP_RECLAIM) && !cache->at_hand)
        return NULL;
    cache->at_hand -= cache->at_hand > 0;
    cache->live++;
    return malloc(cache->size);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
    cache->live--;
    cache->at_hand++;
    free(obj);
}

void fake_memory_scarce(bool yes)
{
    is_scarce = yes;
    for (size_t i = 0; i < ncaches; i++)
        caches[i].at_hand = 0;
}

void lru_add(struct page *page)
{
    page_set(page, PG_LRU);
}

void fake_memory_start(size_t npages)
{
    shim_ram_create(0x80000, npages);
    for (size_t i = 0; i < npages; i++) {
        frames.pages[i].identity = PAGE_FREE;
        list_insert_tail(&free_frames, &frames.pages[i].link);
    }
}

void fake_memory_check(void)
{
    if (frames_in_use || live_blocks)
        panic("%zu pages and %zu blocks of memory left behind", frames_in_use, live_blocks);
    for (size_t i = 0; i < ncaches; i++)
        if (caches[i].live)
            panic("%zu objects of %s left behind", caches[i].live, caches[i].name);
}

void fake_memory_stop(void)
{
    list_init(&free_frames);
    shim_ram_destroy();
}

/* ---- there is no swap ---------------------------------------------------------- */

void swap_cache_bind(struct page *page, uint64_t entry)
{
    panic("page %p to be bound to swap entry %lx", (void *)page, entry);
}

void swap_cache_unbind(struct page *page)
{
    panic("page %p has a swap entry", (void *)page);
}

void swap_cache_remove(struct page *page)
{
    panic("page %p has a swap entry", (void *)page);
}

bool swap_cache_replace(struct page *old, struct page *new)
{
    panic("page %p, to be replaced by %p, has a swap entry", (void *)old, (void *)new);
}

/* Nothing is on a list of evictable pages here. */
void lru_replace(struct page *old, struct page *new)
{
    (void)old;
    (void)new;
}

void swap_put(uint64_t entry)
{
    panic("swap entry %lx put", entry);
}

bool swap_area_has(const struct swap_area *area, uint64_t entry)
{
    panic("swap area %p asked for entry %lx", (const void *)area, entry);
}

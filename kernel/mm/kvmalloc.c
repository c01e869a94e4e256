/* SPDX-License-Identifier: MIT */
/*
 * kvmalloc.c - kernel memory of any size, for what need not be contiguous.
 */
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/vmalloc.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* A block larger than this is rarely there, and to map that many pages is cheap beside filling
 * them. */
#define BLOCK_MAX (8 * PAGE_SIZE)
/* For a block that is there, or not: scattered pages are worth reclaiming for, blocks are not. */
#define GFP_BLOCK ((GFP_KERNEL & ~__GFP_RECLAIM) | __GFP_NOWARN)

static void *alloc(size_t size, gfp_t zero)
{
    void *p;

    if (size <= PAGE_SIZE)
        return kmalloc(size, GFP_KERNEL | zero);
    p = size <= BLOCK_MAX ? kmalloc(size, GFP_BLOCK | zero) : NULL;
    if (p)
        return p;
    return zero ? vzalloc(size) : vmalloc(size);
}

void *kvmalloc(size_t size)
{
    return alloc(size, 0);
}

void *kvcalloc(size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    return alloc(total, __GFP_ZERO);
}

void *kvrealloc(void *p, size_t old, size_t size)
{
    void *new = alloc(size, 0);

    if (!new || !p)
        return new;
    memcpy(new, p, MIN(old, size));
    kvfree(p);
    return new;
}

void kvfree(void *p)
{
    if (is_vmalloc_addr(p))
        vfree(p);
    else
        kfree(p);
}

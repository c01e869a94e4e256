/* SPDX-License-Identifier: MIT */
/*
 * kvmalloc.c - kernel memory of any size, for what need not be contiguous.
 */
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/page.h"
#include "kernel/mm/vmalloc.h"

void *kvmalloc(size_t size)
{
    return size <= PAGE_SIZE ? kmalloc(size, GFP_KERNEL) : vmalloc(size);
}

void *kvzalloc(size_t size)
{
    return size <= PAGE_SIZE ? kzalloc(size, GFP_KERNEL) : vzalloc(size);
}

void kvfree(void *p, size_t size)
{
    if (size <= PAGE_SIZE)
        kfree(p);
    else if (p)
        vfree(p);
}

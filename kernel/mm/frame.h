/* SPDX-License-Identifier: MIT */
/*
 * frame.h - from physical addresses to pointers and back.
 *
 * All RAM is in the linear map, so the conversion is one addition.  The kernel
 * sets FRAMES once at boot; a host test points it at an aligned malloc, so
 * page-table walks and slabs run on a PC over real memory.
 */
#pragma once
#include "kernel/port/port.h"

struct page;

struct frames {
    uintptr_t va_offset;    /* pointer = physical address + va_offset  [c] */
    struct page *pages;     /* one per frame, starting at first_pfn    [c] */
    pfn_t first_pfn;        /* lowest frame described                  [c] */
    pfn_t end_pfn;          /* one past the highest                    [c] */
};
extern struct frames frames;

static inline void *phys_to_virt(paddr_t pa)
{
    return (void *)(pa + frames.va_offset);
}

/* P must lie in the linear map. */
static inline paddr_t virt_to_phys(const void *p)
{
    return (uintptr_t)p - frames.va_offset;
}

/* SPDX-License-Identifier: MIT */
/*
 * vma_cells.h - what an address space must look like: an array with one cell per page.
 *
 * A cell says what its page is, and whether a VMA begins there.  All is done page by page,
 * in the plainest way: it is what a set of VMAs is held against.
 */
#pragma once
#include "kernel/vm/vma.h"

#define MODEL_PAGES 512UL
#define MODEL_BASE  0x10000UL
#define MODEL_LIMIT (MODEL_BASE + MODEL_PAGES * PAGE_SIZE)
#define NOWHERE     MODEL_PAGES         /* no page                             */

/* What a VMA is, but for its range. */
struct vma_nature {
    uint32_t flags;             /* VM_*; not 0                                         */
    uint8_t object;             /* 0: anonymous; 1, 2: one file opened twice; 3: another */
    uint8_t ops;                /* one of two                                          */
    uint64_t skew;              /* pgoff is the virtual page number plus this          */
};

struct cell {
    uint32_t flags;             /* 0: a hole                                           */
    uint8_t object, ops;
    uint8_t span;               /* 0: none                                             */
    bool begins;                /* a VMA begins here                                   */
    uint64_t index;             /* the page of the object                              */
};

extern struct cell cells[MODEL_PAGES];

static inline vaddr_t model_va(size_t page)
{
    return MODEL_BASE + page * PAGE_SIZE;
}
static inline size_t model_page(vaddr_t va)
{
    return (va - MODEL_BASE) >> PAGE_SHIFT;
}

bool cells_are_hole(size_t first, size_t n);
/* The borders of the VMA at PAGE, which is mapped. */
size_t cells_first_of(size_t page);
size_t cells_end_of(size_t page);
/* How many pages of a range have one of FLAGS; are mapped, if FLAGS is 0. */
size_t cells_count(size_t first, size_t n, uint32_t flags);
/* The highest N free pages in [LOW, HIGH), or NOWHERE. */
size_t cells_gap(size_t n, size_t low, size_t high);

/* [FIRST, FIRST+N) is one VMA, alone; is a hole. */
void cells_fill(size_t first, size_t n, const struct vma_nature *nature);
void cells_clear(size_t first, size_t n);
void cells_set_span(size_t first, size_t end, uint8_t span);
/* A border in front of PAGE, if it is mapped; none, if what is on both sides may be one. */
void cells_cut(size_t page);
void cells_join(size_t page);
/* New rights for a range, VMA by VMA. */
void cells_protect(size_t first, size_t n, uint32_t flags);

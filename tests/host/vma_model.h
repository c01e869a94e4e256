/* SPDX-License-Identifier: MIT */
/*
 * vma_model.h - a set of VMAs, and beside it cells that say what must be there.
 *
 * Every operation is done to both, and vma_model_check() compares them.  What is wrong is
 * a panic, so that unit tests and fuzzers share all this.
 *
 * One set at a time: from vma_model_init() to vma_model_fini().
 */
#pragma once
#include "tests/host/vma_cells.h"
#include "tests/host/vma_owner.h"

/* One step of a program of operations, and the bytes that stand for it. */
struct vma_step {
    uint8_t op;                 /* modulo the number of operations                 */
    uint8_t kind;               /* of which nature; more, depending on the operation */
    size_t first, n;            /* pages, inside the model                         */
};
#define VMA_STEP_BYTES 5

extern struct vma_set model_set;

void vma_model_init(void);
/* Empty the set.  Nothing may be left: no VMA, no link, no user of a span. */
void vma_model_fini(void);

/* The operations. */
/* What mmap does with [FIRST, FIRST+N), a hole: extend a neighbour, or enter a new VMA. */
void model_enter(size_t first, size_t n, const struct vma_nature *nature);
/* Enter a VMA and leave its neighbours alone. */
struct vma *model_insert(size_t first, size_t n, const struct vma_nature *nature);
/* What munmap does. */
void model_remove(size_t first, size_t n);
/* What mprotect does to the mapped parts of a range. */
void model_protect(size_t first, size_t n, uint32_t flags);

struct vma_step vma_step_decode(const uint8_t bytes[VMA_STEP_BYTES]);
/* Take a step (nothing, if the model does not allow it), then search at that place.
 * WATCHED: look at the reverse map at each moment. */
void vma_model_step(const struct vma_step *step, bool watched);
/* Everything: the set's own invariants, each page, each border between VMAs. */
void vma_model_check(void);

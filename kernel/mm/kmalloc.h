/* SPDX-License-Identifier: MIT */
/*
 * kmalloc.h - kernel memory by size.
 *
 * Caches of 8 .. 8192 bytes (powers of two, and 96 and 192), whole pages above,
 * up to 4 MiB.  Physically contiguous, in the linear map.
 */
#pragma once
#include "kernel/mm/gfp.h"

#define KMALLOC_MAX_SIZE (4UL << 20)

/* SIZE bytes aligned to at least 8 (to SIZE if a power of two), or NULL. */
void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
/* N objects of SIZE; NULL too if the product overflows. */
void *kcalloc(size_t n, size_t size, gfp_t gfp);
/* Like realloc; P may be NULL.  On NULL the old block is untouched. */
void *krealloc(void *p, size_t size, gfp_t gfp);
/* A copy of S owned by the caller, or NULL. */
char *kstrdup(const char *s, gfp_t gfp);
/* P may be NULL. */
void kfree(void *p);
/* Usable bytes of a block. */
size_t ksize(const void *p);

void kmalloc_init(void);

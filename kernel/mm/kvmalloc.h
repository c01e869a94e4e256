/* SPDX-License-Identifier: MIT */
/*
 * kvmalloc.h - kernel memory of any size, for what need not be contiguous.
 *
 * Beyond a page it is a block while there are such blocks, and scattered pages when there are
 * not: a large buffer must not fail, nor be waited for, because memory is in pieces.
 *
 * All may sleep.  What may lie in scattered pages is not for devices.
 */
#pragma once
#include "lib/types.h"

/* SIZE bytes, which are the caller's until kvfree, or NULL. */
void *kvmalloc(size_t size);
/* N elements of SIZE bytes, filled with zeros, or NULL. */
void *kvcalloc(size_t n, size_t size);
/* P, which may be NULL and holds OLD bytes, grown or shrunk to SIZE bytes; NULL, and P is as it
 * was. */
void *kvrealloc(void *p, size_t old, size_t size);
/* P may be NULL. */
void kvfree(void *p);

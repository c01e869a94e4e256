/* SPDX-License-Identifier: MIT */
/*
 * kvmalloc.h - kernel memory of any size, for what need not be contiguous.
 *
 * Up to a page it comes from kmalloc, beyond from vmalloc: a large buffer must not fail
 * because memory is in pieces.
 */
#pragma once
#include "lib/types.h"

/* SIZE bytes, or NULL.  May sleep. */
void *kvmalloc(size_t size);
/* The same, filled with zeros. */
void *kvzalloc(size_t size);
/* P, which may be NULL, is of SIZE bytes.  May sleep. */
void kvfree(void *p, size_t size);

/* SPDX-License-Identifier: MIT */
/*
 * moving.h - pages that say which they are, and the call that moves them.
 */
#pragma once
#include "user/tests/lib/test.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED_ANON (MAP_SHARED | MAP_ANONYMOUS)
#define TOP (1UL << 38)         /* the end of the user half with Sv39 */

#define MOVE MREMAP_MAYMOVE
#define FIXED (MREMAP_MAYMOVE | MREMAP_FIXED)
#define DONTUNMAP (MREMAP_MAYMOVE | MREMAP_DONTUNMAP)

/* mremap, always with its fifth argument. */
char *remap(char *p, size_t old_size, size_t new_size, int flags, char *to);

/* The first and the last word of page I. */
volatile uint64_t *first_word(char *p, size_t i);
volatile uint64_t *last_word(char *p, size_t i);

/* Have each page say its number in both words, counting from FIRST. */
void number_pages(char *p, size_t npages, uint64_t first);

/* Does page I say N; do they all say their numbers; or all 0?  A note tells which does not. */
bool says(char *p, size_t i, uint64_t n);
bool is_numbered(char *p, size_t npages, uint64_t first);
bool is_zero(char *p, size_t npages);

/* There should be nothing. */
void expect_hole(char *p, size_t npages);

/* The mapping that contains P should reach from START to END. */
void expect_borders(char *p, char *start, char *end);

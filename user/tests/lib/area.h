/* SPDX-License-Identifier: MIT */
/*
 * area.h - areas of memory: mappings, places for them, and what is in memory of them.
 *
 * Sizes are in pages.  What cannot be mapped gives the test up.
 */
#pragma once
#include "user/tests/lib/test.h"

#define RW (PROT_READ | PROT_WRITE)

/* A mapping where the kernel likes, of a file from its page FIRST on. */
char *map_pages(size_t npages, int prot, int flags, int fd, size_t first);

/* Private memory of which every page is there. */
char *map_touched(size_t npages);

/* Shared memory without a file, readable and writable. */
char *map_shared(size_t npages);

void unmap(char *p, size_t npages);

/* Private memory between two pages that nobody may use: it has no neighbour to merge with. */
char *map_apart(size_t npages, int prot);
void unmap_apart(char *p, size_t npages);

/* A place where nothing is mapped. */
char *free_place(size_t npages);

/* How many of these pages are in memory. */
size_t in_memory(const void *p, size_t npages);

/* The number of mappings of a range that has no holes. */
int count_mappings(const char *p, size_t npages);

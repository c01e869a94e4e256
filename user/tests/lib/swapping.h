/* SPDX-License-Identifier: MIT */
/*
 * swapping.h - swap areas of a test, pages that go there, and pages whose content is known.
 */
#pragma once
#include "user/tests/lib/area.h"

/* Make PATH a file with NPAGES pages, the first of them the header of a swap area. */
void make_swap_file(const char *path, size_t npages);

/* Use an area of that size in the file PATH, which is new; end it, and unlink the file. */
void begin_swap_file(const char *path, size_t npages);
void end_swap_file(const char *path);

/* Whether so many pages fit into what is free of memory and swap. */
bool has_room(size_t npages);

/* Have the pages go to swap if they can: by the debug call, or by madvise() where there is
 * none. */
void push_out(char *p, size_t npages);

/* The slot of swap in which the page at P is; 0: it is in memory, or nowhere. */
size_t slot_of(const char *p);

/* Each word of page I of P follows from I and TURN. */
void fill_page(char *p, size_t i, uint64_t turn);
bool page_is_filled(const char *p, size_t i, uint64_t turn);

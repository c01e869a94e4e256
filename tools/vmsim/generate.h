/* SPDX-License-Identifier: MIT */
/*
 * generate.h - textbook reference strings.
 *
 *   loop     round and round through all pages: with one frame too few, LRU misses always
 *   scan     a quarter of the pages is gone round again and again, while a scan passes
 *            through the others: after each 1/64 of them
 *   hot      nine references of ten go to a quarter of the pages, in no order
 *   zipf     the n-th page is used 1/n times as often as the first
 *   phases   a favourite tenth of the pages, which changes now and then
 */
#pragma once
#include "tools/vmsim/simulate.h"

/* The names above, NULL behind the last. */
extern const char *const generators[];

/* LENGTH references to NPAGES pages, for trace_free; the same seed gives the same.  False: there
 * is no generator NAME, or no memory.  NPAGES is 8 at least. */
bool trace_generate(struct trace *trace, const char *name, uint32_t npages, size_t length,
                    uint64_t seed);

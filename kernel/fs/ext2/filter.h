/* SPDX-License-Identifier: MIT */
/*
 * filter.h - is this name surely not in the directory?
 *
 * Making a file looks its name up first, and the answer "no" costs a search of
 * the whole directory: making n files would cost n^2.  So a large directory keeps
 * a Bloom filter (B. H. Bloom, Space/time trade-offs in hash coding with allowable
 * errors, CACM 1970) of its names: each name sets 4 bits chosen by its hash; a
 * name with one of its bits clear is not there.  With 16 bits per name, one
 * absent name in 400 is searched for in vain.
 *
 * Names that are removed leave their bits behind.  A filter that has taken as
 * many names as it was made for is full: make a new one.
 *
 * Pure.  Locks: the owner's.
 */
#pragma once
#include "lib/types.h"

struct ext2_filter {
    uint32_t nbits;             /* a power of two                              */
    uint32_t count, capacity;   /* names added, and meant to be added at most  */
    uint64_t bits[];
};

/* Bytes of a filter for CAPACITY names. */
size_t ext2_filter_size(uint32_t capacity);
/* Make an empty one in zeroed memory of that size. */
void ext2_filter_init(struct ext2_filter *f, uint32_t capacity);

uint64_t ext2_name_hash(const char *name, size_t len);
void ext2_filter_add(struct ext2_filter *f, uint64_t hash);
/* False: it was never added. */
bool ext2_filter_may_have(const struct ext2_filter *f, uint64_t hash);

static inline bool ext2_filter_is_full(const struct ext2_filter *f)
{
    return f->count >= f->capacity;
}

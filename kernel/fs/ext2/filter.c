/* SPDX-License-Identifier: MIT */
/*
 * filter.c - is this name surely not in the directory?
 */
#include "kernel/fs/ext2/filter.h"
#include "lib/bitmap.h"
#include "lib/bitops.h"
#include "lib/hash.h"

#define BITS_PER_NAME 16
#define PROBES        4

static uint32_t bits_for(uint32_t capacity)
{
    return (uint32_t)round_up_pow2((uint64_t)capacity * BITS_PER_NAME);
}

size_t ext2_filter_size(uint32_t capacity)
{
    return sizeof(struct ext2_filter) + bits_for(capacity) / 8;
}

void ext2_filter_init(struct ext2_filter *f, uint32_t capacity)
{
    f->nbits = bits_for(capacity);
    f->capacity = capacity;
}

uint64_t ext2_name_hash(const char *name, size_t len)
{
    return hash_mix64(hash_bytes(HASH_SEED, name, len));
}

/* Two halves of the hash make as many bits as wanted: low + i * high. */
static uint32_t probe(const struct ext2_filter *f, uint64_t hash, uint32_t i)
{
    return ((uint32_t)hash + i * ((uint32_t)(hash >> 32) | 1)) & (f->nbits - 1);
}

void ext2_filter_add(struct ext2_filter *f, uint64_t hash)
{
    for (uint32_t i = 0; i < PROBES; i++)
        bitmap_set(f->bits, probe(f, hash, i));
    f->count++;
}

bool ext2_filter_may_have(const struct ext2_filter *f, uint64_t hash)
{
    for (uint32_t i = 0; i < PROBES; i++)
        if (!bitmap_test(f->bits, probe(f, hash, i)))
            return false;
    return true;
}

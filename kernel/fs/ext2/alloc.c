/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - handing out blocks and inodes.
 *
 * A block is claimed in two steps: first in the total, where the reserve is
 * defended, then a bit of some group.  So two who want the last block meet at
 * the total, and the one who got it will find its bit.
 *
 * Pure: bitmaps come through ext2_alloc_ops.
 */
#include "kernel/fs/ext2/alloc.h"
#include "kernel/port/port.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/bitops.h"

/* When the goal is taken: look for a free block this close behind it, ... */
#define NEAR_BLOCKS 32
/* ... else for so many free ones in a row, that a file may grow into. */
#define RUN_BLOCKS  8

static uint32_t load(const uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void add(uint32_t *counter, int32_t n)
{
    __atomic_fetch_add(counter, (uint32_t)n, __ATOMIC_RELAXED);
}

/* Blocks */

bool ext2_is_data_block(const struct ext2_alloc *a, uint32_t block)
{
    const struct ext2_geometry *geo = a->geo;
    const struct ext2_group *g;
    uint32_t group;

    if (block >= geo->nblocks)
        return false;
    group = block / geo->blocks_per_group;
    g = &a->groups[group];
    return block - ext2_group_first_block(geo, group) >= ext2_group_super_blocks(geo, group) &&
           block != g->block_bitmap && block != g->inode_bitmap &&
           block - g->inode_table >= geo->itable_blocks;
}

/* Take one block out of the total; false: none is left for this caller. */
static bool claim_block(struct ext2_alloc *a, bool privileged)
{
    uint32_t keep = privileged ? 0 : a->geo->reserved_blocks;
    uint32_t free = load(&a->free_blocks);

    do {
        if (free <= keep)
            return false;
    } while (!__atomic_compare_exchange_n(&a->free_blocks, &free, free - 1, true,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

/* The best clear bit at or behind START, or NBITS. */
static size_t find_clear(const uint64_t *bits, size_t nbits, size_t start)
{
    size_t bit = bitmap_find_next_zero(bits, nbits, start);

    if (bit - start < NEAR_BLOCKS)
        return bit;
    bit = bitmap_find_zero_run(bits, nbits, start, RUN_BLOCKS, 1);
    return bit < nbits ? bit : bitmap_find_next_zero(bits, nbits, start);
}

/* Take a bit for data in the locked MAP of GROUP from START on, then before it. */
static bool take_block(struct ext2_alloc *a, uint32_t group, struct ext2_map *map,
                       uint32_t start, uint32_t *block)
{
    uint32_t nbits = ext2_group_nblocks(a->geo, group);
    uint32_t first = ext2_group_first_block(a->geo, group);

    for (;;) {
        size_t bit = find_clear(map->bits, nbits, start);

        if (bit == nbits)
            bit = find_clear(map->bits, nbits, 0);
        if (bit == nbits)
            return false;
        bitmap_set(map->bits, bit);
        *block = first + (uint32_t)bit;
        if (ext2_is_data_block(a, *block))
            return true;
        a->ops->report(a, "a block of the tables is marked free", *block);
    }
}

/* Find a block in GROUP.  0, -ENOSPC, or why the bitmap cannot be had. */
static int alloc_in_group(struct ext2_alloc *a, uint32_t group, uint32_t start, uint32_t *block)
{
    struct ext2_group *g = &a->groups[group];
    struct ext2_map map;
    bool found = false;
    int err;

    if (load(&g->free_blocks) == 0)
        return -ENOSPC;
    err = a->ops->lock_map(a, group, EXT2_BLOCK_MAP, false, &map);
    if (err)
        return err;
    if (g->free_blocks > 0 && !g->bad_block_map) {
        found = take_block(a, group, &map, start, block);
        if (found) {
            add(&g->free_blocks, -1);
        } else {
            g->bad_block_map = true;
            a->ops->report(a, "the block bitmap has less free than the count of group", group);
        }
    }
    a->ops->unlock_map(a, group, EXT2_BLOCK_MAP, &map, found);
    return found ? 0 : -ENOSPC;
}

int ext2_alloc_block(struct ext2_alloc *a, uint32_t goal, bool privileged, uint32_t *block)
{
    const struct ext2_geometry *geo = a->geo;
    uint32_t group, start;
    int err, worst = -ENOSPC;

    if (!claim_block(a, privileged))
        return -ENOSPC;
    if (goal >= geo->nblocks)
        goal = 0;
    group = goal / geo->blocks_per_group;
    start = goal % geo->blocks_per_group;
    for (uint32_t i = 0; i < geo->ngroups; i++) {
        err = alloc_in_group(a, group, start, block);
        if (!err)
            return 0;
        if (err != -ENOSPC)
            worst = err;
        start = 0;
        if (++group == geo->ngroups)
            group = 0;
    }
    add(&a->free_blocks, 1);
    return worst;
}

/* Clear COUNT bits from START in the locked MAP of GROUP; returns how many were set. */
static uint32_t clear_blocks(struct ext2_alloc *a, uint32_t group, struct ext2_map *map,
                             uint32_t start, uint32_t count)
{
    uint32_t first = ext2_group_first_block(a->geo, group), cleared = 0;

    for (uint32_t bit = start; bit < start + count; bit++) {
        if (!ext2_is_data_block(a, first + bit))
            a->ops->report(a, "a file claims a block of the tables", first + bit);
        else if (!bitmap_test_and_clear(map->bits, bit))
            a->ops->report(a, "a block in use was marked free", first + bit);
        else
            cleared++;
    }
    return cleared;
}

/* All COUNT blocks lie in GROUP. */
static void free_in_group(struct ext2_alloc *a, uint32_t group, uint32_t start, uint32_t count)
{
    struct ext2_map map;
    uint32_t cleared;

    if (a->ops->lock_map(a, group, EXT2_BLOCK_MAP, true, &map) != 0) {
        a->ops->report(a, "blocks that nobody uses stay taken in group", group);
        return;
    }
    cleared = clear_blocks(a, group, &map, start, count);
    add(&a->groups[group].free_blocks, (int32_t)cleared);
    a->ops->unlock_map(a, group, EXT2_BLOCK_MAP, &map, cleared > 0);
    add(&a->free_blocks, (int32_t)cleared);
}

void ext2_free_blocks(struct ext2_alloc *a, uint32_t first, uint32_t count)
{
    uint32_t per_group = a->geo->blocks_per_group;

    if (first >= a->geo->nblocks || count > a->geo->nblocks - first) {
        a->ops->report(a, "a file claims a block that does not exist", first);
        return;
    }
    while (count > 0) {
        uint32_t start = first % per_group, n = MIN(count, per_group - start);

        free_in_group(a, first / per_group, start, n);
        first += n;
        count -= n;
    }
}

/* Inodes */

/* Take the lowest clear bit of GROUP's inode bitmap.  0, -ENOSPC, or no bitmap. */
static int take_inode(struct ext2_alloc *a, uint32_t group, bool is_dir, uint32_t *ino)
{
    uint32_t nbits = a->geo->inodes_per_group;
    struct ext2_group *g = &a->groups[group];
    struct ext2_map map;
    size_t bit = nbits;
    int err;

    if (load(&g->free_inodes) == 0)
        return -ENOSPC;
    err = a->ops->lock_map(a, group, EXT2_INODE_MAP, false, &map);
    if (err)
        return err;
    if (g->free_inodes > 0 && !g->bad_inode_map)
        bit = bitmap_find_next_zero(map.bits, nbits, g->first_free_inode);
    *ino = group * nbits + (uint32_t)bit + 1;
    if (bit < nbits && *ino >= a->geo->first_inode) {
        bitmap_set(map.bits, bit);
        g->first_free_inode = (uint32_t)bit + 1;
        add(&g->free_inodes, -1);
        add(&g->used_dirs, is_dir);
        a->ops->unlock_map(a, group, EXT2_INODE_MAP, &map, true);
        add(&a->free_inodes, -1);
        return 0;
    }
    if (g->free_inodes > 0 && !g->bad_inode_map) {
        g->bad_inode_map = true;
        a->ops->report(a, "the inode bitmap contradicts the count of group", group);
    }
    a->ops->unlock_map(a, group, EXT2_INODE_MAP, &map, false);
    return -ENOSPC;
}

/* The group with most free inodes, then with most free blocks; PARENT if equal. */
static uint32_t group_for_dir(const struct ext2_alloc *a, uint32_t parent)
{
    uint32_t best = parent;

    for (uint32_t i = 0; i < a->geo->ngroups; i++) {
        const struct ext2_group *g = &a->groups[i], *b = &a->groups[best];
        uint32_t inodes = load(&g->free_inodes), best_inodes = load(&b->free_inodes);

        if (load(&g->free_blocks) == 0 || g->bad_inode_map)
            continue;
        if (inodes > best_inodes ||
            (inodes == best_inodes && load(&g->free_blocks) > load(&b->free_blocks)))
            best = i;
    }
    return best;
}

/* The first group from PARENT on that has inodes and blocks; PARENT if none has. */
static uint32_t group_for_file(const struct ext2_alloc *a, uint32_t parent)
{
    uint32_t ngroups = a->geo->ngroups;

    for (uint32_t i = 0; i < ngroups; i++) {
        uint32_t group = (uint32_t)(((uint64_t)parent + i) % ngroups);
        const struct ext2_group *g = &a->groups[group];

        if (load(&g->free_inodes) > 0 && load(&g->free_blocks) > 0 && !g->bad_inode_map)
            return group;
    }
    return parent;
}

int ext2_alloc_inode(struct ext2_alloc *a, uint32_t parent, bool is_dir, uint32_t *ino)
{
    uint32_t ngroups = a->geo->ngroups, group;
    int err, worst = -ENOSPC;

    group = is_dir ? group_for_dir(a, parent) : group_for_file(a, parent);
    for (uint32_t i = 0; i < ngroups; i++) {
        err = take_inode(a, group, is_dir, ino);
        if (!err)
            return 0;
        if (err != -ENOSPC)
            worst = err;
        if (++group == ngroups)
            group = 0;
    }
    return worst;
}

void ext2_free_inode(struct ext2_alloc *a, uint32_t ino, bool is_dir)
{
    uint32_t group = ext2_ino_group(a->geo, ino);
    uint32_t bit = (ino - 1) % a->geo->inodes_per_group;
    struct ext2_group *g = &a->groups[group];
    struct ext2_map map;

    ASSERT(ino >= a->geo->first_inode && ino <= a->geo->ninodes);
    if (a->ops->lock_map(a, group, EXT2_INODE_MAP, true, &map) != 0) {
        a->ops->report(a, "nobody uses, but cannot free inode", ino);
        return;
    }
    if (!bitmap_test_and_clear(map.bits, bit)) {
        a->ops->report(a, "an inode in use was marked free", ino);
        a->ops->unlock_map(a, group, EXT2_INODE_MAP, &map, false);
        return;
    }
    g->first_free_inode = MIN(g->first_free_inode, bit);
    add(&g->free_inodes, 1);
    if (is_dir && g->used_dirs > 0)
        add(&g->used_dirs, -1);
    a->ops->unlock_map(a, group, EXT2_INODE_MAP, &map, true);
    add(&a->free_inodes, 1);
}

void ext2_uncount_dir(struct ext2_alloc *a, uint32_t ino)
{
    uint32_t group = ext2_ino_group(a->geo, ino);
    struct ext2_map map;

    if (a->ops->lock_map(a, group, EXT2_INODE_MAP, true, &map) != 0) {
        a->ops->report(a, "one directory too many is counted in group", group);
        return;
    }
    if (a->groups[group].used_dirs > 0)
        add(&a->groups[group].used_dirs, -1);
    a->ops->unlock_map(a, group, EXT2_INODE_MAP, &map, true);
}

/* Invariants */

static void check_block_map(struct ext2_alloc *a, uint32_t group)
{
    uint32_t nbits = ext2_group_nblocks(a->geo, group);
    uint32_t first = ext2_group_first_block(a->geo, group);
    struct ext2_map map;

    ASSERT(a->ops->lock_map(a, group, EXT2_BLOCK_MAP, true, &map) == 0);
    ASSERT(nbits - bitmap_count(map.bits, nbits) == a->groups[group].free_blocks);
    for (uint32_t bit = 0; bit < nbits; bit++)
        ASSERT(bitmap_test(map.bits, bit) || ext2_is_data_block(a, first + bit));
    a->ops->unlock_map(a, group, EXT2_BLOCK_MAP, &map, false);
}

static void check_inode_map(struct ext2_alloc *a, uint32_t group)
{
    uint32_t nbits = a->geo->inodes_per_group;
    const struct ext2_group *g = &a->groups[group];
    struct ext2_map map;

    ASSERT(a->ops->lock_map(a, group, EXT2_INODE_MAP, true, &map) == 0);
    ASSERT(nbits - bitmap_count(map.bits, nbits) == g->free_inodes);
    ASSERT(bitmap_find_next_zero(map.bits, nbits, 0) >= g->first_free_inode);
    ASSERT(g->used_dirs <= nbits - g->free_inodes);
    a->ops->unlock_map(a, group, EXT2_INODE_MAP, &map, false);
}

void ext2_alloc_check(struct ext2_alloc *a)
{
    uint64_t blocks = 0, inodes = 0;

    for (uint32_t group = 0; group < a->geo->ngroups; group++) {
        check_block_map(a, group);
        check_inode_map(a, group);
        blocks += a->groups[group].free_blocks;
        inodes += a->groups[group].free_inodes;
    }
    ASSERT(blocks == a->free_blocks);
    ASSERT(inodes == a->free_inodes);
}

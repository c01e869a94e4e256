// sources: kernel/fs/ext2/alloc.c kernel/fs/ext2/geometry.c lib/bitmap.c lib/fmt.c
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_alloc.c - blocks and inodes against a model.
 *
 * The model is an array with one byte per block and per inode.  Bitmaps live in
 * plain memory; every lock_map must meet its unlock_map, and a bitmap that was
 * not reported as changed must not have changed.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/fs/ext2/alloc.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "tests/host/shim.h"

#define MAX_GROUPS 8
#define MAP_BYTES  EXT2_BLOCK_SIZE

static struct ext2_geometry geo;
static struct ext2_group groups[MAX_GROUPS];
static struct ext2_alloc a;
static uint64_t maps[MAX_GROUPS][2][MAP_BYTES / 8];
static uint64_t before[MAP_BYTES / 8];
static unsigned locked, reports;
static int lock_error;
static uint32_t unreadable_group = UINT32_MAX;

static int lock_map(struct ext2_alloc *alloc, uint32_t group, enum ext2_map_kind kind,
                    bool freeing, struct ext2_map *map)
{
    (void)freeing;
    cr_assert(alloc == &a && group < geo.ngroups && locked == 0);
    if (lock_error || group == unreadable_group)
        return lock_error ? lock_error : -EIO;
    locked++;
    map->bits = maps[group][kind];
    map->handle = maps[group];
    memcpy(before, map->bits, MAP_BYTES);
    return 0;
}

static void unlock_map(struct ext2_alloc *alloc, uint32_t group, enum ext2_map_kind kind,
                       struct ext2_map *map, bool changed)
{
    cr_assert(alloc == &a && map->bits == maps[group][kind] && map->handle == maps[group]);
    cr_assert(locked == 1);
    cr_assert(reports > 0 || changed == (memcmp(before, map->bits, MAP_BYTES) != 0));
    locked--;
}

static void report(struct ext2_alloc *alloc, const char *what, uint32_t number)
{
    (void)alloc, (void)what, (void)number;
    reports++;
}

static const struct ext2_alloc_ops ops = { lock_map, unlock_map, report };

/* A fresh file system: tables taken, the bits behind the last block set. */
static void format_group(uint32_t i)
{
    uint32_t nblocks = ext2_group_nblocks(&geo, i), used = ext2_group_super_blocks(&geo, i);
    struct ext2_group *g = &groups[i];

    g->block_bitmap = ext2_group_first_block(&geo, i) + used++;
    g->inode_bitmap = ext2_group_first_block(&geo, i) + used++;
    g->inode_table = ext2_group_first_block(&geo, i) + used;
    used += geo.itable_blocks;
    g->free_blocks = nblocks - used;
    g->free_inodes = geo.inodes_per_group;
    bitmap_set_range(maps[i][EXT2_BLOCK_MAP], 0, used);
    bitmap_set_range(maps[i][EXT2_BLOCK_MAP], nblocks, MAP_BYTES * 8 - nblocks);
    bitmap_set_range(maps[i][EXT2_INODE_MAP], geo.inodes_per_group,
                     MAP_BYTES * 8 - geo.inodes_per_group);
    if (i == 0) {
        bitmap_set_range(maps[i][EXT2_INODE_MAP], 0, geo.first_inode - 1);
        g->free_inodes -= geo.first_inode - 1;
        g->used_dirs = 1;
    }
    a.free_blocks += g->free_blocks;
    a.free_inodes += g->free_inodes;
}

static void format(uint32_t ngroups, uint32_t per_group, uint32_t last, uint32_t inodes)
{
    geo = (struct ext2_geometry){
        .nblocks = (ngroups - 1) * per_group + last,
        .ngroups = ngroups,
        .blocks_per_group = per_group,
        .inodes_per_group = inodes,
        .ninodes = ngroups * inodes,
        .first_inode = 11,
        .inode_size = 256,
        .itable_blocks = inodes / 16,
        .gdt_blocks = 1,
        .sparse_super = true,
    };
    a = (struct ext2_alloc){ .geo = &geo, .ops = &ops, .groups = groups };
    memset(groups, 0, sizeof(groups));
    memset(maps, 0, sizeof(maps));
    for (uint32_t i = 0; i < ngroups; i++)
        format_group(i);
    shim_seed(1);
    reports = 0;
    ext2_alloc_check(&a);
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(port_random() % n);
}

/* The model's opinion of one block: free blocks are exactly those not taken. */
static void check_taken(const uint8_t *taken)
{
    for (uint32_t b = 0; b < geo.nblocks; b++) {
        uint32_t group = b / geo.blocks_per_group;
        bool set = bitmap_test(maps[group][EXT2_BLOCK_MAP], b % geo.blocks_per_group);

        if (ext2_is_data_block(&a, b))
            cr_assert(set == taken[b], "block %u", b);
        else
            cr_assert(set && !taken[b], "table block %u", b);
    }
}

static void check_counts(uint32_t free_blocks, uint32_t free_inodes)
{
    ext2_alloc_check(&a);
    cr_assert(a.free_blocks == free_blocks);
    cr_assert(a.free_inodes == free_inodes);
    cr_assert(locked == 0);
}

/* Free a random run of blocks that the model has taken; returns its length. */
static uint32_t free_run(uint8_t *taken)
{
    uint32_t first = below(geo.nblocks), n = 0;

    while (first < geo.nblocks && !taken[first])
        first++;
    while (first + n < geo.nblocks && taken[first + n] && n < 100)
        taken[first + n++] = 0;
    if (n > 0)
        ext2_free_blocks(&a, first, n);
    return n;
}

Test(ext2_alloc, random_blocks_follow_the_model)
{
    uint32_t total, left, block;
    uint8_t *taken;

    format(5, 1024, 700, 64);
    taken = calloc(geo.nblocks, 1);
    total = left = a.free_blocks;
    for (unsigned i = 0; i < 60000; i++) {
        bool fill = i / 10000 % 2 == 0;         /* phases of growing and shrinking */

        if (below(100) < (fill ? 70 : 20)) {
            int err = ext2_alloc_block(&a, below(geo.nblocks + 10), true, &block);

            cr_assert(err == (left == 0 ? -ENOSPC : 0));
            if (err)
                continue;
            cr_assert(block < geo.nblocks && !taken[block] && ext2_is_data_block(&a, block));
            taken[block] = 1;
            left--;
        } else {
            left += free_run(taken);
        }
        if (i % 500 == 0) {
            check_counts(left, a.free_inodes);
            check_taken(taken);
        }
    }
    while (left < total)
        left += free_run(taken);
    check_counts(total, a.free_inodes);
    check_taken(taken);
    cr_assert(reports == 0);
    free(taken);
}

Test(ext2_alloc, a_full_disk_gives_every_block_once)
{
    uint32_t total, block;
    uint8_t *taken;

    format(3, 512, 300, 32);
    taken = calloc(geo.nblocks, 1);
    total = a.free_blocks;
    for (uint32_t i = 0; i < total; i++) {
        cr_assert(ext2_alloc_block(&a, 777, false, &block) == 0);
        cr_assert(!taken[block] && ext2_is_data_block(&a, block));
        taken[block] = 1;
    }
    check_counts(0, a.free_inodes);
    cr_assert(ext2_alloc_block(&a, 0, true, &block) == -ENOSPC);
    check_counts(0, a.free_inodes);
    check_taken(taken);
    ext2_free_blocks(&a, block, 1);
    cr_assert(ext2_alloc_block(&a, 0, true, &total) == 0 && total == block);
    cr_assert(reports == 0);
    free(taken);
}

Test(ext2_alloc, the_goal_is_honoured)
{
    uint32_t goal, block;

    format(4, 2048, 2048, 64);
    goal = ext2_group_first_block(&geo, 2) + 1000;
    cr_assert(ext2_alloc_block(&a, goal, true, &block) == 0);
    cr_assert(block == goal, "a free goal is taken: %u", block);
    for (uint32_t i = 1; i <= 200; i++) {
        cr_assert(ext2_alloc_block(&a, block + 1, true, &block) == 0);
        cr_assert(block == goal + i, "one behind the other");
    }
    cr_assert(ext2_alloc_block(&a, goal, true, &block) == 0);
    cr_assert(block == goal + 201, "the nearest run behind a taken goal: %u", block);
    ext2_free_blocks(&a, goal + 20, 1);
    cr_assert(ext2_alloc_block(&a, goal, true, &block) == 0);
    cr_assert(block == goal + 20, "a single gap close by is used");
    ext2_free_blocks(&a, goal + 100, 1);
    cr_assert(ext2_alloc_block(&a, goal, true, &block) == 0);
    cr_assert(block == goal + 202, "a single gap further off is left: %u", block);
    check_counts(a.free_blocks, a.free_inodes);
}

Test(ext2_alloc, a_full_group_sends_to_the_next)
{
    uint32_t first, block;

    format(3, 1024, 1024, 64);
    first = ext2_group_first_block(&geo, 1);
    for (uint32_t n = groups[1].free_blocks; n > 0; n--) {
        cr_assert(ext2_alloc_block(&a, first + 600, true, &block) == 0);
        cr_assert(block / geo.blocks_per_group == 1);
    }
    cr_assert(groups[1].free_blocks == 0);
    cr_assert(ext2_alloc_block(&a, first + 600, true, &block) == 0);
    cr_assert(block / geo.blocks_per_group == 2);
    cr_assert(ext2_alloc_block(&a, UINT32_MAX, true, &block) == 0);
    cr_assert(block / geo.blocks_per_group == 0, "a goal beyond the end starts at 0");
}

Test(ext2_alloc, the_reserve_is_for_the_privileged)
{
    uint32_t total, block, ordinary = 0, privileged = 0;

    format(2, 1024, 1024, 64);
    geo.reserved_blocks = 50;
    total = a.free_blocks;
    while (ext2_alloc_block(&a, 0, false, &block) == 0)
        ordinary++;
    cr_assert(ordinary == total - 50);
    while (ext2_alloc_block(&a, 0, true, &block) == 0)
        privileged++;
    cr_assert(privileged == 50);
    ext2_free_blocks(&a, block, 1);
    cr_assert(ext2_alloc_block(&a, 0, false, &block) == -ENOSPC);
    check_counts(1, a.free_inodes);
}

Test(ext2_alloc, freeing_across_groups)
{
    uint32_t total, block;

    format(3, 512, 512, 32);
    geo.sparse_super = true;
    total = a.free_blocks;
    while (ext2_alloc_block(&a, 0, true, &block) == 0)
        ;
    /* The last data blocks of group 0, the tables of group 1 are refused, then its data. */
    ext2_free_blocks(&a, 500, 512);
    cr_assert(reports == geo.itable_blocks + 2 + ext2_group_super_blocks(&geo, 1));
    check_counts(512 - reports, a.free_inodes);
    cr_assert(total > 512);
}

Test(ext2_alloc, contradictions_are_reported_and_survived)
{
    uint32_t total, block, table;

    format(2, 512, 512, 32);
    total = a.free_blocks;
    cr_assert(ext2_alloc_block(&a, 100, true, &block) == 0);
    ext2_free_blocks(&a, block, 1);
    ext2_free_blocks(&a, block, 1);
    cr_assert(reports == 1, "freed twice");
    ext2_free_blocks(&a, geo.nblocks - 1, 2);
    ext2_free_blocks(&a, geo.nblocks, 1);
    ext2_free_blocks(&a, UINT32_MAX, UINT32_MAX);
    cr_assert(reports == 4, "beyond the end");
    ext2_free_blocks(&a, groups[1].inode_table + 1, 1);
    ext2_free_blocks(&a, 0, 1);
    cr_assert(reports == 6, "tables");
    check_counts(total, a.free_inodes);

    table = groups[0].block_bitmap;
    bitmap_clear(maps[0][EXT2_BLOCK_MAP], table);
    cr_assert(ext2_alloc_block(&a, table, true, &block) == 0);
    cr_assert(block != table && reports == 7, "a table marked free is not given out");

    bitmap_set_range(maps[1][EXT2_BLOCK_MAP], 0, 512);
    cr_assert(ext2_alloc_block(&a, 600, true, &block) == 0);
    cr_assert(block < 512 && reports == 8, "count says free, bitmap says full: next group");
    cr_assert(ext2_alloc_block(&a, 600, true, &block) == 0 && reports == 8, "said once");
}

Test(ext2_alloc, unreadable_bitmaps)
{
    uint32_t total, inodes, block, ino;

    format(2, 512, 512, 32);
    total = a.free_blocks, inodes = a.free_inodes;
    unreadable_group = 1;
    cr_assert(ext2_alloc_block(&a, 600, true, &block) == 0);
    cr_assert(block < 512, "another group serves");
    cr_assert(ext2_alloc_inode(&a, 1, false, &ino) == 0 && ino <= 32);
    lock_error = -ENOMEM;
    cr_assert(ext2_alloc_block(&a, 0, true, &block) == -ENOMEM);
    cr_assert(ext2_alloc_inode(&a, 0, true, &ino) == -ENOMEM);
    ext2_free_blocks(&a, block, 1);
    ext2_free_inode(&a, ino, false);
    lock_error = 0;
    unreadable_group = UINT32_MAX;
    check_counts(total - 1, inodes - 1);
}

Test(ext2_alloc, random_inodes_follow_the_model)
{
    uint8_t *taken;     /* 0 free, 1 file, 2 directory */
    uint32_t ino, left, ndirs = 1;

    format(6, 1024, 1024, 96);
    taken = calloc(geo.ninodes + 1, 1);
    left = a.free_inodes;
    for (unsigned i = 0; i < 30000; i++) {
        bool is_dir = below(4) == 0, fill = i / 5000 % 2 == 0;

        if (below(100) < (fill ? 60 : 40)) {
            int err = ext2_alloc_inode(&a, below(geo.ngroups), is_dir, &ino);

            cr_assert(err == (left == 0 ? -ENOSPC : 0));
            if (err)
                continue;
            cr_assert(ino >= geo.first_inode && ino <= geo.ninodes && !taken[ino]);
            taken[ino] = 1 + is_dir;
            ndirs += is_dir;
            left--;
        } else {
            ino = geo.first_inode + below(geo.ninodes - geo.first_inode + 1);
            if (!taken[ino])
                continue;
            ext2_free_inode(&a, ino, taken[ino] == 2);
            ndirs -= taken[ino] == 2;
            taken[ino] = 0;
            left++;
        }
        if (i % 100 == 0) {
            uint32_t sum = 0;

            check_counts(a.free_blocks, left);
            for (uint32_t g = 0; g < geo.ngroups; g++)
                sum += groups[g].used_dirs;
            cr_assert(sum == ndirs);
        }
    }
    cr_assert(reports == 0);
    free(taken);
}

Test(ext2_alloc, files_stay_with_their_directory_and_directories_spread)
{
    uint32_t ino, seen = 0;

    format(4, 1024, 1024, 96);
    for (unsigned i = 0; i < 20; i++) {
        cr_assert(ext2_alloc_inode(&a, 2, false, &ino) == 0);
        cr_assert(ext2_ino_group(&geo, ino) == 2);
    }
    for (unsigned i = 0; i < 8; i++) {
        cr_assert(ext2_alloc_inode(&a, 0, true, &ino) == 0);
        seen |= 1u << ext2_ino_group(&geo, ino);
    }
    cr_assert(seen == (1u << 1 | 1u << 3), "groups 1 and 3 have most free inodes: %x", seen);
    groups[2].free_blocks = 0;
    cr_assert(ext2_alloc_inode(&a, 2, false, &ino) == 0);
    cr_assert(ext2_ino_group(&geo, ino) == 3, "a group without blocks is passed over");
}

Test(ext2_alloc, inode_contradictions)
{
    uint32_t total, ino;

    format(2, 1024, 1024, 32);
    total = a.free_inodes;
    ext2_free_inode(&a, 20, true);
    cr_assert(reports == 1, "was free already");
    check_counts(a.free_blocks, total);
    bitmap_clear(maps[0][EXT2_INODE_MAP], 3);
    groups[0].first_free_inode = 0;
    cr_assert(ext2_alloc_inode(&a, 0, false, &ino) == 0);
    cr_assert(ext2_ino_group(&geo, ino) == 1 && reports == 2, "reserved inode marked free");
}

Test(ext2_alloc, freeing_a_reserved_inode_dies, .signal = SIGABRT)
{
    format(1, 1024, 1024, 32);
    cr_redirect_stderr();
    ext2_free_inode(&a, EXT2_ROOT_INO, true);
}

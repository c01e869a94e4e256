/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - handing out blocks and inodes.
 *
 * Each group has two bitmaps, one bit per block and one per inode, and counters
 * of what is free.  A block is sought near a goal, so that a file's blocks follow
 * each other; an inode in its directory's group; a new directory goes where most
 * inodes are free, which leaves room for what will be put into it.
 *
 * Bitmaps are reached through ext2_alloc_ops: the kernel keeps them in the page
 * cache, a test in an array.
 *
 * Invariants, checked by ext2_alloc_check():
 *   - a group's free_blocks is the number of clear bits in its block bitmap, and
 *     free_inodes the same for inodes; used_dirs is at most the inodes in use;
 *   - the totals are the sums over the groups;
 *   - no block that holds tables has a clear bit.
 *
 * Locks: [b], [i] the group's block or inode bitmap is locked (lock_map)
 *        [c] constant after filling in   [a] atomic
 */
#pragma once
#include "kernel/fs/ext2/geometry.h"

struct ext2_alloc;

enum ext2_map_kind { EXT2_BLOCK_MAP, EXT2_INODE_MAP };

struct ext2_group {
    uint32_t block_bitmap;          /* block numbers                           [c] */
    uint32_t inode_bitmap;          /*                                         [c] */
    uint32_t inode_table;           /*                                         [c] */
    uint32_t free_blocks;           /* written by [b], read by all             [a] */
    uint32_t free_inodes;           /* written by [i], read by all             [a] */
    uint32_t used_dirs;             /* written by [i], read by all             [a] */
    uint32_t first_free_inode;      /* no clear bit is below                   [i] */
    bool bad_block_map;             /* contradicts itself: not allocated from  [b] */
    bool bad_inode_map;             /*                                         [i] */
};

/* A bitmap in use. */
struct ext2_map {
    uint64_t *bits;
    void *handle;                   /* whatever unlock_map needs                   */
};

struct ext2_alloc_ops {
    /* Lock the bitmap for the caller: 0 or -EIO, -ENOMEM.  May sleep.  FREEING: never
     * -ENOMEM, a failure would be a leak. */
    int (*lock_map)(struct ext2_alloc *a, uint32_t group, enum ext2_map_kind kind, bool freeing,
                    struct ext2_map *map);
    /* Undo it.  CHANGED: bitmap and the group's counters are newer than the disk. */
    void (*unlock_map)(struct ext2_alloc *a, uint32_t group, enum ext2_map_kind kind,
                       struct ext2_map *map, bool changed);
    /* The file system contradicts itself about block or inode NUMBER. */
    void (*report)(struct ext2_alloc *a, const char *what, uint32_t number);
};

struct ext2_alloc {
    const struct ext2_geometry *geo;        /*                                 [c] */
    const struct ext2_alloc_ops *ops;       /*                                 [c] */
    struct ext2_group *groups;              /* geo->ngroups of them            [c] */
    uint32_t free_blocks;                   /* totals                          [a] */
    uint32_t free_inodes;                   /*                                 [a] */
};

/* Take one free block as near behind GOAL as there is one.  The last
 * reserved_blocks are for the PRIVILEGED.  0 and *BLOCK, -ENOSPC, -EIO, -ENOMEM. */
int ext2_alloc_block(struct ext2_alloc *a, uint32_t goal, bool privileged, uint32_t *block);

/* Give back COUNT blocks from FIRST on.  What cannot be freed is reported and
 * stays taken. */
void ext2_free_blocks(struct ext2_alloc *a, uint32_t first, uint32_t count);

/* Take a free inode for a child of a directory in group PARENT.  0 and *INO,
 * -ENOSPC, -EIO, -ENOMEM. */
int ext2_alloc_inode(struct ext2_alloc *a, uint32_t parent, bool is_dir, uint32_t *ino);
/* Give it back.  If that cannot be done it is reported and INO stays taken. */
void ext2_free_inode(struct ext2_alloc *a, uint32_t ino, bool is_dir);
/* INO, just taken for a directory, turned out to be in use by somebody: it stays taken,
 * but is not one directory more. */
void ext2_uncount_dir(struct ext2_alloc *a, uint32_t ino);

/* Whether BLOCK may hold data: it exists and is not part of a table. */
bool ext2_is_data_block(const struct ext2_alloc *a, uint32_t block);

static inline uint32_t ext2_ino_group(const struct ext2_geometry *geo, uint32_t ino)
{
    return (ino - 1) / geo->inodes_per_group;
}

/* Panics if an invariant is broken.  For tests; nobody else may be at work. */
void ext2_alloc_check(struct ext2_alloc *a);

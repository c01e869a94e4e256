/* SPDX-License-Identifier: MIT */
/*
 * geometry.h - what a superblock says, once it is believed.
 *
 * Everything read from the disk at mount passes through here: after
 * ext2_geometry_read and ext2_check_group have said yes, all numbers in the
 * structure are consistent with each other and with the size of the disk.
 *
 * Pure: bytes in, numbers and a message out.
 */
#pragma once
#include "kernel/fs/ext2/layout.h"

struct ext2_geometry {
    uint32_t nblocks;               /* of the file system                          */
    uint32_t ninodes;
    uint32_t ngroups;
    uint32_t blocks_per_group;
    uint32_t inodes_per_group;
    uint32_t reserved_blocks;       /* only for the owner reserve_uid              */
    uint32_t reserve_uid;
    uint32_t first_inode;           /* below: reserved inodes                      */
    uint32_t inode_size;
    uint32_t extra_isize;           /* of new inodes; 0: inodes are 128 bytes      */
    uint32_t itable_blocks;         /* per group                                   */
    uint32_t gdt_blocks;            /* group descriptors                           */
    uint32_t gdt_reserved;          /* blocks kept behind them for resizing        */
    bool sparse_super;              /* only some groups have backups               */
    bool filetype;                  /* directory entries tell the file's type      */
    bool large_file;                /* a file of 2 GiB or more may exist           */
    bool clean;                     /* unmounted cleanly and without errors        */
};

/* Room for the longest message below. */
#define EXT2_MESSAGE_MAX 128

/* What the kernel does with one feature. */
enum ext2_verdict { EXT2_ACCEPT, EXT2_READ_ONLY, EXT2_REFUSE };

/* One row of the table of features. */
struct ext2_feature {
    uint32_t bit;
    const char *name;               /* as mke2fs spells it                         */
    enum ext2_verdict verdict;
};

/*
 * Check superblock S of a disk of DEV_BLOCKS blocks of 4 KiB and fill in *GEO.
 * 0; -EINVAL: cannot be mounted; -EROFS: cannot be mounted for writing, which
 * WRITABLE asks for.  WHY (EXT2_MESSAGE_MAX bytes) then says what is wrong; with
 * 0 it may hold a warning, or "".
 */
int ext2_geometry_read(struct ext2_geometry *geo, const struct ext2_super *s,
                       uint64_t dev_blocks, bool writable, char *why);

/* Check the descriptor of GROUP.  0 or -EINVAL with the reason in WHY. */
int ext2_check_group(const struct ext2_geometry *geo, uint32_t group,
                     const struct ext2_group_desc *desc, char *why);

/* Blocks and place of a group; only the last one may be shorter. */
static inline uint32_t ext2_group_first_block(const struct ext2_geometry *geo, uint32_t group)
{
    return group * geo->blocks_per_group;
}
uint32_t ext2_group_nblocks(const struct ext2_geometry *geo, uint32_t group);

/* How many blocks at the start of GROUP hold the superblock and the descriptors
 * or copies of them, the reserve for resizing included. */
uint32_t ext2_group_super_blocks(const struct ext2_geometry *geo, uint32_t group);

/* Blocks that can never hold data. */
uint32_t ext2_overhead(const struct ext2_geometry *geo);
